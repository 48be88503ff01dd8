"""A letter whose mail left later than it was owed: its unit has its full days from then on."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from engine.actions import clocks, post
from engine.actions.actor import SYSTEM
from engine.actions.post import Mail
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step, Why, take
from engine.models import Clock, Letter, Ticket, Unit
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.store import clocks as clock_store
from engine.store import outbox, tickets
from engine.terms import ClockKind, NoticeKind, Recipient, TicketEvent


class Late(NamedTuple):
    """A reply clock that began before its letter left, with the letter and its unit."""

    letter: Letter
    unit: Unit
    clock: Clock


def count_from_leaving(session: Session, message_id: int, now: datetime) -> None:
    """Count a letter's reply anew where the first mail to its unit left on a later day than owed.

    A mail server that was away, or an address that was put right, takes no day from the unit.
    """
    message = outbox.message(session, message_id)
    if message.kind is not NoticeKind.RECTIFICATION or message.letter_id is None:
        return
    letter = session.get_one(Letter, message.letter_id)
    if message.unit_id != letter.unit_id or outbox.left_before(session, message):
        return
    ticket = tickets.lock_ticket(session, letter.ticket_id)
    running = clock_store.running(session, ticket.id, [ClockKind.RECTIFICATION_REPLY])
    clock = next((one for one in running if one.letter_id == letter.id), None)
    if clock is not None and shanghai_date(clock.started_at) < shanghai_date(now):
        step = Step(session, SYSTEM, now, rules_in_force(session))
        _recount(step, ticket, Late(letter, session.get_one(Unit, letter.unit_id), clock))


def _recount(step: Step, ticket: Ticket, late: Late) -> None:
    letter, unit, clock = late
    rules, old = clocks.own_rules(clock, step.rules), clock.due_on
    deadline = clocks.deadline_of(ticket, clock.kind, step.now, rules)
    if deadline is None:
        return
    clock.started_at = step.now
    clocks.set_deadline(step, ticket, clock, deadline)
    left = spoken_date(shanghai_date(step.now))
    reason = f"{letter.kind.label}{letter.number}于{left}才送出，反馈期限自送出次日起算"
    words = f"{reason}，改为{spoken_date(clock.due_on)}"
    record = take(step, ticket, TicketEvent.NOTE, Why(words, details={"clock": clock.id}))
    move = {"limit_name": clock.kind.label, "old_due_on": old, "new_due_on": clock.due_on}
    mail = Mail(key=f"event:{record.id}", kind=NoticeKind.DUE_CHANGED, unit=unit, letter=letter,
                facts={"unit": unit.name, "reason": reason, "moves": [move]})  # fmt: skip
    post.post(step, ticket, mail, post.addresses(step.session, unit, (Recipient.UNIT,)))
