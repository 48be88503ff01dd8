"""Turning points into an ordered, explained list of candidate units (候选单位)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp
from operator import itemgetter

from engine.rules.routing.catalogue import Catalogue, Task
from engine.rules.routing.evidence import Evidence
from engine.rules.routing.hard_rules import Fired
from engine.rules.routing.result import Candidate
from engine.rules.routing.tuning import Tuning
from engine.terms import AssignmentRole, RoutingDecision

_HALF_WAY = 5.0
_WORDS_SHOWN = 8


def build_candidates(
    order: Sequence[str],
    evidence: Evidence,
    fired: tuple[Fired, ...],
    catalogue: Catalogue,
    tuning: Tuning,
) -> tuple[Candidate, ...]:
    """Candidates in the order given, each explained against the next."""
    fit = _preferred(evidence, tuning)
    foreign = _foreign(evidence, tuning)
    rows = {
        unit: best_rows(catalogue.rows_of(unit), fit, foreign, catalogue, tuning) for unit in order
    }
    return tuple(
        Candidate(
            unit=unit,
            role=_role(place, unit, rows[unit]),
            score=display_score(evidence.points.get(unit, 0.0)),
            tasks=tuple([task.number for task in rows[unit]]),
            evidence=_evidence(unit, evidence, fired),
            why=_why(place, order, evidence, fired, rows),
            supports=_supports(unit, rows[unit]),
        )
        for place, unit in enumerate(order)
    )


def _foreign(evidence: Evidence, tuning: Tuning) -> dict[int, float]:
    """Rows that fit so well that they are cited for other units than their own too."""
    least = tuning.foreign_row
    return {row: fit - least for row, fit in evidence.rows.items() if fit > least}


def _preferred(evidence: Evidence, tuning: Tuning) -> dict[int, float]:
    """The fit of each row, those that businesses complain of most often a little ahead."""
    often = {row: evidence.rows.get(row, 0.0) + tuning.often_row for row in evidence.often}
    return {**evidence.rows, **often}


def best_rows(
    own: Sequence[int],
    fit: Mapping[int, float],
    foreign: Mapping[int, float],
    catalogue: Catalogue,
    tuning: Tuning,
) -> list[Task]:
    """Rows for a unit, best fit first: of its `own` the earlier deciding between equals.

    A row of other units that fits much better follows the first: the list may simply not name
    this unit where the matter is (a park's roads, a licence of many offices).
    """
    fits = [(fit[row], row) for row in own if row in fit]
    first = max(fits, key=itemgetter(0))[1] if fits else own[0]
    others = [(less, row) for row, less in foreign.items() if row not in own]
    ranked = sorted([(-better, row) for better, row in (*fits, *others) if row != first])
    rest = [row for _, row in ranked]
    shown = int(tuning.rows_shown)
    if len(rest) < shown:
        rest += [row for row in sorted(own) if row not in fit and row != first]
    return [catalogue.task(row) for row in (first, *rest[: shown - 1])]


def choice_reason(
    candidates: tuple[Candidate, ...], decision: RoutingDecision, confidence: float
) -> str:
    """Why a text is dispatched, or what a person must choose between."""
    first = candidates[0]
    if decision is RoutingDecision.DISPATCH:
        return f"{first.unit}：{first.why}"
    if not first.evidence:
        return "没有听到能说明事项的词，请补充诉求内容或人工选择承办单位"
    names = "、".join(one.unit for one in candidates[:3])
    return f"把握只有 {confidence:.0%}，请在{names}中选择；{first.why}"


def display_score(points: float) -> float:
    """Points as 0 to 100, for people."""
    return round(100 * (1 - exp(-max(points, 0.0) / _HALF_WAY)), 1)


def _role(place: int, unit: str, rows: Sequence[Task]) -> AssignmentRole:
    """The first candidate leads; another would lead if it leads its own best row."""
    leads = place == 0 or bool(rows and unit in rows[0].leads)
    return AssignmentRole.LEAD if leads else AssignmentRole.ASSISTING


def _supports(unit: str, rows: Sequence[Task]) -> tuple[str, ...]:
    if not rows:
        return ()
    others = rows[0].supports if unit in rows[0].leads else (*rows[0].leads, *rows[0].supports)
    return tuple(other for other in others if other != unit)


def _evidence(unit: str, evidence: Evidence, fired: tuple[Fired, ...]) -> tuple[str, ...]:
    by_rule = [word for one in fired if one.rule.unit == unit for word in one.words]
    words = dict.fromkeys((*evidence.words.get(unit, ())[:_WORDS_SHOWN], *by_rule))
    inside = {word for word in words for other in words if word != other and word in other}
    return tuple(word for word in words if word not in inside)[:_WORDS_SHOWN]


def _why(
    place: int,
    order: Sequence[str],
    evidence: Evidence,
    fired: tuple[Fired, ...],
    rows: Mapping[str, Sequence[Task]],
) -> str:
    unit = order[place]
    parts = [f"规则“{one.rule.label}”" for one in fired if one.rule.unit == unit]
    words = evidence.words.get(unit, ())
    parts += [f"用语“{'、'.join(words[:3])}”"] if words else []
    if not words and evidence.more_like(unit) > 0:
        parts.append("与这个单位的示例诉求最相像")
    best = rows[unit][0] if rows[unit] else None
    if best is not None and evidence.rows.get(best.number, 0.0) > 0:
        part = "牵头" if unit in best.leads else "配合"
        parts.append(f"{part}第{best.number}项“{best.direction}”")
    return "；".join([*parts, _against_next(place, order, evidence)]).strip("；")


def _against_next(place: int, order: Sequence[str], evidence: Evidence) -> str:
    if place + 1 >= len(order):
        return ""
    unit, other = order[place], order[place + 1]
    mine, theirs = evidence.points.get(unit, 0.0), evidence.points.get(other, 0.0)
    if theirs <= 0:
        return f"{other}没有说到的用语"
    words = evidence.words.get(other, ())
    against = f"（{other}只有“{'、'.join(words[:2])}”）" if words else f"（{other}）"
    return f"得分 {mine:.1f}，下一名 {theirs:.1f}{against}"


def without(candidates: tuple[Candidate, ...], blamed: set[str]) -> tuple[Candidate, ...]:
    """The candidates with the accused units taken out of their supporting units."""
    return tuple(
        replace(one, supports=tuple(name for name in one.supports if name not in blamed))
        for one in candidates
    )
