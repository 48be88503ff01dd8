"""Two words that say a matter together (搭配): 药店 … 刷不了卡, where neither says it alone."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from operator import attrgetter, or_

from engine.errors import RuleError
from engine.rules.routing.files import read_yaml
from engine.rules.routing.matcher import Found
from engine.rules.routing.said import Said
from engine.rules.routing.text import fold

_FAR = 10**6
CUES, HIDING = "cues", "hiding"


@dataclass(frozen=True)
class HeardCue:
    """A pair of words heard close together: whose it is, where it begins, and the words.

    `weak` says that the like may happen at any unit (a form sent back, a queue).
    """

    owner: str
    start: int
    words: tuple[str, str]
    weak: bool

    @property
    def pair(self) -> tuple[str, frozenset[str]]:
        """Whose it is and the two words, whichever is told first."""
        return self.owner, frozenset(self.words)


@dataclass(frozen=True)
class _Cue:
    owner: str
    first: frozenset[str]
    second: frozenset[str]
    weak: bool

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """Its words of a single letter."""
        return tuple(word for word in self.first | self.second if len(word) == 1)


class CueFinder:
    """Finds the pairs of every unit and body in one text; `lists` are what it must hear."""

    def __init__(self, cues: Sequence[_Cue], near: int, not_alone: frozenset[str]) -> None:
        self._cues, self._near = cues, near
        words = {word for cue in cues for word in cue.first | cue.second}
        self._letters = frozenset(word for word in words if len(word) == 1)
        self.lists = {CUES: words - self._letters, HIDING: not_alone}
        self._used, self._all = _used(cues), (1 << len(cues)) - 1

    def find(self, said: Said, heard: Mapping[str, Sequence[Found]]) -> Iterator[HeardCue]:
        """The closest pair of each cue that is heard, in either order; no pair twice."""
        places: dict[str, list[int]] = defaultdict(list)
        for start, word in heard[CUES]:
            places[word].append(start)
        letters = self._letters.intersection(said.whole)
        cues = self._both((*places, *letters))
        wanted = letters.intersection(word for cue in cues for word in cue.letters)
        places |= _alone(said.whole, wanted, heard[HIDING])
        told: set[tuple[str, frozenset[str]]] = set()
        for cue in sorted(cues, key=attrgetter("weak")):
            closest = self._closest(cue, places)
            if closest and closest.pair not in told:
                told.add(closest.pair)
                yield closest

    def _both(self, words: Iterable[str]) -> list[_Cue]:
        """The cues of which both sides are heard."""
        used = reduce(or_, map(self._used.__getitem__, words), 0)
        both = used & (used >> len(self._cues)) & self._all
        cues = []
        while both:
            lowest = both & -both
            cues.append(self._cues[lowest.bit_length() - 1])
            both ^= lowest
        return cues

    def _closest(self, cue: _Cue, places: Mapping[str, Sequence[int]]) -> HeardCue | None:
        best, least = None, self._near + 1
        seconds = _longest_first(places.keys() & cue.second)
        for one in _longest_first(places.keys() & cue.first):
            for other in seconds:
                if one in other or other in one:
                    continue
                gap, start = _nearest(places[one], len(one), places[other], len(other))
                if gap < least:
                    best, least = HeardCue(cue.owner, start, (one, other), cue.weak), gap
        return best


def _used(cues: Sequence[_Cue]) -> Mapping[str, int]:
    """The cues each word belongs to, as the bits of a number: first sides, above them second."""
    used: dict[str, int] = defaultdict(int)
    for number, cue in enumerate(cues):
        for word in cue.first:
            used[word] |= 1 << number
        for word in cue.second:
            used[word] |= 1 << (number + len(cues))
    return used


def _longest_first(words: Set[str]) -> list[str]:
    """Words in a settled order: the longest say most."""
    return sorted(words, key=lambda word: (-len(word), word))


def _alone(whole: str, letters: Iterable[str], hiding: Iterable[Found]) -> dict[str, list[int]]:
    """Where single letters stand outside the words that hide them."""
    hidden: set[int] = set()
    end = 0
    for start, word in dict(hiding).items():
        if start >= end:
            end = start + len(word)
            hidden.update(range(start, end))
    found = {letter: _places(whole, letter) for letter in letters}
    return {
        letter: alone
        for letter, places in found.items()
        if (alone := [at for at in places if at not in hidden])
    }


def _places(whole: str, letter: str) -> Iterator[int]:
    at = whole.find(letter)
    while at >= 0:
        yield at
        at = whole.find(letter, at + 1)


def _nearest(ones: Sequence[int], size: int, others: Sequence[int], length: int) -> tuple[int, int]:
    """The smallest gap between two words that do not overlap, and where the pair begins."""
    best = (_FAR, 0)
    for one in ones:
        place = bisect_left(others, one)
        for other in others[max(0, place - 1) : place + 1]:
            gap = other - one - size if other >= one else one - other - length
            if 0 <= gap < best[0]:
                best = (gap, min(one, other))
    return best


@lru_cache
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


def _folded(words: Sequence[object]) -> frozenset[str]:
    return frozenset(fold(str(word)) for word in words)
