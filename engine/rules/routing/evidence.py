"""What a text says for each unit and each row (依据): words, rules, likeness, corrections."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p
from operator import mul

from engine.rules.routing.catalogue import Catalogue
from engine.rules.routing.hard_rules import Fired
from engine.rules.routing.lexicon import DUTIES, ROWS, Lexicon
from engine.rules.routing.matcher import Found, uncovered
from engine.rules.routing.said import Said
from engine.rules.routing.tuning import Tuning

Heard = Mapping[str, Sequence[Found]]
"""What the ear heard of each list, by its name."""

_NOBODY: Mapping[str, float] = {}
_MOST_HEARD = 1000


@dataclass(frozen=True)
class Evidence:
    """Points of each unit and body, the words behind them, and the fit of each row.

    `often` are the rows that go first among equals, `rows_say` the units whose rows fit best,
    `alike` how like each unit's examples the text is.
    """

    points: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]
    rows: Mapping[int, float]
    often: frozenset[int]
    rows_say: frozenset[str]
    alike: Mapping[str, float]

    def more_like(self, unit: str) -> float:
        """How much more the text is like the examples of a unit than those of any other unit."""
        others = (score for name, score in self.alike.items() if name != unit)
        return self.alike.get(unit, 0.0) - max(others, default=0.0)


def word_points(
    said: Said, heard: Heard, lexicon: Lexicon, tuning: Tuning
) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """Points and matched expressions of every unit and body whose words were heard."""
    spoken: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for expression, loud in _loudness(said, heard, tuning):
        for owner, worth in lexicon.worth.get(expression, _NOBODY).items():
            spoken[owner].append((worth * loud, expression))
    for owner, worth, expression in _cues(said, heard, lexicon, tuning):
        spoken[owner].append((worth, expression))
    points, words = {}, {}
    fading = _powers(tuning.fading)
    for owner, found in spoken.items():
        found.sort(reverse=True)
        points[owner] = sum(map(mul, [worth for worth, _ in found], fading))
        words[owner] = tuple([expression for _, expression in found])
    return points, words


@lru_cache
def _powers(share: float) -> tuple[float, ...]:
    """What is left of the first, second, third … expression of a unit."""
    return tuple(share**place for place in range(_MOST_HEARD))


def _cues(
    said: Said, heard: Heard, lexicon: Lexicon, tuning: Tuning
) -> Iterator[tuple[str, float, str]]:
    """Pairs of words that say a matter together, with what each is worth to whom."""
    for one in lexicon.cues.find(said, heard):
        if lexicon.removed and lexicon.is_silent(one):
            continue
        length = sum(map(len, one.words))
        weight = tuning.weak_cue if one.weak else tuning.cue
        worth = weight * (length / 2) ** tuning.length_power * said.loudness(one.start)
        yield one.owner, worth, "…".join(one.words)


def _loudness(said: Said, heard: Heard, tuning: Tuning) -> Iterator[tuple[str, float]]:
    """How much each expression counts: by the loudest place it is in; repeats a little."""
    places: dict[str, list[float]] = {}
    for start, expression in uncovered(said.whole, heard[DUTIES]):
        loud = said.loud[start]
        if expression in places:
            places[expression].append(loud)
        else:
            places[expression] = [loud]
    for expression, louds in places.items():
        more = tuning.repeat_weight * log1p(len(louds) - 1) if len(louds) > 1 else 0.0
        yield expression, max(louds) + more


def row_word_hits(said: Said, heard: Heard, lexicon: Lexicon) -> Counter[int]:
    """How many everyday expressions of each row were heard."""
    found = {expression for _, expression in uncovered(said.whole, heard[ROWS])}
    return Counter(row for expression in found for row in lexicon.row_words[expression])


def row_fit(
    likeness: Mapping[int, float], hits: Mapping[int, float], tuning: Tuning
) -> dict[int, float]:
    """Likeness and everyday words together, for every row that has either."""
    fit = {row: tuning.row_word * log1p(hits[row]) for row in hits}
    for row, like in likeness.items():
        fit[row] = fit.get(row, 0.0) + like
    return fit


def row_points(
    fit: Mapping[int, float], hits: Counter[int], catalogue: Catalogue, tuning: Tuning
) -> dict[str, float]:
    """Points a unit gets from its best row: leading counts more than supporting."""
    points: dict[str, float] = {}
    for row, score in fit.items():
        task = catalogue.task(row)
        lead = score * tuning.row_weight
        if row in hits:
            lead += tuning.row_words_to_unit * log1p(hits[row])
        for unit in task.leads:
            if lead > points.get(unit, 0.0):
                points[unit] = lead
        support = score * tuning.support_weight
        for unit in task.supports:
            if support > points.get(unit, 0.0):
                points[unit] = support
    return points


def example_points(like: Mapping[str, float], tuning: Tuning) -> dict[str, float]:
    """Points of each unit and body for what its examples share with the text."""
    return {name: tuning.example_weight * score for name, score in like.items()}


def rule_points(fired: tuple[Fired, ...]) -> dict[str, float]:
    """Points from the hard rules that fired."""
    points: dict[str, float] = defaultdict(float)
    for one in fired:
        points[one.rule.unit] += one.rule.points
    return points


def is_firm(
    unit: str, said: Said, words: Mapping[str, tuple[str, ...]], lexicon: Lexicon, tuning: Tuning
) -> bool:
    """Whether two expressions speak for a unit, or a strong one in the title or the opening.

    Its own name says nothing for a unit.
    """
    heard = [
        (word, weight)
        for word in words.get(unit, ())
        if word not in lexicon.names
        and (weight := weight_of(word, unit, lexicon, tuning)) >= tuning.usual_word
    ]
    strong = (word for word, weight in heard if weight >= tuning.strong_word)
    return _independent([word for word, _ in heard]) > 1 or any(
        word in said.head for word in strong
    )


def weight_of(word: str, unit: str, lexicon: Lexicon, tuning: Tuning) -> float:
    """What an expression or a pair (一…二) weighs for a unit, before length and place."""
    owners = lexicon.weight.get(word)
    return tuning.cue if owners is None else owners[unit]


def _independent(heard: Sequence[str]) -> int:
    return sum(not any(word != other and word in other for other in heard) for word in heard)


def corrected(
    points: Mapping[str, float], corrections: Mapping[str, float], tuning: Tuning
) -> dict[str, float]:
    """Add the corrections learned for a unit, within their limit, to units that have points."""
    if not corrections:
        return dict(points)
    limit = tuning.correction_limit
    return {
        unit: score + max(-limit, min(limit, corrections.get(unit, 0.0)))
        for unit, score in points.items()
    }
