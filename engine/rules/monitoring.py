"""The quarter's monitoring (季度监测): its days, what moved since the quarter before, who lags."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from engine.rules.citations import cites
from engine.rules.indicators import FORMULAS, Figure
from engine.rules.rule_set import RuleSet
from engine.terms import Indicator

Days = tuple[date, date]
_MONTHS = 3
_TENTH = 0.05  # a change that both figures, written with one decimal, do not show is none


@cites("chengzhong-2023-19/132/monitoring")
def quarter_of(day: date) -> Days:
    """Return the first and the last day of the quarter that a day falls in."""
    first = day.replace(month=(day.month - 1) // _MONTHS * _MONTHS + 1, day=1)
    return first, _month_after(first, _MONTHS) - timedelta(days=1)


@cites("chengzhong-2023-19/132/monitoring")
def quarter_before(quarter: Days) -> Days:
    """Return the quarter before one, with which its figures are compared."""
    return quarter_of(quarter[0] - timedelta(days=1))


@cites("chengzhong-2023-19/132/monitoring")
def months_of(quarter: Days) -> list[Days]:
    """Return the first and the last day of each month of a quarter."""
    firsts = [_month_after(quarter[0], place) for place in range(_MONTHS + 1)]
    return [(first, after - timedelta(days=1)) for first, after in pairwise(firsts)]


def _month_after(first: date, months: int) -> date:
    place = first.month - 1 + months
    return first.replace(year=first.year + place // 12, month=place % 12 + 1)


@dataclass(frozen=True)
class Change:
    """How an adjusted figure moved since the quarter before: by how much, and whether for good."""

    indicator: Indicator
    by: float

    @property
    def better(self) -> bool:
        """Return whether the change is for the good."""
        return (self.by > 0) == FORMULAS[self.indicator].more_is_better


@cites("chengzhong-2023-19/132/monitoring", "house/H-46", "house/H-47")
def changes(
    now: Sequence[Figure], before: Sequence[Figure], rules: RuleSet, on: date
) -> list[Change]:
    """Return the adjusted figures that moved, where both quarters have enough cases to compare."""
    least: int = rules.parameters["scoring.minimum_count"].on(on).value
    earlier = {one.indicator: one for one in before}
    found = []
    for one in now:
        other = earlier[one.indicator]
        if min(one.fair.n, other.fair.n) < least or None in (one.adjusted, other.adjusted):
            continue
        by = (one.adjusted or 0.0) - (other.adjusted or 0.0)
        found += [Change(one.indicator, by)] * (abs(by) >= _TENTH)
    return found


@cites("chengzhong-2023-19/134/closed-loop", "house/H-43", "house/H-46", "house/H-47")
def lagging(
    units: Sequence[tuple[str, Sequence[Figure]]], rules: RuleSet, on: date
) -> list[tuple[str, Figure]]:
    """Return the units whose adjusted on-time figure, of enough cases, is below its target."""
    least: int = rules.parameters["scoring.minimum_count"].on(on).value
    found = []
    for name, figures in units:
        one = next(one for one in figures if one.indicator is Indicator.ANSWERED_ON_TIME)
        below = one.adjusted is not None and one.adjusted < (one.target or 0)
        found += [(name, one)] * (one.fair.n >= least and below)
    return found


@cites("chengzhong-2023-19/134/cases")
def most_cases(rules: RuleSet, on: date) -> int:
    """Return how many good and how many bad typical cases (典型案例) are proposed at most."""
    most: int = rules.parameters["scoring.typical_cases"].on(on).value
    return most
