"""Tells units of a day that moved by itself (期限变更): one mail a unit, with its entry."""

from collections.abc import Sequence
from datetime import date

from engine.actions import post
from engine.actions.calendar_entries import moved_entry
from engine.actions.post import Mail
from engine.actions.step import Step
from engine.actions.told_days import told_due
from engine.models import Clock, Ticket, TicketEventRecord, Unit
from engine.terms import NoticeKind, Recipient

Was = tuple[Clock, date]


def tell_moved(
    step: Step, ticket: Ticket, record: TicketEventRecord, before: Sequence[Was], reason: str
) -> None:
    """Owe the units of clocks that end on another day than before one mail each, saying why."""
    moved = [(clock, old) for clock, old in before if clock.due_on != old]
    for unit_id in dict.fromkeys(clock.unit_id for clock, _ in moved):
        if unit_id is None:  # the requester's own limit: no unit is held to it
            continue
        unit = step.session.get_one(Unit, unit_id)
        moves = [move_of(clock, old) for clock, old in moved if clock.unit_id == unit_id]
        facts = {"unit": unit.name, "reason": reason, "moves": moves}
        mail = Mail(key=f"event:{record.id}:{unit_id}", kind=NoticeKind.DUE_CHANGED, unit=unit,
                    facts=facts, files=moved_entry(step, ticket, unit_id))  # fmt: skip
        post.post(step, ticket, mail, post.addresses(step.session, unit, (Recipient.UNIT,)))


def move_of(clock: Clock, old: date) -> dict[str, object]:
    """Return one moved day as the mail names it: of which limit, from when, to when."""
    return {"limit_name": clock.limit_name, "old_due_on": old, "new_due_on": told_due(clock)}
