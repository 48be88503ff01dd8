"""Finding the words of several lists in one pass over a text."""

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

Found = tuple[int, str]
"""Where an expression begins, and the expression."""

_BEYOND = 0x10000
_BLANK = "\uffff"


class Hit(NamedTuple):
    """An expression found in a text."""

    start: int
    expression: str


def pairs_of(text: str) -> tuple[int, ...]:
    """Each pair of neighbouring letters as one number, for each place but the last.

    Numbers, because a text has hundreds of pairs and every one is looked up. Letters beyond the
    basic plane (emoji) count as one blank.
    """
    raw = text.encode("utf-16-le", "surrogatepass")
    if len(raw) != 2 * len(text):
        plain = "".join(letter if ord(letter) < _BEYOND else _BLANK for letter in text)
        raw = plain.encode("utf-16-le", "surrogatepass")
    pairs = [0] * max(0, len(text) - 1)
    pairs[::2] = struct.unpack(f"<{len(text) // 2}I", raw[: len(text) // 2 * 4])
    odd = max(0, len(text) - 1) // 2
    pairs[1::2] = struct.unpack(f"<{odd}I", raw[2 : 2 + odd * 4])
    return tuple(pairs)


class _Node:
    """A beginning of expressions; `lists` are those that hold what ends here."""

    __slots__ = ("expression", "lists", "more")

    def __init__(self) -> None:
        self.expression = ""
        self.lists: tuple[str, ...] = ()
        self.more: dict[str, _Node] = {}


class Ear:
    """Hears the expressions of several named lists at once; single letters it does not hear."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._names = tuple(lists)
        self._by_pair: dict[int, _Node] = defaultdict(_Node)
        held: dict[str, tuple[str, ...]] = defaultdict(tuple)
        for name, expressions in lists.items():
            for expression in set(expressions):
                if len(expression) > 1:
                    held[expression] += (name,)
        for expression, names in held.items():
            self._add(expression, names)

    def _add(self, expression: str, names: tuple[str, ...]) -> None:
        node = self._by_pair[pairs_of(expression[:2])[0]]
        for letter in expression[2:]:
            node = node.more.setdefault(letter, _Node())
        node.expression, node.lists = expression, names

    def hear(self, text: str, pairs: Sequence[int] = ()) -> dict[str, list[Found]]:
        """What each list has in a text, at every place, whatever covers it; shorter ones first."""
        heard: dict[str, list[Found]] = {name: [] for name in self._names}
        last = len(text)
        for start, opening in enumerate(map(self._by_pair.get, pairs or pairs_of(text))):
            node, at = opening, start + 2
            while node is not None:
                if node.lists:
                    found = (start, node.expression)
                    for name in node.lists:
                        heard[name].append(found)
                if at >= last or not node.more:
                    break
                node = node.more.get(text[at])
                at += 1
        return heard


def uncovered(text: str, found: Iterable[Found]) -> Iterator[Found]:
    """The longest expression at each place, without those a longer one covers or overlaps.

    What lies inside a longer expression is not counted, nor what begins in one and straddles out.
    """
    longest = dict(one for one in found if _is_whole(text, *one))
    covered, length = 0, 0
    for start, expression in longest.items():
        size = len(expression)
        if start + size > covered and (start >= covered or size >= length):
            covered, length = start + size, size
            yield start, expression


def _is_whole(text: str, start: int, expression: str) -> bool:
    """A number such as 12345 is not heard in the middle of a longer one."""
    if not expression.isdigit():
        return True
    end = start + len(expression)
    return not (text[max(0, start - 1) : start].isdigit() or text[end : end + 1].isdigit())


class Matcher:
    """Finds the expressions of one list; a longer one hides what it covers or overlaps."""

    def __init__(self, expressions: Iterable[str]) -> None:
        self._ear = Ear({"": expressions})

    def find(self, text: str, pairs: Sequence[int] = ()) -> Iterator[Hit]:
        """The longest expression at each place, from left to right."""
        return (Hit(*one) for one in uncovered(text, self._ear.hear(text, pairs)[""]))
