"""Whether a unit was told in time: who was told nothing refused neither to sign nor to reply."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from engine.actions.step import Step
from engine.actions.taken_back import taken_back
from engine.models import Assignment, Clock, OutboxMessage, Ticket, TicketEventRecord
from engine.store import clocks as clock_store
from engine.store import outbox
from engine.terms import ClockKind, MessageStatus, TicketEvent

ASKED_BY_MAIL = (ClockKind.SIGN_FOR, ClockKind.RECTIFICATION_REPLY)


def assignment_key(assignment_id: int) -> str:
    """Return under which key the mail of an assignment (派单通知) is owed."""
    return f"{outbox.ASSIGNMENT}{assignment_id}"


def told_in_time(step: Step, assignment_id: int, limit: datetime) -> bool:
    """Return whether a mail about an assignment went out before its limit ended and came through.

    A unit that has no address is written no mail: its desk is where it is told.
    """
    mails = outbox.under(step.session, assignment_key(assignment_id))
    return not mails or any(_came_through(one, limit) for one in mails)


def never_told(step: Step, assignment_id: int) -> bool:
    """Return whether every mail about an assignment failed for good (送达失败)."""
    mails = outbox.under(step.session, assignment_key(assignment_id))
    return bool(mails) and all(one.status is MessageStatus.UNDELIVERED for one in mails)


def heard_of(step: Step, ticket: Ticket, assignment: Assignment, limit: datetime) -> bool:
    """Return whether any mail that names its ticket reached a unit before a limit ended.

    A reminder, a warning or one mail instead of many tells of a ticket as well as a 派单通知 does;
    what the hotline's own people were sent about the unit does not.
    """
    mails = outbox.to_unit(step.session, assignment.unit_id, ticket, assignment.dispatched_at)
    return any(_came_through(one, limit) for one in mails)


def again_key(clock: Clock) -> str:
    """Return under which key the mail is owed that asks for a better reply (整改不到位).

    A clock that stands in for one whose mail never arrived is asked for by that same mail.
    """
    return f"letter:{clock.letter_id}:again:{clock.supersedes_id or clock.id}"


def asking_mails(session: Session, clock: Clock) -> Sequence[OutboxMessage]:
    """Return the mails to its unit that ask for the reply a clock waits for."""
    again = outbox.under(session, again_key(clock))
    return again or outbox.under(session, f"letter:{clock.letter_id}")


def asked_in_time(session: Session, clock: Clock) -> bool:
    """Return whether a mail that asks for a reply came through before its limit ended.

    A unit that has no address is written no mail: its desk is where it is told.
    """
    mails = asking_mails(session, clock)
    return not mails or any(_came_through(one, clock.due_at) for one in mails)


def _came_through(mail: OutboxMessage, limit: datetime) -> bool:
    return mail.status is MessageStatus.SENT and (mail.sent_at or limit) < limit


def deemed_though_told(step: Step, assignment: Assignment) -> bool:
    """Return whether an assignment was deemed signed (视为签收) though its unit was told."""
    if not assignment.deemed_signed or assignment.signed_at is None:
        return False
    if not clock_store.signed_too_late(step.session, assignment.id):
        return False  # its return, made in time, was refused
    return told_in_time(step, assignment.id, assignment.signed_at)


def untold_misses(
    step: Step, records: Sequence[TicketEventRecord], clocks: Mapping[int, Clock]
) -> frozenset[int]:
    """Return the numbers of the events of a missed signature or reply its unit was never asked for.

    They stay on record and the limit stays over, but say nothing against the unit; nor does what
    followed of a reply's limit (升级), which nobody had to keep, nor what was taken back since.
    """
    missed = [one for one in records if _waits_for_mail(one, clocks)]
    untold = (one.seq for one in missed if not _told(step, one, clocks))
    return taken_back(records).union(untold)


def _waits_for_mail(record: TicketEventRecord, clocks: Mapping[int, Clock]) -> bool:
    clock = clocks.get(record.details.get("clock", 0))
    asked = clock is not None and clock.kind in ASKED_BY_MAIL
    late = record.event is TicketEvent.BREACH and asked
    if record.event is TicketEvent.ESCALATE:
        return clock is not None and clock.letter_id is not None
    return late or record.event is TicketEvent.DEEM_SIGNED


def _told(step: Step, record: TicketEventRecord, clocks: Mapping[int, Clock]) -> bool:
    clock = clocks.get(record.details.get("clock", 0))
    if clock is not None and clock.letter_id is not None:
        return asked_in_time(step.session, clock)
    if clock is None or clock.assignment_id is None:
        return True
    return told_in_time(step, clock.assignment_id, clock.due_at)
