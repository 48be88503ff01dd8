"""The composite score (综合得分) and its groups: shown beside n, ranked only where wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.rules.citations import cites
from engine.rules.indicators import Figure
from engine.rules.rule_set import RuleSet
from engine.terms import Indicator

FEW = "件数不足，不计分"
GROUPS = ("件数较多", "件数居中", "件数较少")
_WEIGHED = {
    "response": Indicator.CONTACTED, "solved": Indicator.SOLVED, "satisfied": Indicator.SATISFIED,
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """A unit's composite score, raw and adjusted, each with its n; None where too few were asked.

    `rank` is its place in its group by the adjusted score, only where the district ranks.
    """

    unit: str
    group: str
    n: int
    value: float | None
    fair_n: int
    adjusted: float | None
    rank: int | None = None


@cites("house/H-43", "house/H-46")
def scores(units: Sequence[tuple[str, Sequence[Figure]]], rules: RuleSet, on: date) -> list[Score]:
    """Return the units' scores in their groups; in a group the registry's order unless ranked."""
    weights: Mapping[str, float] = rules.parameters["scoring.weights"].on(on).value
    least: int = rules.parameters["scoring.minimum_count"].on(on).value
    found = [_score(unit, figures, weights, least) for unit, figures in units]
    enough = sorted((one for one in found if one.value is not None), key=lambda one: -one.n)
    grouped = [replace(one, group=_group(one, enough)) for one in enough]
    if rules.parameters["scoring.ranking"].on(on).value:
        grouped = [_ranked(one, grouped) for one in grouped]
        grouped.sort(key=lambda one: (GROUPS.index(one.group), one.rank or len(grouped) + 1))
    return [*grouped, *(one for one in found if one.value is None)]


def _group(one: Score, enough: Sequence[Score]) -> str:
    """Return the group of a score: thirds by n; who has as many cases is in the same one."""
    size = -(-len(enough) // len(GROUPS))
    first = next(place for place, other in enumerate(enough) if other.n == one.n)
    return GROUPS[first // size]


def _score(unit: str, figures: Sequence[Figure], weights: Mapping[str, float], least: int) -> Score:
    by_indicator = {one.indicator: one for one in figures}
    weighed = [(by_indicator[_WEIGHED[name]], weight) for name, weight in weights.items()]
    n, fair_n = min(one.raw.n for one, _ in weighed), min(one.fair.n for one, _ in weighed)
    raw = sum(weight * (one.value or 0.0) for one, weight in weighed)
    fair = sum(weight * (one.adjusted or 0.0) for one, weight in weighed)
    return Score(unit, FEW, n, raw if n >= least else None, fair_n,
                 fair if fair_n >= least else None)  # fmt: skip


def _ranked(one: Score, every: Sequence[Score]) -> Score:
    """Return a score with its place; one with too few cases after adjustment has none."""
    if one.adjusted is None:
        return one
    better = [other for other in every
              if other.group == one.group and (other.adjusted or 0) > one.adjusted]  # fmt: skip
    return replace(one, rank=1 + len(better))
