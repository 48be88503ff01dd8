"""Whether a unit was told of a ticket in time: who was told nothing has not refused to sign."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.actions.step import Step
from engine.models import Assignment, Clock, OutboxMessage, TicketEventRecord
from engine.store import clocks as clock_store
from engine.store import outbox
from engine.terms import ClockKind, MessageStatus, TicketEvent


def assignment_key(assignment_id: int) -> str:
    """Return under which key the mail of an assignment (派单通知) is owed."""
    return f"assignment:{assignment_id}"


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


def _came_through(mail: OutboxMessage, limit: datetime) -> bool:
    return mail.status is MessageStatus.SENT and (mail.sent_at or limit) < limit


def deemed_though_told(step: Step, assignment: Assignment) -> bool:
    """Return whether an assignment was deemed signed (视为签收) though its unit was told."""
    if not assignment.deemed_signed or assignment.signed_at is None:
        return False
    if not clock_store.signed_too_late(step.session, assignment.id):
        return False  # its return, made in time, was refused
    return told_in_time(step, assignment.id, assignment.signed_at)


def untold_signatures(
    step: Step, records: Sequence[TicketEventRecord], clocks: Mapping[int, Clock]
) -> frozenset[int]:
    """Return the numbers of the events of a missed signature for which its unit was told nothing.

    They stay on record and the limit stays over, but say nothing against the unit.
    """
    missed = [one for one in records if _missed_signature(one, clocks)]
    return frozenset(one.seq for one in missed if not _told(step, one, clocks))


def _missed_signature(record: TicketEventRecord, clocks: Mapping[int, Clock]) -> bool:
    clock = clocks.get(record.details.get("clock", 0))
    signing = clock is not None and clock.kind is ClockKind.SIGN_FOR
    late = record.event is TicketEvent.BREACH and signing
    return late or record.event is TicketEvent.DEEM_SIGNED


def _told(step: Step, record: TicketEventRecord, clocks: Mapping[int, Clock]) -> bool:
    clock = clocks.get(record.details.get("clock", 0))
    if clock is None or clock.assignment_id is None:
        return True
    return told_in_time(step, clock.assignment_id, clock.due_at)
