"""How units are set beside each other (单位汇总): rates, too few to compare, ranks where wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.terms import Satisfaction

FEW = "件数少，不排名"
OFF = "本区不排名"
_PERCENT = 100


@dataclass(frozen=True)
class UnitFigures:
    """What a unit owed and did in a period: matters due, in time, excused, and what came of them.

    `due` are matters whose limit ended in the period (应办结), the returned ones left out.
    """

    name: str
    due: int = 0
    in_time: int = 0
    excused: int = 0
    deemed_signed: int = 0
    returned: int = 0
    reworked: int = 0
    satisfaction: Mapping[Satisfaction, int] | None = None

    @property
    def late(self) -> int:
        """Return how many were not done in time, excused or not."""
        return self.due - self.in_time


@dataclass(frozen=True)
class Standing:
    """A unit's figures with its rates in percent; None where there is nothing to divide by.

    `rank` is its place, `why` the words in place of one.
    """

    figures: UnitFigures
    rate: float | None
    adjusted: float | None
    satisfied: float | None
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


@cites("house/H-43", "house/H-44", "house/H-46", "house/H-47")
def standings(units: Sequence[UnitFigures], rules: RuleSet, on: date) -> list[Standing]:
    """Return the units with their rates, the best first; those with too few matters come last.

    A rate of fewer matters than the district compares gets no rank; nor does any, unless the
    district decided to rank.
    """
    ranking: bool = rules.parameters["scoring.ranking"].on(on).value
    least: int = rules.parameters["scoring.minimum_count"].on(on).value
    rates = sorted((_rate(one.in_time, one.due) or 0 for one in units if one.due >= least),
                   reverse=True)  # fmt: skip
    found = []
    for one in units:
        rate = _rate(one.in_time, one.due) if one.due >= least else None
        rank = rates.index(rate) + 1 if ranking and rate is not None else None
        why = "" if rank else FEW if rate is None else OFF
        found.append(_standing(one, rules, on, rank, why))
    return sorted(found, key=lambda one: (one.figures.due < least, -(one.rate or 0),
                                          -one.figures.due, one.figures.name))  # fmt: skip


def _standing(one: UnitFigures, rules: RuleSet, on: date, rank: int | None, why: str) -> Standing:
    rate = _rate(one.in_time, one.due)
    adjusted = _rate(one.in_time + one.excused, one.due)
    both: bool = rules.parameters["scoring.show_raw_and_adjusted"].on(on).value
    target: int = rules.parameters["scoring.on_time_target"].on(on).value
    on_target = why == FEW or rate is None or rate >= target
    return Standing(one, rate, adjusted if both else None, _satisfied(one, rules, on), rank, why,
                    on_target)  # fmt: skip


def _satisfied(one: UnitFigures, rules: RuleSet, on: date) -> float | None:
    weights = rules.parameters["scoring.satisfaction_weights"].on(on).value
    said = one.satisfaction or {}
    points = sum(count * weights[kind.value] for kind, count in said.items())
    return _rate(points, sum(said.values()))


def _rate(part: float, whole: int) -> float | None:
    """Return a share in percent; of nothing there is none, neither 0 nor 100."""
    return _PERCENT * part / whole if whole else None
