"""The rules beside the law's words (规则), and the year with its days off (日历)."""

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import reading
from engine.errors import NotFoundError
from engine.rules.citations import load_clauses
from engine.rules.parameters import UNITS, plain
from engine.rules.shanghai import shanghai_date
from engine.rules.working_days import Day
from engine.terms import DayKind, Term

router = APIRouter(include_in_schema=False)
DECEMBER = 12
ROW = "chengzhong-2023-19/113/"


LABELS = {one.value: one.label for kind in Term.__subclasses__() for one in kind}


@dataclass(frozen=True)
class Month:
    """One month of the year view: weeks of days, empty places before the first."""

    number: int
    weeks: tuple[tuple[Day | None, ...], ...]


@router.get("/calendar")
def year_view(request: Request, year: int = 0) -> Response:
    """Show a year: working days, weekends, days off, make-up days, with their notices.

    Raises:
        NotFoundError: the calendar does not know that year.
    """
    with reading(request) as visit:
        calendar = visit.rules.calendar
        today = shanghai_date(visit.now)
        shown = year or today.year
        if not calendar.first_day.year <= shown <= calendar.horizon.year:
            message = f"没有 {shown} 年的日历。"
            raise NotFoundError(message)
        days = calendar.days_between(date(shown, 1, 1), date(shown, 12, 31))
        special = [one for one in days if one.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP)]
        facts = {
            "year": shown, "months": [_month(days, n) for n in range(1, DECEMBER + 1)],
            "today": today, "sources": list(dict.fromkeys(one.source for one in special)),
            "spans": _spans(special), "calendar": calendar,
            "provisional": calendar.confirmed_through < date(shown, 12, 31),
            "years": range(calendar.first_day.year, calendar.horizon.year + 1),
        }  # fmt: skip
        return visit.page("calendar.html", facts)


def _month(days: tuple[Day, ...], number: int) -> Month:
    mine: list[Day | None] = [one for one in days if one.on.month == number]
    first = mine[0]
    padded = [None] * (first.on.weekday() if first else 0) + mine
    padded += [None] * (-len(padded) % 7)
    weeks = tuple(tuple(padded[at : at + 7]) for at in range(0, len(padded), 7))
    return Month(number, weeks)


def _spans(days: list[Day]) -> list[tuple[Day, Day]]:
    spans: list[tuple[Day, Day]] = []
    for one in days:
        if spans and spans[-1][1].reason == one.reason and one.on - spans[-1][1].on == timedelta(1):
            spans[-1] = (spans[-1][0], one)
        else:
            spans.append((one, one))
    return spans


@router.get("/rules")
def rules(request: Request) -> Response:
    """Show the document's words beside the values drawn from them, and the district's own."""
    with reading(request) as visit:
        today = shanghai_date(visit.now)
        values = [(one, one.on(today)) for one in visit.rules.parameters.values()
                  if one.values[0].since <= today and one.values[-1].value is not None]  # fmt: skip
        clauses = [one.citation for anchor, one in load_clauses().items() if anchor.startswith(ROW)]
        facts = {
            "law": [pair for pair in values if not pair[1].citation.house],
            "house": [pair for pair in values if pair[1].citation.house],
            "clauses": clauses, "words": _words, "UNITS": UNITS,
        }  # fmt: skip
        return visit.page("rules.html", facts)


def _words(value: object) -> str:
    said = plain(value)
    if isinstance(said, bool):
        return "是" if said else "否"
    if isinstance(said, list):
        return "、".join(_words(one) for one in said)
    if isinstance(said, dict):
        return "；".join(f"{key}：{_words(one)}" for key, one in said.items())
    return LABELS.get(str(said), str(said))
