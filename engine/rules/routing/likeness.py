"""How like the rows of the list and the examples of a unit a text is, by shared pairs of letters.

匹配任务、相像的示例诉求。
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from functools import lru_cache
from math import log, sqrt
from operator import add
from typing import Generic, TypeVar

from engine.errors import RuleError
from engine.rules.routing.catalogue import Task
from engine.rules.routing.files import read_yaml
from engine.rules.routing.text import fold

Key = TypeVar("Key", bound=Hashable)

_BREAKS = re.compile(r"[\W\d_]+")
_MOST_ROWS = 20
_FAINT = 0.02


class Likeness(Generic[Key]):
    """TF-IDF over pairs of letters, built once from how often each key says each pair."""

    def __init__(
        self,
        counts: Mapping[Key, Counter[str]],
        *,
        most: int,
        damped: Callable[[float], float],
    ) -> None:
        spread = Counter(pair for count in counts.values() for pair in count)
        rarity = {pair: log(len(counts) / seen) for pair, seen in spread.items() if seen <= most}
        self._squared = {pair: value**2 for pair, value in rarity.items()}
        self._shares: dict[str, list[tuple[Key, float]]] = defaultdict(list)
        for key, count in counts.items():
            known = {pair: damped(n) * rarity[pair] for pair, n in count.items() if pair in rarity}
            length = sqrt(sum(weight * weight for weight in known.values())) or 1.0
            for pair, weight in known.items():
                self._shares[pair].append((key, weight * rarity[pair] / length))

    def of(self, pairs: Set[str]) -> dict[Key, float]:
        """How like each key a text is, 0 to 1, from the pairs of letters in it.

        Keys that share next to nothing are absent.
        """
        scores: dict[Key, float] = defaultdict(float)
        # In one order: the last digit of a sum depends on it, and a tie hangs on the last digit.
        found = sorted(self._squared.keys() & pairs)
        for pair in found:
            for key, share in self._shares[pair]:
                scores[key] += share
        length = sqrt(sum(self._squared[pair] for pair in found)) or 1.0
        least = _FAINT * length
        return {key: score / length for key, score in scores.items() if score > least}


def row_likeness(tasks: Iterable[Task]) -> Likeness[int]:
    """Likeness to the rows of the list; the direction of a row counts twice."""
    counts = {task.number: Counter(_pairs(_row_text(task))) for task in tasks}
    return Likeness(counts, most=_MOST_ROWS, damped=lambda times: 1 + log(times))


@lru_cache
def example_likeness(owners: frozenset[str]) -> Likeness[str]:
    """Likeness to the examples of each unit and body, from examples.yaml.

    Raises:
        RuleError: a name is neither a unit nor a body outside the list.
    """
    examples = read_yaml("examples.yaml")["examples"]
    for owner in examples:
        if owner not in owners:
            message = f"examples.yaml 里的“{owner}”不是登记的单位"
            raise RuleError(message)
    counts = {
        owner: Counter(pair for words in said for pair in set(_pairs(fold(words))))
        for owner, said in examples.items()
    }
    return Likeness(counts, most=len(counts), damped=float)


def _row_text(task: Task) -> str:
    return fold(f"{task.indicator}。{task.direction}。{task.direction}。{task.measure}")


def _pairs(text: str) -> Iterator[str]:
    for run in _BREAKS.split(text):
        yield from map(add, run, run[1:])
