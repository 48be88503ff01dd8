"""Proposing who handles a ticket (派单建议): rules, duty words, rows of the list, then a gate."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import exp, log1p

from engine.rules.routing.accused import NAMES, Accused, AccusedFinder, Blame
from engine.rules.routing.candidates import build_candidates, choice_reason, without
from engine.rules.routing.catalogue import Catalogue, load_catalogue
from engine.rules.routing.edits import Edits
from engine.rules.routing.evidence import (
    Evidence,
    Heard,
    corrected,
    example_points,
    is_firm,
    row_fit,
    row_points,
    row_word_hits,
    rule_points,
    word_points,
)
from engine.rules.routing.hard_rules import Fired, load_hard_rules
from engine.rules.routing.lexicon import Lexicon, load_lexicon
from engine.rules.routing.likeness import example_likeness, row_likeness
from engine.rules.routing.matcher import Ear, Hit
from engine.rules.routing.result import Routing
from engine.rules.routing.said import Said, read_said
from engine.rules.routing.tuning import Tuning, load_tuning
from engine.terms import RoutingDecision, TicketKind

_RULES = "rules"
_NO_CORRECTIONS: Mapping[str, float] = {}


class Router:
    """Proposes units for a text; holds the index, and changes nothing."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon, tuning: Tuning) -> None:
        self.catalogue = catalogue
        self.lexicon = lexicon
        self.tuning = tuning
        self._rules = load_hard_rules(catalogue)
        self._rows = row_likeness(catalogue.tasks)
        names = {*lexicon.bodies, *(unit.name for unit in catalogue.units)}
        self._examples = example_likeness(frozenset(names))
        self._accused = AccusedFinder(catalogue)
        others = {NAMES: self._accused.words, _RULES: self._rules.words}
        self._ear = Ear(lexicon.lists() | others)
        leading = {unit.name: len(catalogue.led_by(unit.name)) for unit in catalogue.units}
        self._fallback = sorted(leading, key=lambda name: -leading[name])
        self._place = {name: place for place, name in enumerate(self._fallback)}

    def route(
        self,
        text: str,
        *,
        title: str = "",
        kind: TicketKind | None = None,
        corrections: Mapping[str, float] | None = None,
        accused: str = "",
    ) -> Routing:
        """A proposal for any text at all; `corrections` are points per unit, within a limit.

        `accused` is the unit the operator noted as complained of, besides those the text accuses.
        """
        said = read_said(text, title, self.tuning)
        heard = self.hear(said)
        names = self._names(said, heard)
        fired = self._rules.fired(said, heard[_RULES], self._accused.bare(said.every, names))
        evidence = self._evidence(said, heard, fired, corrections or _NO_CORRECTIONS)
        blame = self._accused.look(said.every, names, kind)
        noted = (Accused(accused, "登记为被反映单位"),) if accused else ()
        blame = replace(blame, accused=(*blame.accused, *noted)) if noted else blame
        return self._decide(said, evidence, fired, blame, kind)

    def hear(self, said: Said) -> Heard:
        """Every word of every list in what was said, in one pass."""
        return self._ear.hear(said.whole, said.pairs)

    def _names(self, said: Said, heard: Heard) -> tuple[Hit, ...]:
        short = len(said.every) == len(said.whole)
        return self._accused.hits(said.every, heard[NAMES] if short else None)

    @property
    def watchdogs(self) -> tuple[str, ...]:
        """The units that look into the conduct of others (监督单位)."""
        return self._accused.watchdogs

    def accused_in(
        self, text: str, *, title: str = "", kind: TicketKind | None = None
    ) -> frozenset[str]:
        """The units of the list that a text accuses; a report accuses all it names and not asks."""
        said = read_said(text, title, self.tuning)
        blame = self._accused.look(said.every, self._names(said, self.hear(said)), kind)
        return frozenset(one.unit for one in blame.accused)

    def names_in(self, text: str) -> frozenset[str]:
        """Every unit of the list that a text names at all, by any name, part or officer of it."""
        return self._accused.names_in(text)

    def _evidence(
        self,
        said: Said,
        heard: Heard,
        fired: tuple[Fired, ...],
        corrections: Mapping[str, float],
    ) -> Evidence:
        points, words = word_points(said, heard, self.lexicon, self.tuning)
        hits = row_word_hits(said, heard, self.lexicon)
        for one in fired:
            hits.update(dict.fromkeys(one.rule.rows, 3))
        fit = row_fit(self._rows.of(said.gist), hits, self.tuning)
        by_rows = row_points(fit, hits, self.catalogue, self.tuning)
        like = self._examples.of(said.gist)
        for more in (by_rows, example_points(like, self.tuning), rule_points(fired)):
            for unit, score in more.items():
                points[unit] = points.get(unit, 0.0) + score
        points = corrected(points, corrections, self.tuning)
        return Evidence(
            points, words, fit, self.lexicon.often, _highest(by_rows), self._of_units(like)
        )

    def _of_units(self, like: Mapping[str, float]) -> dict[str, float]:
        return {name: score for name, score in like.items() if name not in self.lexicon.bodies}

    # --- the decision ------------------------------------------------------------------------

    def _decide(
        self,
        said: Said,
        evidence: Evidence,
        fired: tuple[Fired, ...],
        blame: Blame,
        kind: TicketKind | None,
    ) -> Routing:
        order = self._order(evidence)
        confidence = self._confidence(said, evidence, order, fired)
        decision, reason, not_ours = self._judge(evidence, order, blame, kind, confidence)
        order = self._around(order, blame.accused, kind, decision)
        shown = order[: int(self.tuning.candidates_shown)]
        candidates = build_candidates(shown, evidence, fired, self.catalogue, self.tuning)
        if blame.accused:
            candidates = without(candidates, {one.unit for one in blame.accused})
        if kind is TicketKind.REPORT and blame.accused:
            reason = f"{reason or self._watched(blame)}；举报不派给被反映单位"
        return Routing(
            decision=decision,
            confidence=round(confidence, 3),
            candidates=candidates,
            reason=reason or choice_reason(candidates, decision, confidence),
            not_ours=not_ours,
            rule=next((one.rule.id for one in fired if one.rule.unit == order[0]), ""),
            catalogue_version=self.catalogue.version,
            lexicon_version=self.lexicon.version,
        )

    def _watched(self, blame: Blame) -> str:
        names = "、".join(dict.fromkeys(one.unit for one in blame.accused))
        return f"举报提到{names}，请选择其他承办单位"

    def _order(self, evidence: Evidence) -> list[str]:
        """Units by points; after them those that lead most rows, so that there is a choice."""
        known = self.lexicon.bodies
        units = [
            name for name, points in evidence.points.items() if name not in known and points > 0
        ]
        last = len(self._place)
        units.sort(key=lambda name: (-evidence.points[name], self._place.get(name, last), name))
        return [*units, *(name for name in self._fallback if name not in units)]

    def _confidence(
        self, said: Said, evidence: Evidence, order: list[str], fired: tuple[Fired, ...]
    ) -> float:
        """The probability that the first is right, from its points and its lead over the next."""
        first = evidence.points.get(order[0], 0.0)
        second = evidence.points.get(self._opponent(order, fired), 0.0)
        if first <= 0:
            return 0.0
        tuning = self.tuning
        margin = min((first - second) / first, tuning.margin_counted)
        odds = (
            tuning.confidence_base
            + tuning.confidence_margin * margin
            + tuning.confidence_strength * log1p(first)
            + tuning.confidence_rows * (order[0] in evidence.rows_say)
            + tuning.confidence_examples * evidence.more_like(order[0])
        )
        sure = min(1.0, first / tuning.least_points) / (1 + exp(-odds))
        firm = any(one.rule.unit == order[0] for one in fired) or is_firm(
            order[0], said, evidence.words, self.lexicon, tuning
        )
        return sure if firm else min(sure, tuning.unbacked_confidence)

    def _opponent(self, order: list[str], fired: tuple[Fired, ...]) -> str:
        """The next unit that is not to help anyway: a rule's row names who handles it together."""
        rows = [row for one in fired if one.rule.unit == order[0] for row in one.rule.rows[:1]]
        tasks = [self.catalogue.task(row) for row in rows]
        together = {name for task in tasks for name in (*task.leads, *task.supports)}
        return next((name for name in order[1:] if name not in together), order[1])

    def _judge(
        self,
        evidence: Evidence,
        order: list[str],
        blame: Blame,
        kind: TicketKind | None,
        confidence: float,
    ) -> tuple[RoutingDecision, str, str | None]:
        body = self._outside(evidence, order)
        if body:
            return RoutingDecision.NOT_OURS, *self._turn_away(body, evidence)
        # Named for its conduct, a body may rank second to the one whose field the words recall.
        blamed = next((one for one in blame.accused if one.unit in order[:2]), None)
        if blamed is not None:
            return RoutingDecision.CONFLICT, self._conflict(blamed, blame.accused), None
        doubt = self._doubt(order[0], blame, kind) or self._rival(evidence, order)
        if confidence >= self.tuning.gate and not doubt:
            return RoutingDecision.DISPATCH, "", None
        return RoutingDecision.CHOOSE, doubt if confidence >= self.tuning.gate else "", None

    def _conflict(self, blamed: Accused, accused: tuple[Accused, ...]) -> str:
        units = {one.unit for one in accused}
        left = [name for name in self._accused.watchdogs if name not in units]
        ask = "请同时交监督单位" if left else "监督单位也被反映，请主管指定承办单位"
        return f"“{blamed.words}”：被反映的就是{blamed.unit}，不能只派给它，{ask}"

    def _doubt(self, first: str, blame: Blame, kind: TicketKind | None) -> str:
        """Why a person must choose however clear the words are; empty when there is no reason."""
        if kind is TicketKind.REPORT and blame.accused:
            return self._watched(blame)
        if kind is TicketKind.REPORT and blame.officials and first not in self._accused.watchdogs:
            return "举报说到公职人员而没有说明单位，请人工判断是否须回避"
        if kind is TicketKind.REPORT and first in blame.passing:
            return f"举报里说到{first}，请先确认反映的不是它"
        if first in blame.acting:
            return f"说的可能是{first}自己的行为，请人工判断是否须回避"
        if len(blame.named) > 1:
            return f"说到{'、'.join(sorted(blame.named))}几个单位，请选择承办单位"
        return ""

    def _rival(self, evidence: Evidence, order: list[str]) -> str:
        """A body outside the list that comes near the first unit: a person must choose."""
        least = evidence.points.get(order[0], 0.0) * self.tuning.not_ours_doubt
        near = (name for name in self.lexicon.bodies if evidence.points.get(name, 0.0) >= least > 0)
        body = next(near, "")
        return f"也可能属{body}，不在任务清单之列，请选择" if body else ""

    def _outside(self, evidence: Evidence, order: list[str]) -> str:
        """The body outside the list that the text is about, if it outweighs every unit."""
        bodies = [name for name in self.lexicon.bodies if evidence.words.get(name)]
        if not bodies:
            return ""
        best = max(bodies, key=lambda name: evidence.points[name])
        points, ours = evidence.points[best], evidence.points.get(order[0], 0.0)
        clear = points >= self.tuning.not_ours_floor and points >= ours * self.tuning.not_ours_ratio
        return best if clear else ""

    def _turn_away(self, body: str, evidence: Evidence) -> tuple[str, str]:
        words = "、".join(evidence.words[body][:3])
        where = self.lexicon.bodies[body].turn_to
        return f"“{words}”属于{body}，不在任务清单的单位之列", f"{body}：{where}"

    def _around(
        self,
        order: list[str],
        accused: tuple[Accused, ...],
        kind: TicketKind | None,
        decision: RoutingDecision,
    ) -> list[str]:
        """Never the accused alone: watchdogs beside it; of a report it is not told at all."""
        blamed = {one.unit for one in accused}
        itself = kind is TicketKind.REPORT and order[0] in blamed
        if kind is TicketKind.REPORT:
            order = [name for name in order if name not in blamed]
        if decision is not RoutingDecision.CONFLICT:
            return order
        # A report of the unit whose matter it is goes to a watchdog; of another, it is second.
        first = [] if itself else order[:1]
        away = {*blamed, *first}
        watchdogs = [name for name in self._accused.watchdogs if name not in away]
        others = [name for name in order if name not in (*first, *watchdogs)]
        return [*first, *watchdogs[:1], *others[:2], *watchdogs[1:], *others[2:]]


def _highest(points: Mapping[str, float]) -> frozenset[str]:
    most = max(points.values(), default=0.0)
    return frozenset(name for name, score in points.items() if score >= most > 0)


def load_router(version: str = "", edits: Edits = ()) -> Router:
    """The router over that version's list, or the newest, with supervisors' edits; built once."""
    return _built(version, edits)  # one key, however a caller spells the arguments


@lru_cache(maxsize=4)
def _built(version: str, edits: Edits) -> Router:
    tuning, catalogue = load_tuning(), load_catalogue(version)
    return Router(catalogue, load_lexicon(catalogue, tuning, edits), tuning)
