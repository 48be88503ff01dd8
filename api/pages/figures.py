"""The indicators (指标): formula, numerator, denominator, raw and adjusted, and as of any day."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import Period, Reading, from_address, period
from api.pages.visit import EYES, Visit, reading
from engine.actions.figures import Report, not_to_come, report_now, report_on
from engine.errors import BadInputError
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
        asked, on = period(visit, form), Reading(visit, form)
        day = on.day("on")
        error = asked.error or on.error or _to_come(visit, day)
        found = _report(visit, asked, None if error else day)
        rates = [one for one in found.district if one.indicator is not Indicator.RESPONSE_TIME]
        facts = {
            "asked": asked, "form": form, "error": error, "found": found,
            "day": None if error else day,
            "ended": day != shanghai_date(visit.now),
            "FORMULAS": FORMULAS, "in_words": in_words, "by_unit": BY_UNIT,
            "Indicator": Indicator, "bars": [_bar(one) for one in rates if one.value is not None],
        }  # fmt: skip
        return visit.page("figures.html", facts, error.status if error else 200)


def _to_come(visit: Visit, day: date | None) -> BadInputError | None:
    try:
        not_to_come(day or shanghai_date(visit.now), visit.now)
    except BadInputError as error:
        return error
    return None


def _bar(one: Figure) -> Bar:
    value = one.value or 0.0
    return Bar(one.indicator.label, min(value, 100.0), f"{in_words(one, value)}（n={one.raw.n}）")


def _report(visit: Visit, asked: Period, day: date | None) -> Report:
    days = (asked.since, asked.until)
    if day is None:
        return report_now(visit.session, visit.rules, days, visit.now)
    return report_on(visit.session, visit.rules, days, day, visit.now)
