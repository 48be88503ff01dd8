"""The indicators (指标): formula, numerator, denominator, raw and adjusted, and as of any day."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import figures_asked, from_address
from api.pages.visit import EYES, reading
from engine.actions.figures import report_of
from engine.rules.indicators import FORMULAS, Figure, in_words
from engine.rules.shanghai import shanghai_date
from engine.terms import Indicator

router = APIRouter(include_in_schema=False)
BY_UNIT = (
    Indicator.SIGNED_ON_TIME, Indicator.ANSWERED_ON_TIME, Indicator.CONTACTED, Indicator.SOLVED,
    Indicator.SATISFIED, Indicator.RETURNED, Indicator.REWORKED, Indicator.REWORK_ON_TIME,
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """One bar of the chart of rates: a name, the percent, and the words beside it."""

    name: str
    percent: float
    words: str


@router.get("/supervise/figures")
def figures(request: Request) -> Response:
    """Show the indicators of a period from the kept summaries, or made again for a past day."""
    with reading(request, *EYES) as visit:
        form = from_address(request)
        asked, day, error = figures_asked(visit, form)
        days = asked.since, asked.until
        found = report_of(visit.session, visit.rules, days, day, visit.now)
        rates = [one for one in found.district if one.indicator is not Indicator.RESPONSE_TIME]
        facts = {
            "asked": asked, "form": form, "error": error, "found": found,
            "day": day,
            "ended": day != shanghai_date(visit.now),
            "FORMULAS": FORMULAS, "in_words": in_words, "by_unit": BY_UNIT,
            "Indicator": Indicator, "bars": [_bar(one) for one in rates if one.value is not None],
        }  # fmt: skip
        return visit.page("figures.html", facts, error.status if error else 200)


def _bar(one: Figure) -> Bar:
    value = one.value or 0.0
    return Bar(one.indicator.label, min(value, 100.0), f"{in_words(one, value)}（n={one.raw.n}）")
