"""Gathers from the tables what the lifecycle's guards look at."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from engine.lifecycle import WAITING, TicketFacts
from engine.models import Callback, Ticket
from engine.rules.acceptance import must_avoid_unit
from engine.rules.callback import callback_bars_closing, is_unresolved, reworks_used_up
from engine.rules.returns import designation_binds, panel_due, return_closes_at, returns_used_up
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.terms import TicketStatus


def says_unresolved(callback: Callback | None, rules: RuleSet, on: date) -> bool:
    """Return whether the requester said 未解决, 部分解决 or 不满意 at the last callback."""
    if callback is None or callback.solved is None:
        return False
    return is_unresolved(callback.solved, callback.satisfaction, rules, on)


def gather(
    session: Session, ticket: Ticket, now: datetime, rules: RuleSet, **known: Any
) -> TicketFacts:
    """Return the facts of a ticket at `now`; `known` are those only the caller knows."""
    on = shanghai_date(ticket.accepted_at)
    if ticket.status is TicketStatus.ACCEPTED:
        new = _of_new(session, ticket, rules, on)
        return TicketFacts(status=ticket.status, kind=ticket.kind, **{**new, **known})
    callback = store.last_callback(session, ticket)
    facts: dict[str, Any] = {
        "designated": designation_binds(ticket.designated, rules, on),
        "panel_due": panel_due(ticket.returns, rules, on),
        "rework_used": reworks_used_up(ticket.reworks, rules, on),
        "human_callback_owed": _bars_closing(callback, rules, on),
        "unresolved": says_unresolved(callback, rules, on),
        "panel_approved": ticket.panel_approved,
        **_of_history(session, ticket),
        **_of_lead(session, ticket, now, rules, on),
    }
    return TicketFacts(status=ticket.status, kind=ticket.kind, **{**facts, **known})


def _of_new(session: Session, ticket: Ticket, rules: RuleSet, on: date) -> dict[str, Any]:
    """Return what can be so of a ticket that no unit has had yet; nothing else is looked up."""
    lead = ticket.lead_unit_id
    return {
        "has_lead": lead is not None,
        "lead_is_accused": _must_avoid(ticket, lead, rules, on),
        "carries_merged": ticket.version > 1 and store.carries_merged(session, ticket),
    }


def _of_history(session: Session, ticket: Ticket) -> dict[str, bool]:
    """Return what only an older ticket can have: an answer, others merged into it."""
    return {
        "answered_before": store.last_answer(session, ticket) is not None,
        "carries_merged": ticket.status in WAITING and store.carries_merged(session, ticket),
    }


def _must_avoid(ticket: Ticket, lead: int | None, rules: RuleSet, on: date) -> bool:
    accused = lead is not None and lead == ticket.accused_unit_id
    return accused and must_avoid_unit(ticket.kind, rules, on)


def _bars_closing(callback: Callback | None, rules: RuleSet, on: date) -> bool:
    if callback is None:
        return False
    return callback_bars_closing(callback.human_required, callback.state, rules, on)


def _of_lead(
    session: Session, ticket: Ticket, now: datetime, rules: RuleSet, on: date
) -> dict[str, bool]:
    lead = store.current_lead(session, ticket)
    if lead is None:
        return {}
    returns = store.returns_by_unit(session, ticket, lead.unit_id)
    return {
        "has_lead": True,
        "lead_is_accused": _must_avoid(ticket, lead.unit_id, rules, on),
        "within_return_window": now < return_closes_at(lead.dispatched_at, rules, on),
        "return_used": returns_used_up(returns, rules, on),
        "contacted": lead.contacted_at is not None,
        "unsigned": lead.signed_at is None,
    }
