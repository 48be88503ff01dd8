"""Whether two texts may be one matter, told so cheaply that hundreds can be looked through.

`acceptance.same_matter` decides; a sketch only rules out what cannot be alike enough.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from engine.rules.citations import cites

BITS = 2039
_WHOLE = 100  # per cent
# A flood of like texts is compared ticket by ticket with the same few hundred: read each once.
_KEPT = 1024


class Sketch(NamedTuple):
    """A text as a bit for each of its pairs of letters, and how many pairs it has."""

    bits: int
    pairs: int


@cites("house/H-36")
@lru_cache(maxsize=_KEPT)
def letter_pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters of a text; digits and signs do not count."""
    letters = filter(str.isalpha, text)
    return frozenset(map("".join, pairwise(letters)))


@cites("house/H-36")
def sketch(text: str) -> Sketch:
    """Return the sketch of a text."""
    bits, pairs = 0, letter_pairs(text)
    for pair in pairs:
        bits |= 1 << (ord(pair[0]) * 8191 + ord(pair[1])) % BITS
    return Sketch(bits, len(pairs))


@cites("house/H-36")
def may_be_alike(one: Sketch, other: Sketch, share: int) -> bool:
    """Return false only where the texts surely have fewer than `share` per cent in common."""
    return bool(those_maybe_alike(one, [(0, other)], share))


@cites("house/H-36")
def those_maybe_alike(one: Sketch, others: Iterable[tuple[int, Sketch]], share: int) -> list[int]:
    """Return of numbered sketches the numbers of those that `may_be_alike`, in their order.

    Pairs that fall on one bit are counted as if all of them were common.
    """
    own, pairs = one
    hidden = pairs - own.bit_count()
    return [
        number for number, (bits, more) in others
        if pairs + more > 0
        and _WHOLE * 2 * ((own & bits).bit_count() + hidden) >= share * (pairs + more)
    ]  # fmt: skip
