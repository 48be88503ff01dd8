"""One-line moves of the demonstration's people: each is one action in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from engine.actions.actor import SYSTEM, Actor
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import accept_ticket
from engine.actions.intake_checks import NewTicket
from engine.actions.people import account_by_name
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.errors import NotFoundError
from engine.models import Ticket, Unit
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import TicketStatus

T = TypeVar("T")
OPERATOR, SUPERVISOR, SECOND = "huawu", "zhuguan1", "zhuguan2"


def step_of(session: Session, now: datetime, who: str | None) -> Step:
    """Return a step by the account `who`, or by the engine itself."""
    actor = SYSTEM
    if who is not None:
        account = account_by_name(session, who)
        if account is None:
            message = f"没有演示账号 {who}"
            raise NotFoundError(message)
        actor = Actor.of(account)
    return Step(session, actor, now, rules_in_force(session))


def take_in(now: datetime, new: NewTicket) -> str:
    """Let the operator take a matter in; return its number."""
    with work() as session:
        return accept_ticket(step_of(session, now, OPERATOR), new).number


def on(number: str, now: datetime, who: str | None, what: Callable[[Step, Ticket], T]) -> T:
    """Run one action on a ticket as `who`."""
    with work() as session:
        ticket = store.ticket_by_number(session, number, lock=True)
        return what(step_of(session, now, who), ticket)


def give_to(number: str, now: datetime, unit: str) -> None:
    """Let the operator choose the unit of a ticket that routing left open."""

    def choose(step: Step, ticket: Ticket) -> None:
        if ticket.status in (TicketStatus.ACCEPTED, TicketStatus.TO_BE_DISPATCHED):
            lead = store.unit_by_name(step.session, unit)
            dispatch(step, ticket, Dispatch(lead, (), "话务员选定"))

    on(number, now, OPERATOR, choose)


def handler_of(number: str) -> str:
    """Return the demonstration account of the unit that has the ticket."""
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        lead = session.get(Unit, ticket.lead_unit_id) if ticket.lead_unit_id else None
        if lead is None:
            message = f"工单 {number} 还没有承办单位"
            raise NotFoundError(message)
        return lead.slug
