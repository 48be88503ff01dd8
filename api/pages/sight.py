"""Early sight (早知道): heat, trends, repeated requesters, rising returns, forecast, hot words."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import EYES, Visit, reading
from engine.actions.routing_in_force import in_force
from engine.rules.early_sight import (
    IN_TITLES,
    WEEKS_OF_HISTORY,
    WEIGHT_OF_DISTRICT,
    Returning,
    Risen,
    backtest,
    counted,
    forecast,
    least_history,
    of_all,
    returning_more,
    risen,
    together,
)
from engine.rules.indicators import Count
from engine.rules.routing.catalogue import OTHER_LISTS, load_catalogue
from engine.rules.routing.text import fold
from engine.rules.shanghai import shanghai_date
from engine.store import early_sight as store
from engine.store import figure_days, tickets
from engine.terms import Indicator

router = APIRouter(include_in_schema=False)
WEEKS, MONTH, TESTED, DRAWN, SHOWN = 8, 30, 8, 12, 20
# Whole weeks on both sides, so that each weekday weighs the same in both; titles of each day.
LATELY, BEFORE, MOST_TITLES = 14, 42, 15


@dataclass(frozen=True)
class HeatRow:
    """An indicator of the list, or a row: its tickets by week, newest first, and hottest rows."""

    name: str
    weeks: tuple[int, ...]
    rows: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """Return all its tickets."""
        return sum(self.weeks)


@dataclass(frozen=True)
class Bar:
    """One bar: a name, its length, and the part of it that is bad."""

    name: str
    total: float
    bad: float


@dataclass(frozen=True)
class Week:
    """A week of the trend: its name, how many tickets, and how long its bar is, in percent."""

    name: str
    total: int
    most: int

    @property
    def percent(self) -> float:
        """Return the length of the bar beside the longest."""
        return 100 * self.total / max(self.most, 1)

    @property
    def words(self) -> str:
        """Return the number as it stands beside the bar."""
        return f"{self.total} 件"


@router.get("/supervise/sight")
def sight(request: Request) -> Response:
    """Show what is coming, told from counts alone."""
    with reading(request, *EYES) as visit:
        session, now = visit.session, visit.now
        due = store.due_by_unit(session, now, now + store.WEEK)
        weeks = store.taken_in(session, now, WEEKS)
        repeats = visit.rules.parameters["group_alert.repeats"].on(shanghai_date(now)).value
        past = store.weeks_by_unit(session, now, TESTED + WEEKS_OF_HISTORY)
        least = least_history(visit.rules, shanghai_date(now))
        history = together(past[:WEEKS_OF_HISTORY])
        told = forecast(due, history, least)
        compared: int = visit.rules.parameters["scoring.minimum_count"].on(
            shanghai_date(now)).value  # fmt: skip
        words, titles = _words(visit, compared)
        heat, heat_rows = _heat(visit)
        facts = {
            "heat": heat, "heat_rows": heat_rows, "weeks": WEEKS,
            "heads": [_week(WEEKS - 1 - ago) for ago in range(WEEKS)],
            "forecast": told, "least": least,
            "district": of_all(history), "weight": WEIGHT_OF_DISTRICT, "in_titles": IN_TITLES,
            "drawn": DRAWN, "tested": backtest(past, least),
            "known": sum(one.enough for one in told),
            "trend": [Week(_week(at), count, max(weeks)) for at, count in enumerate(weeks)],
            "expected": [Bar(one.unit, one.due, round(one.expected, 1))
                         for one in told[:DRAWN] if one.enough],
            "repeated": store.repeated(session, now - timedelta(days=MONTH), repeats),
            "repeats": repeats, "rising": _rising(visit, compared), "words": words[:SHOWN],
            "titles": titles, "compared": compared, "of_each_day": MOST_TITLES, "shown": SHOWN,
        }  # fmt: skip
        return visit.page("sight.html", facts)


def _week(place: int) -> str:
    ago = WEEKS - 1 - place
    return f"{ago} 周前" if ago else "近 7 日"


def _heat(visit: Visit) -> tuple[list[HeatRow], list[HeatRow]]:
    """Return the heat of the list's indicators and of its rows, the hottest first."""
    found = store.heat(visit.session, visit.now, WEEKS)
    catalogue = load_catalogue()
    names = {row: catalogue.indicator(row) or OTHER_LISTS for row, _ in found}
    by_name: dict[str, Counter[int]] = {}
    by_row: dict[int, Counter[int]] = {}
    for (row, week), count in found.items():
        by_name.setdefault(names[row], Counter())[week] += count
        by_row.setdefault(row, Counter())[week] += count
    hottest = {name: _hottest(by_row, [row for row in by_row if names[row] == name])
               for name in by_name}  # fmt: skip
    rows = {f"第{row}项 {names[row]}": weeks for row, weeks in sorted(by_row.items())}
    return _heated(dict(sorted(by_name.items())), hottest), _heated(rows, {})


def _hottest(by_row: dict[int, Counter[int]], rows: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(Counter({row: by_row[row].total() for row in rows}).most_common(3))


def _heated(
    found: dict[str, Counter[int]], hottest: dict[str, tuple[tuple[int, int], ...]]
) -> list[HeatRow]:
    made = [HeatRow(name, tuple(weeks[at] for at in range(WEEKS)), hottest.get(name, ()))
            for name, weeks in found.items()]  # fmt: skip
    return sorted(made, key=lambda one: -one.total)[:SHOWN]  # as many: in the order they came


def _rising(visit: Visit, least: int) -> list[Returning]:
    """Return units that send back a larger share than in as many days before."""
    today = shanghai_date(visit.now)
    first = today - timedelta(days=MONTH - 1)
    names = {unit.id: unit.name for unit in tickets.units(visit.session)}

    def returns(since: date, until: date) -> dict[str, Count]:
        found = figure_days.by_unit(visit.session, since, until, Indicator.RETURNED)
        return {names[unit]: one[Indicator.RETURNED].raw for unit, one in found.items()
                if unit in names}  # fmt: skip

    before = returns(first - timedelta(days=MONTH), first - timedelta(days=1))
    return returning_more(returns(first, today), before, least)


def _words(visit: Visit, least: int) -> tuple[list[Risen], tuple[int, int]]:
    """Return the words that rise, and among how many titles they were looked for."""
    lexicon = in_force(visit.session).router(shanghai_date(visit.now)).lexicon
    late, early = (
        counted([hit.expression for hit in lexicon.matcher.find(fold(title))] for title in some)
        for some in store.titles(visit.session, visit.now, (LATELY, BEFORE), MOST_TITLES)
    )
    return risen(late, early, least), (late.texts, early.texts)
