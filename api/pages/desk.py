"""The operators' desk (工作台): to dispatch, to review, to rule, to call back, today's list."""

from datetime import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import Posted
from api.pages.visit import HOTLINE, UNIT, Visit, posting, reading
from engine.models import Ticket
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.store import desk_views, tickets
from engine.store.desk_views import Page
from engine.store.search import Searcher
from engine.store.search import search as find_tickets
from engine.terms import Role, TicketStatus

router = APIRouter(include_in_schema=False)
S = TicketStatus
LISTS: dict[str, tuple[str, tuple[TicketStatus, ...]]] = {
    "dispatch": ("待分派", (S.TO_BE_DISPATCHED, S.ACCEPTED)),
    "review": ("待审核", (S.ANSWERED,)),
    "rule": ("待裁定", (S.RETURNED,)),
    "callback": ("待回访", (S.CALLBACK_DUE,)),
    "today": ("今天登记", ()),
}
PROPOSALS = 3


@router.get("/desk")
def desk(request: Request, list: str = "dispatch", after: int = 0) -> Response:
    """Show one list of the desk, a page of it from a key on."""
    name = list if list in LISTS else "dispatch"
    with reading(request, *HOTLINE) as visit:
        shown = _list(visit, name, after)
        facts = {"lists": LISTS, "name": name, "shown": shown, "numbers": _numbers(visit),
                 "units": tickets.units(visit.session), "proposals": top_proposals,
                 "first": after == 0}  # fmt: skip
        return visit.page("desk.html", facts)


def _list(visit: Visit, name: str, after: int) -> Page:
    session = visit.session
    if name == "today":
        since = shanghai_moment(shanghai_date(visit.now), time(0))
        return desk_views.accepted_since(session, since, after or None)
    page = desk_views.by_status(session, LISTS[name][1], after)
    if name == "rule":
        return desk_views.returns_pending(session, page)
    return desk_views.callbacks_owed(session, page) if name == "callback" else page


def _numbers(visit: Visit) -> dict[str, int]:
    wanted = [status for _, statuses in LISTS.values() for status in statuses]
    found = desk_views.status_counts(visit.session, wanted)
    return {name: sum(found.get(one, 0) for one in statuses)
            for name, (_, statuses) in LISTS.items()}  # fmt: skip


def top_proposals(ticket: Ticket) -> list[dict[str, Any]]:
    """Return the three units that routing proposed for a ticket."""
    found: list[dict[str, Any]] = (ticket.routing or {}).get("candidates", [])
    return found[:PROPOSALS]


@router.post("/search")
def search(request: Request, form: Posted) -> Response:
    """Find tickets; by POST, because people search by names and telephone numbers."""
    with posting(request, form, *HOTLINE, *UNIT, Role.AUDITOR) as visit:
        words = form.text("q").strip()
        who = Searcher(
            secrets=visit.role in HOTLINE, kept_since=visit.kept_since,
            unit_id=visit.account.unit_id or 0 if visit.role in UNIT else None,
        )  # fmt: skip
        found = find_tickets(visit.session, words, who)
        if len(found.lines) == 1 and found.lines[0].ticket.number == words.upper():
            return visit.go(f"/tickets/{words.upper()}")
        return visit.page("search.html", {"words": words, "found": found})


@router.get("/keys")
def keys(request: Request) -> Response:
    """Show which keys do what."""
    with reading(request) as visit:
        return visit.page("shortcuts.html")
