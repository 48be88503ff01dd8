"""Whether two texts may be one matter, told so cheaply that hundreds can be looked through.

`acceptance.same_matter` decides; a sketch only rules out what cannot be alike enough.
"""

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
    """Return false only where the texts surely have fewer than `share` per cent in common.

    Pairs that fall on one bit are counted as if all of them were common.
    """
    hidden = one.pairs - one.bits.bit_count()
    common = (one.bits & other.bits).bit_count() + hidden
    both = one.pairs + other.pairs
    return both > 0 and _WHOLE * 2 * common >= share * both
