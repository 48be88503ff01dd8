"""Routes an accepted ticket (派单): dispatched when sure, else left to a person with proposals."""

from typing import Any

from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.own_words import Own
from engine.actions.step import Step, Why, take
from engine.errors import NotFoundError
from engine.models import Ticket, Unit
from engine.rules.acceptance import emergency_words, mentioned_kinds, split_kinds
from engine.rules.routing import load_router
from engine.rules.shanghai import shanghai_date
from engine.store import matters
from engine.store import tickets as store
from engine.terms import RoutingDecision, TicketEvent, TicketKind, TicketStatus

PROPOSALS = 3
EVIDENCE = 4


def route_ticket(step: Step, ticket_id: int) -> str:
    """Dispatch or hold one accepted ticket; return dispatched, held or skipped.

    One that somebody has in hand is skipped: it is that worker's, or waits for the next round.
    """
    ticket = next(iter(store.lock_free(step.session, [ticket_id])), None)
    if ticket is None or ticket.status is not TicketStatus.ACCEPTED:
        return "skipped"
    order = order_of(step, ticket)
    doubt = person_first(step, ticket)
    if order is None or doubt:
        hold(step, ticket, doubt)
        return "held"
    dispatch(step, ticket, order)
    return "dispatched"


def person_first(step: Step, ticket: Ticket) -> str:
    """Return why a person must look before any unit does (H-52, H-53); empty when none need.

    What may be an emergency, or both complains and reports, has ways out that end at dispatch.
    """
    if ticket.parent_id is not None:
        return ""
    text, on = ticket.title + ticket.content, shanghai_date(ticket.accepted_at)
    if emergency_words(text, step.rules, on):
        return "来件可能是紧急事项，请先核实是否转紧急热线，再派单"
    mixed = len(split_kinds(mentioned_kinds(ticket.kind, text))) > 1
    if mixed and not matters.children(step.session, ticket):
        return "来件可能既投诉又举报，请先核实是否分成两件，再派单"
    return ""


def order_of(step: Step, ticket: Ticket) -> Dispatch | None:
    """Return the dispatch that routing is sure of, or nothing when a person must choose."""
    routing = ticket.routing or {}
    if ticket.routing_decision is not RoutingDecision.DISPATCH or not routing.get("candidates"):
        return None
    best = routing["candidates"][0]
    lead = _unit(step, best["unit"])
    if lead is None or lead.id == ticket.accused_unit_id:
        return None
    supports = [_unit(step, name) for name in best.get("supports", ())]
    rows = tuple(int(row) for row in best.get("tasks", ())[:1])
    wanted = tuple(unit for unit in supports if unit is not None and not _accused(ticket, unit))
    if _names_one_of(ticket, (lead, *wanted)):
        return None
    return Dispatch(lead, wanted, _reason(best), rows)


def _names_one_of(ticket: Ticket, units: tuple[Unit, ...]) -> bool:
    """Whether a report (举报) names a unit that would get it: then only a person may dispatch."""
    if ticket.kind is not TicketKind.REPORT:
        return False
    named = load_router(ticket.catalogue_version).names_in(f"{ticket.title}。{ticket.content}")
    return any(unit.name in named for unit in units)


def _reason(best: dict[str, Any]) -> Own:
    words = "、".join(best.get("evidence", ())[:EVIDENCE])
    return Own(f"系统按任务清单派单，依据：{words}" if words else "系统按任务清单派单")


def _accused(ticket: Ticket, unit: Unit) -> bool:
    return unit.id == ticket.accused_unit_id


def _unit(step: Step, name: str) -> Unit | None:
    try:
        return store.unit_by_name(step.session, name)
    except NotFoundError:
        return None


def hold(step: Step, ticket: Ticket, doubt: str = "") -> None:
    """Leave a ticket to the operators (待分派) with routing's proposals beside it."""
    routing = ticket.routing or {}
    reason = doubt or str(routing.get("reason") or "没有把握，请选择承办单位")
    names = [one["unit"] for one in routing.get("candidates", ())[:PROPOSALS]]
    details = {"decision": routing.get("decision"), "candidates": names}
    take(step, ticket, TicketEvent.HOLD_FOR_DISPATCH, Why(reason, details=details))
    ticket.routed_at = step.now
