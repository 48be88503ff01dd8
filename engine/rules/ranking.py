"""How units are set beside each other (单位汇总): rates, too few to compare, ranks where wanted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.rules.citations import cites
from engine.rules.indicators import Figure
from engine.rules.rule_set import RuleSet

FEW = "件数少，不排名"
OFF = "本区不排名"
_PERCENT = 100


@dataclass(frozen=True)
class UnitFigures:
    """What a unit owed and did in a period: matters due, in time, excused, and what came of them.

    `due` are matters whose limit ended in the period (应办结), the returned ones left out.
    `left_out` of them are excluded (剔除), `left_out_good` of those were in time or excused.
    `satisfied` is the published indicator of the period, by the days of its callbacks.
    """

    name: str
    due: int = 0
    in_time: int = 0
    excused: int = 0
    left_out: int = 0
    left_out_good: int = 0
    deemed_signed: int = 0
    returned: int = 0
    reworked: int = 0
    satisfied: Figure | None = None

    @property
    def late(self) -> int:
        """Return how many were not done in time, excused or not."""
        return self.due - self.in_time

    @property
    def fair_due(self) -> int:
        """Return how many matters the adjusted rate is of."""
        return self.due - self.left_out

    @property
    def fair_in_time(self) -> int:
        """Return how many of those were in time or excused."""
        return self.in_time + self.excused - self.left_out_good


@dataclass(frozen=True)
class Standing:
    """A unit's figures with its rates in percent; None where there is nothing to divide by.

    `rank` is its place, `why` the words in place of one.
    """

    figures: UnitFigures
    rate: float | None
    adjusted: float | None
    rank: int | None
    why: str
    on_target: bool


@cites("house/H-45")
def period_of(day: date, rules: RuleSet) -> tuple[date, date]:
    """Return the period of statistics that a day falls in, both days included."""
    first = rules.parameters["scoring.period_start_day"].on(day).value
    begin = _in_month(day, first)
    if begin > day:
        begin = _in_month(day.replace(day=1) - timedelta(days=1), first)
    following = _in_month((begin.replace(day=1) + timedelta(days=32)).replace(day=1), first)
    return begin, following - timedelta(days=1)


def _in_month(day: date, wanted: int) -> date:
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day.replace(day=min(wanted, last.day))


@cites("house/H-43", "house/H-46", "house/H-47")
def standings(units: Sequence[UnitFigures], rules: RuleSet, on: date) -> list[Standing]:
    """Return the units with their rates, in their own order unless the district ranks them.

    Ranks go by the adjusted rate; one of fewer matters than the district compares gets none, and
    comes last.
    """
    ranking: bool = rules.parameters["scoring.ranking"].on(on).value
    least: int = rules.parameters["scoring.minimum_count"].on(on).value
    fair = [_rate(one.fair_in_time, one.fair_due) if one.fair_due >= least else None
            for one in units]  # fmt: skip
    rates = sorted((rate for rate in fair if rate is not None), reverse=True)
    found = []
    for one, rate in zip(units, fair, strict=True):
        rank = rates.index(rate) + 1 if ranking and rate is not None else None
        why = "" if rank else FEW if rate is None else OFF
        found.append(_standing(one, rules, on, rank, why))
    if not ranking:
        return found
    return sorted(found, key=lambda one: (one.rank or len(found) + 1, -one.figures.due))


def _standing(one: UnitFigures, rules: RuleSet, on: date, rank: int | None, why: str) -> Standing:
    rate = _rate(one.in_time, one.due)
    adjusted = _rate(one.fair_in_time, one.fair_due)
    both: bool = rules.parameters["scoring.show_raw_and_adjusted"].on(on).value
    target: int = rules.parameters["scoring.on_time_target"].on(on).value
    on_target = why == FEW or rate is None or rate >= target
    return Standing(one, rate, adjusted if both else None, rank, why, on_target)


def _rate(part: float, whole: int) -> float | None:
    """Return a share in percent; of nothing there is none, neither 0 nor 100."""
    return _PERCENT * part / whole if whole else None
