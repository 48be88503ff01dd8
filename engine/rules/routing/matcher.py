"""Finding many expressions in one text in one pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from operator import add
from typing import NamedTuple


class Hit(NamedTuple):
    """An expression found in a text."""

    start: int
    expression: str


class Matcher:
    """Finds expressions of two characters or more; a longer one hides what it covers or overlaps.

    What lies inside a longer expression is not counted, nor what begins in one and straddles out.
    """

    def __init__(self, expressions: Iterable[str]) -> None:
        by_opening: dict[str, list[str]] = defaultdict(list)
        for expression in sorted(set(expressions), key=len, reverse=True):
            by_opening[expression[:2]].append(expression)
        self._by_opening = {opening: tuple(words) for opening, words in by_opening.items()}

    def find(self, text: str) -> Iterator[Hit]:
        """The longest expression at each place, from left to right."""
        covered, length, known = 0, 0, self._by_opening
        places = [at for at, pair in enumerate(map(add, text, text[1:])) if pair in known]
        for start in places:
            expression = self._longest(text, start)
            if not expression or start + len(expression) <= covered:
                continue
            if start >= covered or len(expression) >= length:
                covered, length = start + len(expression), len(expression)
                yield Hit(start, expression)

    def _longest(self, text: str, start: int) -> str:
        for expression in self._by_opening[text[start : start + 2]]:
            if text.startswith(expression, start) and _is_whole(text, start, expression):
                return expression
        return ""


def _is_whole(text: str, start: int, expression: str) -> bool:
    """A number such as 12345 is not heard in the middle of a longer one."""
    if not expression.isdigit():
        return True
    end = start + len(expression)
    return not (text[max(0, start - 1) : start].isdigit() or text[end : end + 1].isdigit())
