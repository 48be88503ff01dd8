"""The due date in a unit's calendar (.ics): goes with the assignment, and moves when the date does.

To a calendar an entry of the same UID with a higher SEQUENCE is the same entry (RFC 5545 3.8.7.4):
the old day goes, the new one comes.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

from engine.actions.post import File
from engine.actions.step import Step
from engine.actions.told_days import told_due
from engine.actions.told_units import assignment_key
from engine.delivery.reply_tokens import sender_address, sender_domain
from engine.documents.calendar_entry import CalendarEntry, assignment_ics
from engine.documents.told_days import ToldDay
from engine.models import Assignment, Ticket
from engine.store import clocks as clock_store
from engine.store import outbox
from engine.store.outbox import SentFile
from engine.terms import ClockKind, MessageStatus

TYPE = "text/calendar; charset=utf-8; method={}"
# The entry stands on the day by which the unit answers: its own limit, or the law's in its stead.
LIMITS = (ClockKind.HANDLING, ClockKind.ASSISTING, ClockKind.FOLLOW_UP)
CANCEL, TENTATIVE = b"METHOD:CANCEL", b"STATUS:TENTATIVE"
UID = re.compile(rb"^UID:(\S+(?:\r\n \S+)*)", re.MULTILINE)
DAY = re.compile(rb"^DTSTART;VALUE=DATE:(\d{8})", re.MULTILINE)


def entry_of(
    step: Step, ticket: Ticket, assignment: Assignment, due: object, *, again: bool
) -> tuple[File, ...]:
    """Return the entry that goes with an assignment, if it has a due date.

    `again`: units had the ticket before. The entry of one that had it, and still has it in another
    part, moves; one that was cancelled stays so, and the unit gets a new one.
    """
    if not isinstance(due, ToldDay):
        return ()
    sent = _sent(step, ticket, assignment.unit_id) if again else ()
    if uid := _standing(sent):
        return (_file(ticket, due, uid, len(sent), step.now),)
    name = assignment_key(assignment.id).replace(":", "-")
    uid = f"{ticket.number}-{name}@{sender_domain()}"
    return (_file(ticket, due, uid, 0, assignment.dispatched_at),)


def moved_entry(step: Step, ticket: Ticket, unit_id: int) -> tuple[File, ...]:
    """Return what moves a unit's entry to the day its limit now ends; nothing where it is there.

    The name is that of the entry it was sent, whoever was the sender then.
    """
    sent = _sent(step, ticket, unit_id)
    due, uid = _day(step, ticket, unit_id), _standing(sent)
    if due is None or not uid or _stands_on(sent) == due:
        return ()
    return (_file(ticket, due, uid, len(sent), step.now),)


def cancelled_entry(step: Step, ticket: Ticket, unit_id: int) -> tuple[File, ...]:
    """Return what takes a unit's entry out of its calendar; nothing where it has none."""
    sent = _sent(step, ticket, unit_id)
    uid, stood = _standing(sent), _day_of(sent[-1]) if sent else None
    if not uid or stood is None:
        return ()
    return (_file(ticket, stood, uid, len(sent), step.now, cancelled=True),)


def _sent(step: Step, ticket: Ticket, unit_id: int) -> Sequence[SentFile]:
    return outbox.files_named(step.session, ticket.id, unit_id, _name(ticket))


def _standing(sent: Sequence[SentFile]) -> str:
    """Return the name of the entry that stands in a unit's calendar; empty where none does."""
    if not sent or CANCEL in sent[-1].data:
        return ""
    uid = UID.search(sent[-1].data)
    return uid[1].replace(b"\r\n ", b"").decode() if uid else ""


def _stands_on(sent: Sequence[SentFile]) -> ToldDay | None:
    """Return on which day the newest entry stands that has gone out or will."""
    going = [one for one in sent if one.status is not MessageStatus.SUPERSEDED]
    return _day_of(going[-1]) if going else None


def _day_of(entry: SentFile) -> ToldDay | None:
    found = DAY.search(entry.data)
    return (
        ToldDay(date.fromisoformat(found[1].decode()), TENTATIVE in entry.data) if found else None
    )


def _day(step: Step, ticket: Ticket, unit_id: int) -> ToldDay | None:
    own = [one for one in clock_store.running(step.session, ticket.id, LIMITS)
           if one.unit_id == unit_id]  # fmt: skip
    own.sort(key=lambda one: LIMITS.index(one.kind))
    return told_due(own[0]) if own else None


def _file(
    ticket: Ticket, due: ToldDay, uid: str, sequence: int, stamp: datetime,
    *, cancelled: bool = False,
) -> File:  # fmt: skip
    entry = CalendarEntry(ticket.number, due, uid, stamp, sender_address(), sequence, cancelled)
    return File(_name(ticket), TYPE.format(entry.method), assignment_ics(entry))


def _name(ticket: Ticket) -> str:
    return f"{ticket.number}.ics"
