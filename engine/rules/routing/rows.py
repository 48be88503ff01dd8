"""Which rows of the task list a text fits (匹配任务), by shared pairs and triples of letters."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import log, sqrt
from operator import add

from engine.rules.routing.catalogue import Task
from engine.rules.routing.text import fold

_BREAKS = re.compile(r"[\W\d_]+")
_MOST_ROWS = 20
_FAINT = 0.02


class RowIndex:
    """Compares a text with every row of the list by TF-IDF over 2- and 3-grams."""

    def __init__(self, tasks: tuple[Task, ...]) -> None:
        counts = {task.number: Counter(_grams(_row_text(task))) for task in tasks}
        spread = Counter(gram for count in counts.values() for gram in count)
        self._rarity = {
            gram: log(len(tasks) / seen) for gram, seen in spread.items() if seen <= _MOST_ROWS
        }
        self._rows: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, count in counts.items():
            self._add(number, count)

    def _add(self, number: int, count: Counter[str]) -> None:
        weights = {
            gram: (1 + log(times)) * self._rarity[gram]
            for gram, times in count.items()
            if gram in self._rarity
        }
        length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        for gram, weight in weights.items():
            self._rows[gram].append((number, weight / length))

    def likeness(self, text: str) -> dict[int, float]:
        """How like each row the text is, 0 to 1; rows that share next to nothing are absent."""
        known = self._rarity
        found = {gram: known[gram] for gram in known.keys() & set(_grams(text))}
        length = sqrt(sum(rarity * rarity for rarity in found.values())) or 1.0
        scores: dict[int, float] = defaultdict(float)
        for gram, rarity in found.items():
            for number, weight in self._rows[gram]:
                scores[number] += rarity * weight
        least = _FAINT * length
        return {row: score / length for row, score in scores.items() if score > least}


def _row_text(task: Task) -> str:
    return fold(f"{task.indicator}。{task.direction}。{task.direction}。{task.measure}")


def _grams(text: str) -> Iterator[str]:
    for run in _BREAKS.split(text):
        pairs = list(map(add, run, run[1:]))
        yield from pairs
        yield from map(add, pairs, run[2:])
