"""Two words that say a matter together (搭配): 药店 … 刷不了卡, where neither says it alone."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.errors import RuleError
from engine.rules.routing.files import read_yaml
from engine.rules.routing.matcher import Matcher
from engine.rules.routing.said import Said
from engine.rules.routing.text import fold

_FAR = 10**6


@dataclass(frozen=True)
class HeardCue:
    """A pair of words heard close together: whose it is, where it begins, and the words.

    `weak` says that the like may happen at any unit (a form sent back, a queue).
    """

    owner: str
    start: int
    words: tuple[str, str]
    weak: bool


@dataclass(frozen=True)
class _Cue:
    owner: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    weak: bool


class CueFinder:
    """Finds the pairs of every unit and body in one text."""

    def __init__(self, cues: Sequence[_Cue], near: int, not_alone: Sequence[str]) -> None:
        self._cues, self._near = cues, near
        words = {word for cue in cues for word in (*cue.first, *cue.second)}
        self._letters = frozenset(word for word in words if len(word) == 1)
        self._matcher = Matcher(words - self._letters)
        self._hiding = re.compile("|".join(map(re.escape, not_alone)))
        self._first, self._second = _used(cues, "first"), _used(cues, "second")

    def find(self, said: Said) -> Iterator[HeardCue]:
        """The closest pair of each cue that is heard, in either order."""
        places = self._places(said)
        first, second = _heard(places, self._first), _heard(places, self._second)
        for number in sorted(first.keys() & second.keys()):
            heard = self._closest(self._cues[number], first[number], second[number], places)
            if heard:
                yield heard

    def _places(self, said: Said) -> Mapping[str, list[int]]:
        """Where each word is heard; a single letter only outside words that hide it."""
        places: dict[str, list[int]] = defaultdict(list)
        for hit in self._matcher.every(said.whole, said.pairs):
            places[hit.expression].append(hit.start)
        masked = self._hiding.sub(lambda found: "□" * len(found.group()), said.whole)
        known = self._letters
        for at, letter in [one for one in enumerate(masked) if one[1] in known]:
            places[letter].append(at)
        return places

    def _closest(
        self, cue: _Cue, first: list[str], second: list[str], places: Mapping[str, list[int]]
    ) -> HeardCue | None:
        best, least = None, self._near + 1
        for one in first:
            for other in second:
                gap, start = _nearest(places[one], len(one), places[other], len(other))
                if gap < least and one not in other and other not in one:
                    best, least = HeardCue(cue.owner, start, (one, other), cue.weak), gap
        return best


def _used(cues: Sequence[_Cue], side: str) -> Mapping[str, tuple[int, ...]]:
    """The cues each word belongs to, on one side."""
    used: dict[str, list[int]] = defaultdict(list)
    for number, cue in enumerate(cues):
        for word in getattr(cue, side):
            used[word].append(number)
    return {word: tuple(numbers) for word, numbers in used.items()}


def _heard(
    places: Mapping[str, list[int]], used: Mapping[str, tuple[int, ...]]
) -> dict[int, list[str]]:
    """The words of each cue, on one side, that were heard; the longest, which say most, first."""
    heard: dict[int, list[str]] = defaultdict(list)
    for word in sorted(places.keys() & used.keys(), key=lambda word: (-len(word), word)):
        for number in used[word]:
            heard[number].append(word)
    return heard


def _nearest(ones: list[int], size: int, others: list[int], length: int) -> tuple[int, int]:
    """The smallest gap between two words that do not overlap, and where the pair begins."""
    best = (_FAR, 0)
    for one in ones:
        place = bisect_left(others, one)
        for other in others[max(0, place - 1) : place + 1]:
            gap = other - one - size if other >= one else one - other - length
            if 0 <= gap < best[0]:
                best = (gap, min(one, other))
    return best


def load_cues(owners: frozenset[str]) -> CueFinder:
    """The pairs of cues.yaml.

    Raises:
        RuleError: a name is neither a unit nor a body outside the list.
    """
    content = read_yaml("cues.yaml")
    for owner in content["cues"]:
        if owner not in owners:
            message = f"cues.yaml 里的“{owner}”不是登记的单位"
            raise RuleError(message)
    cues = [
        _Cue(owner, _folded(first), _folded(second), bool(weak))
        for owner, entries in content["cues"].items()
        for first, second, *weak in entries
    ]
    return CueFinder(cues, int(content["near"]), _folded(content["not_alone"]))


def _folded(words: Sequence[object]) -> tuple[str, ...]:
    return tuple(fold(str(word)) for word in words)
