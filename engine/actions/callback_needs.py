"""What callback a ticket owes (回访的范围): by what unit and requester say, and by its task row."""

from engine.actions.step import Step
from engine.models import Ticket
from engine.rules.callback import CallbackNeed, callback_need, verification_need
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.terms import AnswerOutcome, Satisfaction


def need_of(
    step: Step, ticket: Ticket, solved: AnswerOutcome | None = None,
    satisfaction: Satisfaction | None = None,
) -> CallbackNeed:  # fmt: skip
    """Return the callback owed after the newest answer, given what the requester says of it."""
    on = shanghai_date(ticket.accepted_at)
    answer = store.last_answer(step.session, ticket)
    outcome = answer.outcome if answer else None
    need = callback_need(outcome, satisfaction, solved, ticket.kind, step.rules, on)
    if need.human and not is_silence(step, ticket, need):
        return need
    return verification_need(ticket.task_rows, step.rules, on) or need


def is_silence(step: Step, ticket: Ticket, need: CallbackNeed) -> bool:
    """Return whether a callback is owed only because nobody has said anything yet (未评价)."""
    return need.reason == silence_reason(step, ticket)


def silence_reason(step: Step, ticket: Ticket) -> str:
    """Return the words for a callback of this ticket that is owed for silence alone."""
    on = shanghai_date(ticket.accepted_at)
    return callback_need(None, None, None, ticket.kind, step.rules, on).reason
