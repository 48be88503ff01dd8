"""Finding many expressions in one text in one pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import starmap
from operator import add
from typing import NamedTuple


class Hit(NamedTuple):
    """An expression found in a text."""

    start: int
    expression: str


# The expressions that begin with a pair of letters: how long, and which, the longest first.
Sizes = tuple[tuple[int, frozenset[str]], ...]
# Where in a text some begin.
Places = list[tuple[int, Sizes]]


class Matcher:
    """Finds expressions of two characters or more; a longer one hides what it covers or overlaps.

    What lies inside a longer expression is not counted, nor what begins in one and straddles out.
    `places`, where a caller has them at hand, are those of `Openings`.
    """

    def __init__(self, expressions: Iterable[str]) -> None:
        by_opening: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for expression in expressions:
            by_opening[expression[:2]][len(expression)].add(expression)
        self.by_opening: dict[str, Sizes] = {
            opening: tuple((size, frozenset(known[size])) for size in sorted(known, reverse=True))
            for opening, known in by_opening.items()
        }

    def find(self, text: str, places: Places | None = None) -> Iterator[Hit]:
        """The longest expression at each place, from left to right."""
        return starmap(Hit, self.scan(text, places))

    def scan(self, text: str, places: Places | None = None) -> Iterator[tuple[int, str]]:
        """What `find` gives, as plain pairs of place and expression: they are quicker made."""
        covered, length = 0, 0
        for start, sizes in self._places(text) if places is None else places:
            expression = _longest(text, start, sizes)
            if not expression or start + len(expression) <= covered:
                continue
            if start >= covered or len(expression) >= length:
                covered, length = start + len(expression), len(expression)
                yield start, expression

    def _places(self, text: str) -> Places:
        looked_up = map(self.by_opening.get, map(add, text, text[1:]))
        return [(start, sizes) for start, sizes in enumerate(looked_up) if sizes]


class Openings:
    """The openings of several matchers, looked up in one pass over a text."""

    def __init__(self, *matchers: Matcher) -> None:
        openings = {opening for one in matchers for opening in one.by_opening}
        self._sizes = {
            opening: tuple(one.by_opening.get(opening) for one in matchers) for opening in openings
        }
        self._matchers = range(len(matchers))

    def places(self, pairs: Iterable[str]) -> list[Places]:
        """Where expressions of each matcher may begin, from the pairs of letters of a text."""
        looked_up = map(self._sizes.get, pairs)
        found = [(start, sizes) for start, sizes in enumerate(looked_up) if sizes]
        return [
            [(start, own) for start, sizes in found if (own := sizes[number])]
            for number in self._matchers
        ]


def every(text: str, places: Places) -> Iterator[tuple[int, str]]:
    """Every expression at every place, whatever covers it, with the place."""
    for start, sizes in places:
        for size, known in sizes:
            piece = text[start : start + size]
            if piece in known:
                yield start, piece


def _longest(text: str, start: int, sizes: Sizes) -> str:
    for size, known in sizes:
        piece = text[start : start + size]
        if piece in known and _is_whole(text, start, piece):
            return piece
    return ""


def _is_whole(text: str, start: int, expression: str) -> bool:
    """A number such as 12345 is not heard in the middle of a longer one."""
    if not expression.isdigit():
        return True
    end = start + len(expression)
    return not (text[max(0, start - 1) : start].isdigit() or text[end : end + 1].isdigit())
