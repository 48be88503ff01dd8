"""The units beside each other for a period (单位汇总): rates, a chart, ranks where wanted."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import from_address, period
from api.pages.visit import EYES, reading
from engine.actions.exporting import unit_standings
from engine.rules.shanghai import shanghai_date

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Bar:
    """One bar of the chart: matters due, and how many of them were late."""

    name: str
    total: int
    bad: int


@router.get("/supervise/units")
def units(request: Request) -> Response:
    """Show how the units did; too few matters are not compared, and ranks are the district's."""
    with reading(request, *EYES) as visit:
        asked = period(visit, from_address(request))
        found = [] if asked.error else unit_standings(visit.step, (asked.since, asked.until))
        settings, today = visit.rules.parameters, shanghai_date(visit.now)
        facts = {
            "asked": asked, "form": from_address(request), "found": found, "error": asked.error,
            "bars": [Bar(one.figures.name, one.figures.due, one.figures.late) for one in found],
            "least": settings["scoring.minimum_count"].on(today).value,
            "ranking": settings["scoring.ranking"].on(today).value,
            "target": settings["scoring.on_time_target"].on(today).value,
        }  # fmt: skip
        return visit.page("units_compared.html", facts, asked.error.status if asked.error else 200)
