"""Silence accepts (逾期未决定视为受理): a refusal not decided in time can no longer be made."""

from dataclasses import replace
from datetime import datetime

from engine.actions.actor import SYSTEM
from engine.actions.refusal_proposals import standing
from engine.actions.step import Step, Why, take
from engine.errors import RefusedTransitionError
from engine.lifecycle import WAITING
from engine.models import Ticket
from engine.rules.acceptance import deemed_accepted_on
from engine.rules.citations import clause
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import end_of_day, spoken_date
from engine.store import tickets as store
from engine.terms import RefusalReason, TicketEvent


def refusal_closes_at(ticket: Ticket, rules: RuleSet) -> datetime:
    """Return the moment from which a matter without a decision counts as accepted."""
    return end_of_day(deemed_accepted_on(ticket.accepted_at, rules))


def check_still_refusable(step: Step, ticket: Ticket, reason: RefusalReason) -> None:
    """Refuse to refuse what silence has accepted; an emergency leaves whenever it is seen.

    Raises:
        RefusedTransitionError: the time for a decision is over.
    """
    if reason is RefusalReason.EMERGENCY or ticket.status not in WAITING:
        return
    if step.now >= refusal_closes_at(ticket, step.rules):
        last = spoken_date(deemed_accepted_on(ticket.accepted_at, step.rules))
        message = f"工单 {ticket.number} 至{last}未作不予受理决定，视为受理，请派单办理。"
        raise RefusedTransitionError(message, clause=clause("house/H-35").label)


def deem_accepted(step: Step, ticket_id: int) -> bool:
    """Record that a proposed refusal was not decided in time; false when it is not so (any more).

    The history says when the time was truly over, however late this is found.
    """
    ticket = store.lock_ticket(step.session, ticket_id)
    over_at = refusal_closes_at(ticket, step.rules)
    noted = any("deemed_accepted" in one.details for one in store.events(step.session, ticket))
    waits = ticket.status in WAITING and bool(standing(step.session, ticket))
    if not waits or step.now < over_at or noted:
        return False
    words = "不予受理的提议逾期未决定，视为受理"
    details = {"deemed_accepted": over_at.isoformat()}
    why = Why(words, clause("house/H-35").label, details)
    take(replace(step, actor=SYSTEM), ticket, TicketEvent.NOTE, why)
    return True
