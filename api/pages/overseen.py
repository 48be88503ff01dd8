"""Supervisors' list of tickets (督办清单): conditions, tools, table; filters in the address."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import asked, from_address
from api.pages.profile import view_facts
from api.pages.visit import EYES, reading
from engine.store import desk_filters, tickets
from engine.terms import BulkKind, Rung, TicketKind, TicketScope

router = APIRouter(include_in_schema=False)
EMPTY = {
    TicketScope.OVERDUE: "没有超期的工单。", TicketScope.TODAY: "没有今天到期的工单。",
    TicketScope.CALLBACK: "没有要回访的。",
}  # fmt: skip


@router.get("/supervise/tickets")
def tickets_page(request: Request, after: str = "") -> Response:
    """List the tickets that fit a filter, longest due or newest first."""
    return _list(request, TicketScope.OVERDUE, after)


@router.get("/supervise/overdue")
def overdue(request: Request, after: str = "") -> Response:
    """List the tickets past due, longest first."""
    return _list(request, TicketScope.OVERDUE, after)


@router.get("/supervise/today")
def due_today(request: Request, after: str = "") -> Response:
    """List the tickets that fall due today."""
    return _list(request, TicketScope.TODAY, after)


@router.get("/supervise/callbacks")
def callbacks(request: Request, after: str = "") -> Response:
    """List the callbacks still owed."""
    return _list(request, TicketScope.CALLBACK, after)


def _list(request: Request, scope: TicketScope, after: str) -> Response:
    with reading(request, *EYES) as visit:
        found = asked(visit, from_address(request), scope)
        page, more = desk_filters.find(visit.session, found.wanted, visit.now, after)
        facts = {
            "asked": found, "lines": page.lines, "more": more, "first": not after,
            "count": desk_filters.count(visit.session, found.wanted, visit.now),
            "most": found.wanted.most, "units": tickets.units(visit.session),
            "scopes": list(TicketScope), "kinds": list(TicketKind), "rungs": list(Rung),
            "BulkKind": BulkKind, "error": found.error,
            "empty": EMPTY.get(found.wanted.scope, "没有符合条件的工单。"), **view_facts(visit),
        }  # fmt: skip
        return visit.page("overseen.html", facts, found.error.status if found.error else 200)
