"""Gathers from the tables what the lifecycle's guards look at."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.lifecycle import WAITING, TicketFacts
from engine.models import Assignment, Callback, Ticket
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store import tickets as store
from engine.terms import AnswerOutcome, CallbackState, Satisfaction, TicketStatus


def return_closes_at(assignment: Assignment, rules: RuleSet) -> datetime:
    """Return the moment after which a unit can no longer send the ticket back (退单截止)."""
    day = shanghai_date(assignment.dispatched_at)
    days = rules.parameters["returns.window"].on(day).value
    return end_of_day(rules.calendar.nth_working_day_after(day, days))


def says_unresolved(callback: Callback | None) -> bool:
    """Return whether the requester said 未解决, 部分解决 or 不满意 at the last callback."""
    if callback is None or callback.solved is None:
        return False
    unhappy = callback.satisfaction is Satisfaction.DISSATISFIED
    return unhappy or callback.solved is not AnswerOutcome.SOLVED


def gather(
    session: Session, ticket: Ticket, now: datetime, rules: RuleSet, **known: Any
) -> TicketFacts:
    """Return the facts of a ticket at `now`; `known` are those only the caller knows."""
    if ticket.status is TicketStatus.ACCEPTED:
        new = _of_new(session, ticket)
        return TicketFacts(status=ticket.status, kind=ticket.kind, **{**new, **known})
    lead = store.current_lead(session, ticket)
    callback = store.last_callback(session, ticket)
    accepted_on = shanghai_date(ticket.accepted_at)

    def value(key: str) -> int:
        return int(rules.parameters[key].on(accepted_on).value)

    facts: dict[str, Any] = {
        "has_lead": lead is not None,
        "lead_is_accused": _is_accused(ticket, lead),
        "designated": ticket.designated,
        "panel_due": ticket.returns >= value("returns.before_panel"),
        "rework_used": ticket.reworks >= value("rework.times"),
        "human_callback_owed": callback is not None and _owes_human(callback),
        "unresolved": says_unresolved(callback),
        "panel_approved": ticket.panel_approved,
        **_of_history(session, ticket),
        **_of_lead(session, ticket, lead, now, rules, value("returns.per_unit")),
    }
    return TicketFacts(status=ticket.status, kind=ticket.kind, **{**facts, **known})


def _of_new(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Return what can be so of a ticket that no unit has had yet; nothing else is looked up."""
    lead = ticket.lead_unit_id
    return {
        "has_lead": lead is not None,
        "lead_is_accused": lead is not None and lead == ticket.accused_unit_id,
        "carries_merged": ticket.version > 1 and store.carries_merged(session, ticket),
    }


def _of_history(session: Session, ticket: Ticket) -> dict[str, bool]:
    """Return what only an older ticket can have: an answer, others merged into it."""
    return {
        "answered_before": store.last_answer(session, ticket) is not None,
        "carries_merged": ticket.status in WAITING and store.carries_merged(session, ticket),
    }


def _is_accused(ticket: Ticket, lead: Assignment | None) -> bool:
    return lead is not None and lead.unit_id == ticket.accused_unit_id


def _owes_human(callback: Callback) -> bool:
    return callback.human_required and callback.state is CallbackState.OWED


def _of_lead(
    session: Session, ticket: Ticket, lead: Assignment | None, now: datetime, rules: RuleSet,
    per_unit: int,
) -> dict[str, bool]:  # fmt: skip
    if lead is None:
        return {}
    return {
        "within_return_window": now < return_closes_at(lead, rules),
        "return_used": store.returns_by_unit(session, ticket, lead.unit_id) >= per_unit,
        "contacted": lead.contacted_at is not None,
    }
