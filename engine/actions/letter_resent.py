"""A letter's mail sent again after it did not arrive: it asks for the reply by a day from now."""

from engine.actions import clocks, post
from engine.actions.letter_arrival import asked_late
from engine.actions.letter_signing import asking_facts
from engine.actions.post import Mail
from engine.actions.step import Step
from engine.actions.told_units import again_key
from engine.models import OutboxMessage
from engine.store import tickets


def restate_day(step: Step, message: OutboxMessage) -> None:
    """Let a letter's mail name the day of the reply as it counts if it leaves now.

    Nothing changes where a copy came through before, or where the mail asks for no reply.
    """
    late = asked_late(step, message) if message.letter_id is not None else None
    if late is None or message.ticket_id is None:
        return
    ticket = tickets.lock_ticket(step.session, message.ticket_id)
    rules = clocks.own_rules(late.clock, step.rules)
    deadline = clocks.deadline_of(ticket, late.clock.kind, step.now, rules)
    if deadline is None:
        return
    again = message.key == again_key(late.clock)
    more = {"again": True, "reason": late.letter.opinion} if again else {}
    facts = {
        **asking_facts(step, late.letter, deadline.due_on, deadline.status),
        **more,
        "late": True,
    }
    mail = Mail(key=message.key, kind=message.kind, facts=facts, letter=late.letter, unit=late.unit)
    post.rewrite(step, ticket, message, mail)
