"""How like the rows of the list and the examples of a unit a text is, by shared pairs of letters.

匹配任务、相像的示例诉求。
"""

import re
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from math import fsum, log, sqrt
from typing import Generic, TypeVar

from engine.errors import RuleError
from engine.rules.routing.catalogue import Task
from engine.rules.routing.files import read_yaml
from engine.rules.routing.matcher import pairs_of
from engine.rules.routing.text import fold

Key = TypeVar("Key", bound=Hashable)

_BREAKS = re.compile(r"[\W\d_]+")
_MOST_ROWS = 20
_FAINT = 0.02
_BITS = 64
_ONE = float(1 << 40)


class Likeness(Generic[Key]):
    """TF-IDF over pairs of letters, built once from how often each key says each pair.

    What a pair adds to every key is packed into one whole number, 64 bits a key, so that a text is
    one sum of a few numbers; whole numbers add up to the same in any order.
    """

    def __init__(
        self,
        counts: Mapping[Key, Counter[int]],
        *,
        most: int,
        damped: Callable[[float], float],
    ) -> None:
        spread = Counter(pair for count in counts.values() for pair in count)
        rarity = {pair: log(len(counts) / seen) for pair, seen in spread.items() if seen <= most}
        self._keys = tuple(counts)
        self._squared = {pair: value**2 for pair, value in rarity.items()}
        self._packed: dict[int, int] = defaultdict(int)
        for place, count in enumerate(counts.values()):
            known = {pair: damped(n) * rarity[pair] for pair, n in count.items() if pair in rarity}
            length = sqrt(sum(weight * weight for weight in known.values())) or 1.0
            for pair, weight in known.items():
                share = int(weight * rarity[pair] / length * _ONE)
                self._packed[pair] |= share << (_BITS * place)

    def of(self, pairs: Iterable[int]) -> dict[Key, float]:
        """How like each key a text is, 0 to 1, from the pairs of letters in it.

        Keys that share next to nothing are absent.
        """
        found = self._squared.keys() & pairs
        length = sqrt(fsum(map(self._squared.__getitem__, found))) or 1.0
        total = sum(map(self._packed.__getitem__, found))
        packed = total.to_bytes(len(self._keys) * _BITS // 8, "little")
        scores = struct.unpack(f"<{len(self._keys)}Q", packed)
        unit, least = _ONE * length, _FAINT * length * _ONE
        each = zip(self._keys, scores, strict=True)
        return {key: score / unit for key, score in each if score > least}


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


def _pairs(text: str) -> Iterator[int]:
    for run in _BREAKS.split(text):
        yield from pairs_of(run)
