"""Taking back what was just logged (撤回登记): nothing leaves the house before it is too late.

A ticket that may be taken back is not dispatched at all: no unit sees it, no mail is owed, only the
requester's clock runs. What the operator chose stands in `held_dispatch` until the window is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.actions import clocks
from engine.actions.actor import Actor, require_role
from engine.actions.avoiding import refuse_the_accused, refuse_to_begin
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.facts import gather
from engine.actions.intake import accept_ticket, units_of
from engine.actions.intake_checks import NewTicket, checked
from engine.actions.own_words import Own
from engine.actions.routing import route_ticket
from engine.actions.step import Step, Why, take
from engine.errors import NotPermittedError, RefusedTransitionError
from engine.lifecycle import WAITING, Refused, move
from engine.models import Account, HeldDispatch, Ticket, Unit
from engine.rules.citations import clause
from engine.rules.undo import undo_closes_at
from engine.store import desk_own as store
from engine.store import tickets as ticket_store
from engine.terms import Role, TicketEvent, TicketStatus

CHOSEN = Own("话务员登记时选定")
GONE = "这张工单已经撤回作废，不用再撤。"
SENT_ON = (
    "这张工单已派单，不能再撤回。内容有误的请登记补充，派错的请改派，"
    "诉求人不要办了的请登记诉求人撤回。"
)
LATE = (
    "已过撤回时间，这张工单照常办理。内容有误的请登记补充，派错的请改派，"
    "诉求人不要办了的请登记诉求人撤回。"
)


@dataclass(frozen=True)
class Logged:
    """A ticket just logged, and until when it may be taken back; None: not at all."""

    ticket: Ticket
    until: datetime | None


def log_ticket(step: Step, new: NewTicket, *, to_desk: bool = False) -> Logged:
    """Take a ticket in at the desk; it waits for the undo window if its operator wants one.

    `to_desk` leaves it to the dispatchers (转分派岗), whatever routing thinks.

    Raises:
        BadInputError: fields are wrong; all of them are named.
        RefusedTransitionError: the unit chosen may not have it.
    """
    require_role(step.actor, Role.OPERATOR, Role.SUPERVISOR)
    lead, supports, accused = units_of(step, checked(new))
    if not to_desk:
        refuse_to_begin(step, new.kind, lead, supports, accused)
    ticket = accept_ticket(step, replace(new, lead_unit="", support_units=()))
    if to_desk:
        take(step, ticket, TicketEvent.HOLD_FOR_DISPATCH, Why("话务员转分派岗"))
        lead = None
    elif lead is not None:
        _check_may_have_it(step, ticket, lead, supports)
    until = _closes_at(step, ticket)
    if until is not None:
        _hold_back(step, ticket, until, lead, supports)
    elif lead is not None:
        dispatch(step, ticket, Dispatch(lead, tuple(supports), CHOSEN))
    return Logged(ticket, until)


def _check_may_have_it(step: Step, ticket: Ticket, lead: Unit, supports: Sequence[Unit]) -> None:
    """Refuse now what the dispatch would be refused for a minute later, when nobody looks."""
    refuse_the_accused(step, ticket, lead, supports)
    accused = lead.id == ticket.accused_unit_id
    known = {"has_lead": True, "lead_is_accused": accused}
    facts = gather(step.session, ticket, step.now, step.rules, **known)
    found = move(facts, TicketEvent.DISPATCH)
    if isinstance(found, Refused):
        raise RefusedTransitionError(found.reason, clause=clause(found.clause).label)


def _closes_at(step: Step, ticket: Ticket) -> datetime | None:
    if not store.preference(step.session, step.actor.account_id or 0).undo:
        return None
    return undo_closes_at(step.now, ticket.urgency, step.rules)


def _hold_back(
    step: Step, ticket: Ticket, until: datetime, lead: Unit | None, supports: Sequence[Unit]
) -> None:
    step.session.add(
        HeldDispatch(
            ticket_id=ticket.id, until=until, lead_unit_id=lead.id if lead else None,
            support_unit_ids=[one.id for one in supports], held_by_id=step.actor.account_id or 0,
        )
    )  # fmt: skip
    step.session.flush()


def undo_open(step: Step, ticket: Ticket) -> bool:
    """Return whether a ticket may still be taken back."""
    if ticket.status not in WAITING:
        return False
    held = store.held(step.session, ticket.id)
    return held is not None and step.now < held.until


def take_back(step: Step, ticket: Ticket) -> None:
    """Void a locked ticket just logged (撤回登记); its number is not used again.

    Raises:
        NotPermittedError: somebody else logged it.
        RefusedTransitionError: too late; it has been dispatched, or its window is over.
    """
    held = store.held(step.session, ticket.id)
    others = held is not None and held.held_by_id != step.actor.account_id
    if others and step.actor.role is not Role.SUPERVISOR:
        msg = "只有登记的人或主管可以撤回。"
        raise NotPermittedError(msg)
    _check_in_time(step, ticket)
    why = Why("登记后撤回，工单作废")
    take(step, ticket, TicketEvent.VOID, why, undo_open=undo_open(step, ticket))
    clocks.stop_all(step, ticket, "撤回登记")
    store.let_go(step.session, ticket.id)


def _check_in_time(step: Step, ticket: Ticket) -> None:
    """Say what else can be done, where it is too late to take a ticket back."""
    if ticket.status is TicketStatus.VOIDED:
        raise RefusedTransitionError(GONE, clause=clause("house/H-81").label)
    if ticket.status not in WAITING:
        raise RefusedTransitionError(SENT_ON, clause=clause("house/H-81").label)
    if not undo_open(step, ticket):
        raise RefusedTransitionError(LATE, clause=clause("house/H-81").label)


def release(step: Step, ticket_id: int) -> str:
    """Dispatch a ticket whose window is over, as it was chosen; return what became of it."""
    ticket = ticket_store.lock_ticket(step.session, ticket_id)
    held = store.held(step.session, ticket_id)
    if held is None or step.now < held.until:
        return "skipped"
    store.let_go(step.session, ticket_id)
    if ticket.status is not TicketStatus.ACCEPTED:
        return "skipped"
    if held.lead_unit_id is None:
        return route_ticket(step, ticket_id)
    chosen = [
        step.session.get_one(Unit, one) for one in (held.lead_unit_id, *held.support_unit_ids)
    ]
    order = Dispatch(chosen[0], tuple(chosen[1:]), Own(f"{CHOSEN}，撤回时间已过"))
    chooser = Actor.of(step.session.get_one(Account, held.held_by_id))
    dispatch(replace(step, actor=chooser), ticket, order)
    return "dispatched"
