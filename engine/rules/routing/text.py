"""Folding what a caller wrote into one spelling, so that one expression matches all of them."""

import re
import unicodedata
from functools import lru_cache

from engine.rules.routing.files import read_yaml

_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\ufeff"
# Normalizing is slow, and these are nearly all that a Chinese text needs of it.
_WIDE = tuple(zip("，：；！？（）％", ",:;!?()%", strict=True))


def fold(text: str) -> str:
    """Simplified characters, half-width, lower case, without spaces."""
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    for mark in _INVISIBLE:
        text = text.replace(mark, "")
    plain = "".join(text.split()).lower()
    letters, simplified = _simplified()
    return plain.translate(simplified) if letters.search(plain) else plain


def shorten(text: str, *, head: int, tail: int) -> str:
    """The beginning and the end of a long text, with a full stop between them."""
    return text if len(text) <= head + tail else f"{text[:head]}。{text[-tail:]}"


@lru_cache
def _simplified() -> tuple[re.Pattern[str], dict[int, int]]:
    """The traditional characters, and each with its simplified one."""
    pairs = "".join(read_yaml("traditional.yaml")["pairs"])
    table = {ord(old): ord(new) for old, new in zip(pairs[::2], pairs[1::2], strict=True)}
    return re.compile(f"[{''.join(map(chr, table))}]"), table
