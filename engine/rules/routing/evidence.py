"""What a text says for each unit and each row (依据): words, rules, likeness, corrections."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log1p

from engine.rules.routing.catalogue import Catalogue
from engine.rules.routing.hard_rules import Fired
from engine.rules.routing.lexicon import Lexicon
from engine.rules.routing.said import Said
from engine.rules.routing.tuning import Tuning


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

    `backing` says how firmly expressions and rules speak for a unit; `often` are the rows that go
    first among equals, `rows_say` the units whose
    rows fit best, `alike` how like each unit's examples the text is.
    """

    points: Mapping[str, float]
    words: Mapping[str, tuple[str, ...]]
    rows: Mapping[int, float]
    often: frozenset[int]
    backing: Mapping[str, Backing]
    rows_say: frozenset[str]
    alike: Mapping[str, float]

    def more_like(self, unit: str) -> float:
        """How much more the text is like the examples of a unit than those of any other unit."""
        others = (score for name, score in self.alike.items() if name != unit)
        return self.alike.get(unit, 0.0) - max(others, default=0.0)


def word_points(
    said: Said, lexicon: Lexicon, tuning: Tuning
) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """Points and matched expressions of every unit and body whose words were heard."""
    loudness = _loudness(said, lexicon, tuning)
    heard: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for expression, loud in loudness.items():
        for owner, worth in lexicon.worth.get(expression, {}).items():
            heard[owner].append((worth * loud, expression))
    for owner, worth, expression in _cues(said, lexicon, tuning):
        heard[owner].append((worth, expression))
    points, words = {}, {}
    for owner, found in heard.items():
        found.sort(reverse=True)
        points[owner] = sum(worth * tuning.fading**place for place, (worth, _) in enumerate(found))
        words[owner] = tuple(expression for _, expression in found)
    return points, words


def _cues(said: Said, lexicon: Lexicon, tuning: Tuning) -> Iterator[tuple[str, float, str]]:
    """Pairs of words that say a matter together, with what each is worth to whom."""
    for one in lexicon.cues.find(said):
        length = sum(map(len, one.words))
        weight = tuning.weak_cue if one.weak else tuning.cue
        worth = weight * (length / 2) ** tuning.length_power * said.loudness(one.start)
        yield one.owner, worth, "…".join(one.words)


def _loudness(said: Said, lexicon: Lexicon, tuning: Tuning) -> dict[str, float]:
    """How much each expression counts: by the loudest place it is in; repeats a little."""
    loudest: dict[str, float] = {}
    times: Counter[str] = Counter()
    for hit in lexicon.matcher.find(said.whole, said.pairs):
        loud, expression = said.loudness(hit.start), hit.expression
        loudest[expression] = max(loud, loudest.get(expression, loud))
        times[expression] += 1
    again = tuning.repeat_weight
    return {
        expression: loud if times[expression] == 1 else loud + again * log1p(times[expression] - 1)
        for expression, loud in loudest.items()
    }


def row_word_hits(said: Said, lexicon: Lexicon) -> Counter[int]:
    """How many everyday expressions of each row were heard."""
    found = {hit.expression for hit in lexicon.row_matcher.find(said.whole, said.pairs)}
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
    points: dict[str, float] = defaultdict(float)
    for row, score in fit.items():
        task = catalogue.task(row)
        lead = score * tuning.row_weight + tuning.row_words_to_unit * log1p(hits[row])
        for unit in task.leads:
            points[unit] = max(points[unit], lead)
        for unit in task.supports:
            points[unit] = max(points[unit], score * tuning.support_weight)
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
        if word not in lexicon.names and weight_of(word, unit, lexicon, tuning) >= tuning.usual_word
    )


def weight_of(word: str, unit: str, lexicon: Lexicon, tuning: Tuning) -> float:
    """What an expression or a pair (一…二) weighs for a unit, before length and place."""
    owners = lexicon.weight.get(word)
    return tuning.cue if owners is None else owners[unit]


def _independent(heard: tuple[str, ...]) -> int:
    return sum(not any(word != other and word in other for other in heard) for word in heard)


def _is_told(
    unit: str, heard: tuple[str, ...], said: Said, lexicon: Lexicon, tuning: Tuning
) -> bool:
    """Whether two expressions speak for a unit, or a strong one in the title or the opening."""
    strong = (
        word for word in heard if weight_of(word, unit, lexicon, tuning) >= tuning.strong_word
    )
    return _independent(heard) > 1 or any(word in said.head for word in strong)


def corrected(
    points: Mapping[str, float], corrections: Mapping[str, float], tuning: Tuning
) -> dict[str, float]:
    """Add the corrections learned for a unit, within their limit, to units that have points."""
    limit = tuning.correction_limit
    return {
        unit: score + max(-limit, min(limit, corrections.get(unit, 0.0)))
        for unit, score in points.items()
    }
