"""A letter's mail that leaves on a later day than it was written: it names the day as it counts."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import NamedTuple

import structlog

from engine.actions import clocks, post
from engine.actions.actor import SYSTEM
from engine.actions.letter_arrival import Asked, asked_late, asked_of
from engine.actions.letter_signing import again_facts, asking_facts
from engine.actions.post import Mail
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.actions.told_days import told_due
from engine.actions.told_units import again_key
from engine.documents.told_days import ToldDay
from engine.models import OutboxMessage, Ticket
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.store import leaving, outbox, tickets
from engine.store.database import work

log = structlog.get_logger()


class _Day(NamedTuple):
    """By which day a reply is due, and whether it counts from leaving."""

    due: ToldDay
    late: bool


def restate_late(ids: Sequence[int], now: datetime) -> Sequence[int]:
    """Restate the letters' mails among these that were written on an earlier day and leave now.

    A mail server was away, say: what they name was reckoned for a day that has passed. Return
    those that could not be restated: they wait, and the others go on.
    """
    with work() as session:
        today = shanghai_moment(shanghai_date(now), time(0))
        found = leaving.letters_before(session, ids, today)
    return [one for one in found if not _restated(one, now)]


def _restated(message_id: int, now: datetime) -> bool:
    try:
        with work() as session:
            step = Step(session, SYSTEM, now, rules_in_force(session))
            restate_day(step, outbox.message(session, message_id))
    except Exception:
        # One letter that breaks must not keep back the mails of the others.
        log.exception("letter_not_restated", message=message_id)
        return False
    return True


def restate_day(step: Step, message: OutboxMessage) -> None:
    """Let a letter's mail name the day of the reply as it counts if it leaves now.

    Nothing changes where the mail asks for no reply. Where a copy came through before, that day
    stands.
    """
    asked = asked_of(step, message) if message.letter_id is not None else None
    if asked is None or message.ticket_id is None:
        return
    ticket = tickets.lock_ticket(step.session, message.ticket_id)
    again = message.key == again_key(asked.clock)
    told = _day(step, ticket, message, asked)
    facts = asking_facts(step, asked.letter, told.due)
    if again:
        facts |= again_facts(asked.letter)
    if again or told.late:
        facts["late"] = told.late
    mail = Mail(key=message.key, kind=message.kind, facts=facts, letter=asked.letter,
                unit=asked.unit)  # fmt: skip
    post.rewrite(step, ticket, message, mail)


def _day(step: Step, ticket: Ticket, message: OutboxMessage, asked: Asked) -> _Day:
    clock = asked.clock
    if asked_late(step, message) is not None:
        rules = clocks.own_rules(clock, step.rules)
        deadline = clocks.deadline_of(ticket, clock.kind, step.now, rules,
                                      rule=clocks.given_rule(clock))  # fmt: skip
        if deadline is not None and deadline.due_at > clock.due_at:
            return _Day(ToldDay(deadline.due_on, deadline.provisional), late=True)
    return _Day(told_due(clock), late=False)
