"""Finding many expressions in one text in one pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import add
from typing import NamedTuple


class Hit(NamedTuple):
    """An expression found in a text."""

    start: int
    expression: str


_Sizes = tuple[tuple[int, frozenset[str]], ...]


class Matcher:
    """Finds expressions of two characters or more; a longer one hides what it covers or overlaps.

    What lies inside a longer expression is not counted, nor what begins in one and straddles out.
    `pairs`, where a caller has them at hand, are the text's pairs of letters.
    """

    def __init__(self, expressions: Iterable[str]) -> None:
        by_opening: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for expression in expressions:
            by_opening[expression[:2]][len(expression)].add(expression)
        self._by_opening: dict[str, _Sizes] = {
            opening: tuple((size, frozenset(known[size])) for size in sorted(known, reverse=True))
            for opening, known in by_opening.items()
        }

    def find(self, text: str, pairs: Sequence[str] = ()) -> Iterator[Hit]:
        """The longest expression at each place, from left to right."""
        covered, length = 0, 0
        for start, sizes in self._places(text, pairs):
            expression = _longest(text, start, sizes)
            if not expression or start + len(expression) <= covered:
                continue
            if start >= covered or len(expression) >= length:
                covered, length = start + len(expression), len(expression)
                yield Hit(start, expression)

    def every(self, text: str, pairs: Sequence[str] = ()) -> Iterator[Hit]:
        """Every expression at every place, whatever covers it."""
        for start, sizes in self._places(text, pairs):
            for size, known in sizes:
                piece = text[start : start + size]
                if piece in known:
                    yield Hit(start, piece)

    def _places(self, text: str, pairs: Sequence[str]) -> list[tuple[int, _Sizes]]:
        looked_up = map(self._by_opening.get, pairs or map(add, text, text[1:]))
        return [(start, sizes) for start, sizes in enumerate(looked_up) if sizes]


def _longest(text: str, start: int, sizes: _Sizes) -> str:
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
