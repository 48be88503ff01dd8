"""What a text says for each unit and each row (依据): words, rules, likeness, corrections."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import log1p

from engine.rules.routing.catalogue import Catalogue
from engine.rules.routing.hard_rules import Fired
from engine.rules.routing.lexicon import Lexicon
from engine.rules.routing.text import fold, shorten
from engine.rules.routing.tuning import Tuning


@dataclass(frozen=True)
class Said:
    """What the caller said, folded (诉求文字)."""

    title: str
    body: str

    @property
    def whole(self) -> str:
        """Title and body, with a full stop between."""
        return f"{self.title}。{self.body}"


@dataclass(frozen=True)
class Backing:
    """What speaks for a unit: `hints` are independent expressions and rules.

    `firm` says that a rule, a strong expression or two independent ones are among them.
    """

    hints: int = 0
    firm: bool = False


@dataclass(frozen=True)
class Evidence:
    """Points of each unit and body, the words behind them, and the fit of each row.

    `backing` says how firmly expressions and rules speak for a unit.
    """

    points: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]
    rows: Mapping[int, float]
    backing: Mapping[str, Backing]


def read_said(text: str, title: str, tuning: Tuning) -> Said:
    """Fold and shorten; without a title the opening of the text stands in for it."""
    head, tail = int(tuning.head_characters), int(tuning.tail_characters)
    body = fold(shorten(text, head=head, tail=tail))
    heading = fold(title[: int(tuning.head_characters)])
    if heading and body.startswith(heading):
        body = body[len(heading) :]
    return Said(heading or body[: int(tuning.opening_characters)], body)


def word_points(
    said: Said, lexicon: Lexicon, tuning: Tuning
) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """Points and matched expressions of every unit and body whose words were heard."""
    loudness = _loudness(said, lexicon, tuning)
    heard: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for expression, loud in loudness.items():
        for owner, worth in lexicon.worth.get(expression, {}).items():
            heard[owner].append((worth * loud, expression))
    points, words = {}, {}
    for owner, found in heard.items():
        found.sort(reverse=True)
        points[owner] = sum(worth * tuning.fading**place for place, (worth, _) in enumerate(found))
        words[owner] = tuple(expression for _, expression in found)
    return points, words


def _loudness(said: Said, lexicon: Lexicon, tuning: Tuning) -> dict[str, float]:
    """How much each expression counts: title over body, repeats a little."""
    titled = Counter(hit.expression for hit in lexicon.matcher.find(said.title))
    told = Counter(hit.expression for hit in lexicon.matcher.find(said.body))
    loud = {}
    for expression in {**titled, **told}:
        base = tuning.title_weight if expression in titled else 1.0
        times = titled[expression] + told[expression]
        loud[expression] = base + tuning.repeat_weight * log1p(times - 1)
    return loud


def row_word_hits(said: Said, lexicon: Lexicon) -> Counter[int]:
    """How many everyday expressions of each row were heard."""
    found = {hit.expression for hit in lexicon.row_matcher.find(said.whole)}
    return Counter(row for expression in found for row in lexicon.row_words[expression])


def row_fit(likeness: Mapping[int, float], hits: Counter[int], tuning: Tuning) -> dict[int, float]:
    """Likeness and everyday words together, for every row that has either."""
    return {
        row: likeness.get(row, 0.0) + tuning.row_word * log1p(hits[row])
        for row in likeness.keys() | hits.keys()
    }


def row_points(
    fit: Mapping[int, float], hits: Counter[int], catalogue: Catalogue, tuning: Tuning
) -> dict[str, float]:
    """Points a unit gets from its best row: leading counts more than supporting."""
    points: dict[str, float] = defaultdict(float)
    for row, score in fit.items():
        task = catalogue.task(row)
        lead = score * tuning.row_weight + tuning.row_words_to_unit * log1p(hits[row])
        for unit in task.leads:
            points[unit] = max(points[unit], lead)
        for unit in task.supports:
            points[unit] = max(points[unit], score * tuning.support_weight)
    return points


def rule_points(fired: tuple[Fired, ...]) -> dict[str, float]:
    """Points from the hard rules that fired."""
    points: dict[str, float] = defaultdict(float)
    for one in fired:
        points[one.rule.unit] += one.rule.points
    return points


def backing(
    said: Said, words: Mapping[str, tuple[str, ...]], fired: tuple[Fired, ...], lexicon: Lexicon,
    tuning: Tuning,
) -> dict[str, Backing]:  # fmt: skip
    """How many independent hints speak for each unit; its own name says nothing for a unit."""
    rules = Counter(one.rule.unit for one in fired)
    found = {unit: _heard_for(unit, words.get(unit, ()), lexicon, tuning) for unit in words}
    return {
        unit: Backing(
            hints=_independent(found.get(unit, ())) + rules[unit],
            firm=bool(rules[unit]) or _is_told(unit, found.get(unit, ()), said, lexicon, tuning),
        )
        for unit in {*words, *rules}
    }


def _heard_for(
    unit: str, heard: tuple[str, ...], lexicon: Lexicon, tuning: Tuning
) -> tuple[str, ...]:
    return tuple(
        word
        for word in heard
        if word not in lexicon.names and lexicon.weight[word][unit] >= tuning.usual_word
    )


def _independent(heard: tuple[str, ...]) -> int:
    return sum(not any(word != other and word in other for other in heard) for word in heard)


def _is_told(
    unit: str, heard: tuple[str, ...], said: Said, lexicon: Lexicon, tuning: Tuning
) -> bool:
    """Whether two expressions speak for a unit, or a strong one in the title or the opening."""
    strong = (word for word in heard if lexicon.weight[word][unit] >= tuning.strong_word)
    return _independent(heard) > 1 or any(word in said.title for word in strong)


def corrected(
    points: Mapping[str, float], corrections: Mapping[str, float], tuning: Tuning
) -> dict[str, float]:
    """Add the corrections learned for a unit, within their limit, to units that have points."""
    limit = tuning.correction_limit
    return {
        unit: score + max(-limit, min(limit, corrections.get(unit, 0.0)))
        for unit, score in points.items()
    }
