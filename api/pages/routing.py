"""The routing page (派单规则): versions and scores, going back, the duty words, heat, coverage."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.forms import EMPTY, Form, Posted
from api.pages.naming import unit_named
from api.pages.visit import Visit, attempt, reading
from engine.actions import lexicon
from engine.actions.routing_in_force import coverage_since, in_force
from engine.errors import BadInputError, EngineError, NotFoundError
from engine.models import RoutingVersion
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.routing.lexicon import unit_words
from engine.rules.shanghai import shanghai_date
from engine.store import routing_heat, routing_versions
from engine.store.routing_heat import Heat
from engine.store.tickets import unit_by_name, units
from engine.terms import Role, RoutingDecision

router = APIRouter(include_in_schema=False)
LOOKERS = (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
MAY_CHANGE = (Role.SUPERVISOR, Role.ADMINISTRATOR)
SPANS = (30, 90, 365)
HOTTEST = 20
STRANGERS = 30
TEXTS = 300  # read for the words no lexicon has, so that the page stays quick


@dataclass(frozen=True)
class Row:
    """A row of the list with its tickets (任务热度)."""

    number: str
    direction: str
    heat: Heat


@router.get("/routing")
def routing(request: Request, days: int = SPANS[1], unit: str = "") -> Response:
    """Show how routing stands, what it was before, and what the tickets say of it."""
    with reading(request, *LOOKERS) as visit:
        return _page(visit, EMPTY, days=days, unit=unit)


def _page(
    visit: Visit, form: Form, error: EngineError | None = None, *, days: int = SPANS[1],
    unit: str = "",
) -> Response:  # fmt: skip
    span = days if days in SPANS else SPANS[1]
    since = visit.now - timedelta(days=span)
    spread = routing_heat.spread(visit.session, since, visit.now)
    facts = {
        "form": form, "error": error, "days": span, "spans": SPANS, "tiers": lexicon.TIER_NAMES,
        "units": units(visit.session), "may_change": visit.role in MAY_CHANGE,
        "versions": routing_versions.versions(visit.session, 20),
        "number": in_force(visit.session).number, "shown": _words(visit, unit), "unit": unit,
        "spread": spread, "Decision": RoutingDecision,
        "rows": [_row(one) for one in spread.rows[:HOTTEST]],
        "coverage": coverage_since(visit.session, since, visit.now, TEXTS),
        # Words of tickets are for those who may read tickets.
        "strangers": STRANGERS if visit.role is Role.SUPERVISOR else 0,
    }  # fmt: skip
    return visit.page("routing.html", facts, error.status if error else 200)


def _row(heat: Heat) -> Row:
    number, version = heat.name.split("@", 1)
    try:
        direction = load_catalogue(version).task(int(number)).direction
    except NotFoundError:
        direction = "该版本清单已不在"
    return Row(number, direction, heat)


def _words(visit: Visit, name: str) -> dict[str, list[str]]:
    """Return a unit's expressions by tier as they are in force, or nothing."""
    if not name:
        return {}
    state = in_force(visit.session)
    try:
        known = unit_by_name(visit.session, name)
        unit = state.router(shanghai_date(visit.now)).catalogue.unit(known.name)
    except NotFoundError:
        return {}
    return unit_words(unit, state.edits)


def _try(request: Request, form: Form, change: Any) -> Response:
    def do(visit: Visit) -> Response:
        version: RoutingVersion = change(visit)
        return visit.go("/routing", f"第 {version.id} 版派单规则已生效。")

    def again(visit: Visit, error: EngineError) -> Response:
        return _page(visit, form, error)

    return attempt(request, form, do, again, *MAY_CHANGE)


@router.post("/routing/words")
def change_word(request: Request, form: Posted) -> Response:
    """Add an expression to a unit's lexicon, or take one away (改词库)."""
    change = lexicon.remove_expression if form.has("remove") else lexicon.add_expression
    return _try(request, form, lambda visit: change(visit.step, _word(visit, form)))


def _word(visit: Visit, form: Form) -> lexicon.Word:
    return lexicon.Word(
        unit=unit_named(visit.session, form.text("unit"), "unit"),
        expression=form.text("expression"), tier=form.text("tier", "usual"),
        reason=form.text("reason"),
    )  # fmt: skip


@router.post("/routing/restore")
def restore(request: Request, form: Posted) -> Response:
    """Go back to an earlier version (恢复旧版)."""
    return _try(
        request, form, lambda visit: lexicon.restore(visit.step, _number(form), form.text("reason"))
    )


def _number(form: Form) -> int:
    text = form.text("version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004
        words = "请写要恢复的版本号。"
        raise BadInputError(words, fields={"version": words})
    return int(text)
