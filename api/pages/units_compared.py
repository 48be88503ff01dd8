"""The units beside each other for a period (单位汇总): rates, a chart, ranks where wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import from_address, period
from api.pages.visit import EYES, reading
from engine.actions.exporting import stood_at, unit_standings
from engine.rules.ranking import Standing
from engine.rules.shanghai import shanghai_date

router = APIRouter(include_in_schema=False)
DRAWN = 12


@dataclass(frozen=True)
class Bar:
    """One bar of the chart: matters due, and how many of them were late."""

    name: str
    total: int
    bad: int


def _worst(found: Sequence[Standing]) -> list[Bar]:
    """Return the bars of the units with most late, those with most due first among equals."""
    bars = [Bar(one.figures.name, one.figures.due, one.figures.late) for one in found]
    return sorted((one for one in bars if one.total), key=lambda one: (-one.bad, -one.total))[
        :DRAWN
    ]


@router.get("/supervise/units")
def units(request: Request) -> Response:
    """Show how the units did; too few matters are not compared, and ranks are the district's."""
    with reading(request, *EYES) as visit:
        asked = period(visit, from_address(request))
        found = [] if asked.error else unit_standings(visit.step, (asked.since, asked.until))
        settings, today = visit.rules.parameters, shanghai_date(visit.now)
        facts = {
            "asked": asked, "form": from_address(request), "found": found, "error": asked.error,
            "bars": _worst(found), "drawn": DRAWN, "stood_at": stood_at(visit.step),
            "least": settings["scoring.minimum_count"].on(today).value,
            "ranking": settings["scoring.ranking"].on(today).value,
            "target": settings["scoring.on_time_target"].on(today).value,
        }  # fmt: skip
        return visit.page("units_compared.html", facts, asked.error.status if asked.error else 200)
