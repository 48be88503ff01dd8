"""The due date in a unit's calendar (.ics): goes with the assignment, and moves when the date does.

To a calendar an entry of the same UID with a higher SEQUENCE is the same entry (RFC 5545 3.8.7.4):
the old day goes, the new one comes.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

from engine.actions.post import File
from engine.actions.step import Step
from engine.actions.told_units import assignment_key
from engine.delivery.reply_tokens import sender_domain
from engine.documents.calendar_entry import CalendarEntry, assignment_ics
from engine.models import Assignment, Ticket
from engine.store import clocks as clock_store
from engine.store import outbox
from engine.store import tickets as store
from engine.terms import ClockKind, MessageStatus

TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
# The entry stands on the day by which the unit answers: its own limit, or the law's in its stead.
LIMITS = (ClockKind.HANDLING, ClockKind.ASSISTING, ClockKind.FOLLOW_UP)
UID = re.compile(rb"^UID:(\S+(?:\r\n \S+)*)", re.MULTILINE)
DAY = re.compile(rb"^DTSTART;VALUE=DATE:(\d{8})", re.MULTILINE)


def first_entry(
    ticket: Ticket, assignment: Assignment, due_on: object, stamp: datetime
) -> tuple[File, ...]:
    """Return the entry that goes with an assignment, if it has a due date."""
    if not isinstance(due_on, date):
        return ()
    name = assignment_key(assignment.id).replace(":", "-")
    return (_file(ticket, due_on, f"{ticket.number}-{name}@{sender_domain()}", 0, stamp),)


def moved_entry(step: Step, ticket: Ticket, unit_id: int) -> tuple[File, ...]:
    """Return what moves a unit's entry to the day its limit now ends; nothing where it is there.

    The name is that of the entry it was sent, whoever was the sender then.
    """
    sent = outbox.files_named(step.session, ticket.id, unit_id, _name(ticket))
    due_on = _day(step, ticket, unit_id)
    open_now = store.open_assignments(step.session, ticket)
    mine = [
        data
        for key, _, data in sent
        if key in {assignment_key(one.id) for one in open_now if one.unit_id == unit_id}
    ]
    if due_on is None or not mine or (uid := UID.search(mine[-1])) is None:
        return ()
    if _stands_on(sent) == f"{due_on:%Y%m%d}":
        return ()
    name = uid[1].replace(b"\r\n ", b"").decode()
    return (_file(ticket, due_on, name, len(sent), step.now),)


def _stands_on(sent: Sequence[tuple[str, MessageStatus, bytes]]) -> str:
    """Return on which day the newest entry stands that has gone out or will."""
    going = [data for _, status, data in sent if status is not MessageStatus.SUPERSEDED]
    found = DAY.search(going[-1]) if going else None
    return found[1].decode() if found else ""


def _day(step: Step, ticket: Ticket, unit_id: int) -> date | None:
    own = [one for one in clock_store.running(step.session, ticket.id, LIMITS)
           if one.unit_id == unit_id]  # fmt: skip
    own.sort(key=lambda one: LIMITS.index(one.kind))
    return own[0].due_on if own else None


def _file(ticket: Ticket, due_on: date, uid: str, sequence: int, stamp: datetime) -> File:
    summary = f"{ticket.number} 办结期限"
    entry = CalendarEntry(ticket.number, due_on, summary, uid, stamp, sequence)
    return File(_name(ticket), TYPE, assignment_ics(entry))


def _name(ticket: Ticket) -> str:
    return f"{ticket.number}.ics"
