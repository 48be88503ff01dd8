"""Folding what a caller wrote into one spelling, so that one expression matches all of them."""

import re
import unicodedata
from functools import lru_cache

from engine.rules.routing.files import read_yaml

_GAPS = re.compile(r"[\s\u200b-\u200f\ufeff]+")


def fold(text: str) -> str:
    """Simplified characters, half-width, lower case, without spaces."""
    plain = unicodedata.normalize("NFKC", text)
    return _GAPS.sub("", plain).lower().translate(_simplified())


def shorten(text: str, *, head: int, tail: int) -> str:
    """The beginning and the end of a long text, with a full stop between them."""
    return text if len(text) <= head + tail else f"{text[:head]}。{text[-tail:]}"


@lru_cache
def _simplified() -> dict[int, int]:
    """Traditional to simplified characters, one to one."""
    pairs = "".join(read_yaml("traditional.yaml")["pairs"])
    return {ord(old): ord(new) for old, new in zip(pairs[::2], pairs[1::2], strict=True)}
