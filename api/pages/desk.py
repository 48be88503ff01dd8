"""The operators' desk (工作台): to dispatch, to review, to rule, to call back, today's list."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, false
from sqlmodel import col

from api.pages.callback_facts import dial_from
from api.pages.finding import number_meant
from api.pages.forms import Posted
from api.pages.naming import unit_named
from api.pages.profile import view_facts
from api.pages.visit import HOTLINE, UNIT, Visit, posting, reading
from engine.actions import drafts
from engine.errors import BadInputError, EngineError, NotFoundError
from engine.models import Ticket, TicketEventRecord
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.store import desk_calls, desk_own, desk_views, matters, promises, tickets
from engine.store.desk_views import Page
from engine.store.search import Searcher, half_width
from engine.store.search import search as find_tickets
from engine.terms import Role, TicketKind, TicketStatus

router = APIRouter(include_in_schema=False)
S = TicketStatus
LISTS: dict[str, tuple[str, tuple[TicketStatus, ...]]] = {
    "dispatch": ("待分派", (S.TO_BE_DISPATCHED, S.ACCEPTED)),
    "review": ("待审核", (S.ANSWERED,)),
    "rule": ("待裁定", (S.RETURNED,)),
    "callback": ("待回访", (S.CALLBACK_DUE,)),
    "today": ("今天登记", ()),
}
# Where somebody who only reads (只读审计) sees the tickets of a list.
READ = {"dispatch": "open", "review": "open", "rule": "open", "callback": "callback",
        "today": "all"}  # fmt: skip
PROPOSALS = 3
LONGEST = 80
FULL_NUMBER = re.compile(r"\+?[\d ()/-]{7,20}")  # what may be a whole telephone number


@dataclass(frozen=True)
class Asked:
    """The conditions of a list, as they stand in its address; nothing personal is among them."""

    kind: str = ""
    unit: str = ""
    who: str = ""

    @property
    def narrowed(self) -> bool:
        """Return whether a condition leaves something out."""
        return bool(self.kind or self.unit)


@router.get("/desk")
def desk(
    request: Request, list: str = "dispatch", after: int = 0, kind: str = "", unit: str = "",
    who: str = "",
) -> Response:  # fmt: skip
    """Show one list of the desk, a page of it from a key on."""
    name = list if list in LISTS else "dispatch"
    asked = Asked(kind, unit.strip()[:LONGEST], who)
    with reading(request, *HOTLINE, Role.AUDITOR) as visit:
        if visit.role is Role.AUDITOR:
            return visit.go(f"/supervise/tickets?scope={READ[name]}")
        error: EngineError | None = None
        try:
            which = _conditions(visit, asked)
        except (BadInputError, NotFoundError) as refused:
            which, error = (false(),), refused
        shown = _list(visit, name, asked, after, which)
        facts = {"lists": LISTS, "name": name, "shown": shown, "numbers": _numbers(visit),
                 "units": tickets.units(visit.session), "proposals": top_proposals,
                 "returners": _returners(visit, shown) if name == "dispatch" else {},
                 "first": after == 0, "asked": asked, "kinds": [*TicketKind], "error": error,
                 "dial_from": dial_from, "refusals": _refusals(visit, name, shown),
                 **_held(visit, shown), **view_facts(visit)}  # fmt: skip
        return visit.page("desk.html", facts)


def _conditions(visit: Visit, asked: Asked) -> tuple[ColumnElement[bool], ...]:
    """Return what a list is narrowed to.

    Raises:
        BadInputError: the initials fit several units.
        NotFoundError: there is no such unit.
    """
    found: list[ColumnElement[bool]] = []
    if asked.kind in {one.value for one in TicketKind}:
        found.append(col(Ticket.kind) == TicketKind.parse(asked.kind))
    if asked.unit:
        name = unit_named(visit.session, asked.unit, "unit")
        unit = tickets.unit_by_name(visit.session, name)
        found.append(col(Ticket.lead_unit_id) == unit.id)
    return tuple(found)


def _list(
    visit: Visit, name: str, asked: Asked, after: int, which: tuple[ColumnElement[bool], ...]
) -> Page:
    session = visit.session
    if name == "today":
        since = shanghai_moment(shanghai_date(visit.now), time(0))
        if asked.who != "all":
            return desk_calls.logged_by(session, visit.account.id, since, after or None, which)
        return desk_views.accepted_since(session, since, after or None, which)
    page = desk_views.by_status(session, LISTS[name][1], after, which)
    if name == "rule":
        return desk_views.returns_pending(session, page)
    return desk_views.callbacks_owed(session, page) if name == "callback" else page


def _numbers(visit: Visit) -> dict[str, int]:
    session = visit.session
    wanted = [status for _, statuses in LISTS.values() for status in statuses]
    found = desk_views.status_counts(session, wanted)
    since = shanghai_moment(shanghai_date(visit.now), time(0))
    return {
        **{name: sum(found.get(one, 0) for one in statuses)
           for name, (_, statuses) in LISTS.items()},
        "today": desk_calls.counted_since(session, since),
        "drafts": drafts.how_many(session, visit.account.id),
        "human": desk_calls.human_callbacks_owed(session),
        "promises": promises.counts(session)["verify"],
    }  # fmt: skip


def _refusals(visit: Visit, name: str, shown: Page) -> dict[int, TicketEventRecord]:
    """Return what was last said of not accepting the tickets that wait for a unit."""
    ids = [line.ticket.id for line in shown.lines] if name == "dispatch" else []
    return matters.refusal_words(visit.session, ids)


def _held(visit: Visit, shown: Page) -> dict[str, Any]:
    """Return which of the tickets shown can still be taken back, and where they will go."""
    found = desk_own.held_of(visit.session, [line.ticket.id for line in shown.lines])
    units = desk_views.units_by_id(visit.session, [one.lead_unit_id for one in found.values()])
    return {"held": found, "held_units": units}


def top_proposals(ticket: Ticket, out: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the three units that routing proposed for a ticket, without those left out."""
    found: list[dict[str, Any]] = (ticket.routing or {}).get("candidates", [])
    return [one for one in found if one["unit"] not in out][:PROPOSALS]


def _returners(visit: Visit, shown: Page) -> dict[int, dict[str, str]]:
    """Return who returned each ticket, upheld, and the unit it suggested or nothing."""
    found = {}
    for ticket in (line.ticket for line in shown.lines if line.ticket.returns):
        upheld = tickets.upheld_returns(visit.session, ticket)
        ids = [one.unit_id for one in upheld] + [one.suggested_unit_id for one in upheld]
        units = desk_views.units_by_id(visit.session, ids)
        found[ticket.id] = {
            units[one.unit_id].name: units[one.suggested_unit_id].name
            if one.suggested_unit_id in units else "" for one in upheld
        }  # fmt: skip
    return found


@router.post("/search")
def search(request: Request, form: Posted) -> Response:
    """Find tickets; by POST, because people search by names and telephone numbers."""
    with posting(request, form, *HOTLINE, *UNIT, Role.AUDITOR) as visit:
        typed = form.text("q").strip()
        words = half_width(typed)
        who = Searcher(
            secrets=visit.role in HOTLINE, kept_since=visit.kept_since,
            unit_id=visit.account.unit_id or 0 if visit.role in UNIT else None,
        )  # fmt: skip
        words = number_meant(words) or words
        found = find_tickets(visit.session, words, who, far=bool(form.text("far")))
        if not found.lines and typed != words:  # what stands in full width is found so too
            found = find_tickets(visit.session, typed, who, far=bool(form.text("far")))
        if len(found.lines) == 1 and found.lines[0].ticket.number == words.upper():
            return visit.go(f"/tickets/{words.upper()}")
        rings = visit.role in HOTLINE and FULL_NUMBER.fullmatch(words) is not None
        return visit.page("search.html", {"words": words, "found": found, "rings": rings})


@router.post("/here")
def here(request: Request, form: Posted) -> Response:
    """Answer that whoever is about to send a form is signed in and its page not too old."""
    with posting(request, form):
        return Response(status_code=204)


@router.get("/keys")
def keys(request: Request) -> Response:
    """Show which keys do what."""
    with reading(request) as visit:
        return visit.page("shortcuts.html")
