"""The year with its days off (日历)."""

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import reading
from engine.actions.rule_changes import PROPOSERS
from engine.errors import NotFoundError
from engine.rules.calendar_alarms import missing_calendars
from engine.rules.shanghai import shanghai_date
from engine.rules.working_days import Day
from engine.store import rules_versions as store
from engine.terms import DayKind, RuleChangeKind

router = APIRouter(include_in_schema=False)
DECEMBER = 12


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
        calendar, book = visit.rules.calendar, visit.rules.book
        today = shanghai_date(visit.now)
        shown = year or today.year
        if not calendar.first_day.year <= shown <= calendar.horizon.year:
            message = f"没有 {shown} 年的日历。"
            raise NotFoundError(message)
        days = calendar.days_between(date(shown, 1, 1), date(shown, 12, 31))
        special = [one for one in days if one.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP)]
        facts = {
            "year": shown, "months": [_month(days, n) for n in range(1, DECEMBER + 1)],
            "today": today, "spans": _spans(special), "calendar": calendar,
            "worked": sum(one.working for one in days),
            "files": [one for one in book.files if one.year == shown],
            "provisional": calendar.confirmed_through < date(shown, 12, 31),
            "years": range(calendar.first_day.year, calendar.horizon.year + 1),
            "missing": missing_calendars(today, visit.rules),
            "changes": store.changes(visit.session, RuleChangeKind.CALENDAR, limit=10),
            "may_import": visit.role in PROPOSERS,
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
