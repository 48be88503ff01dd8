"""How a unit handled a ticket (办理情况), read off the record; judgements are people's."""

from engine.actions.facts import says_unresolved
from engine.actions.letter_facts import main_clock, overdue_working_days
from engine.actions.step import Step
from engine.errors import ConflictError
from engine.models import Ticket
from engine.rules.rectification import Conduct, letter_grounds
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.terms import AnswerOutcome, RectificationGround


def grounds_on_record(step: Step, ticket: Ticket) -> dict[RectificationGround, str]:
    """Return the grounds for a rectification letter that a ticket's record speaks for, and why."""
    on = shanghai_date(ticket.accepted_at)
    return letter_grounds(_conduct(step, ticket), step.rules, on)


def _conduct(step: Step, ticket: Ticket) -> Conduct:
    callback = store.last_callback(step.session, ticket)
    on = shanghai_date(ticket.accepted_at)
    unresolved = says_unresolved(callback, step.rules, on)
    answer = store.last_answer(step.session, ticket)
    claimed = answer is not None and answer.outcome is AnswerOutcome.SOLVED
    denied = callback is not None and callback.solved is AnswerOutcome.NOT_SOLVED
    return Conduct(
        overdue_working_days=_overdue(step, ticket),
        deemed_signed_times=_deemed_signed(step, ticket),
        dissatisfied_after_rework=unresolved and ticket.reworks > 0,
        claimed_solved_but_not=claimed and denied,
    )


def _overdue(step: Step, ticket: Ticket) -> int:
    try:
        return overdue_working_days(step, main_clock(step, ticket))
    except ConflictError:  # praise and the like have no limit
        return 0


def _deemed_signed(step: Step, ticket: Ticket) -> int:
    found = store.assignments(step.session, ticket)
    return sum(one.deemed_signed for one in found if one.unit_id == ticket.lead_unit_id)
