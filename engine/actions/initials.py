"""Pinyin initials for finding names by a few keys (拼音首字母): 区市场监管局 → qscjgj.

The letters come from pypinyin's dictionary (scripts/pinyin_initials.py): that itself would take
56 MB in every process.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

FILE = "pinyin_initials.txt"
LONGEST_PHRASE = 16
CHINESE = re.compile(r"[^\x00-\x7f]+")
ROW = 64  # characters in a line of the file
NONE = "-"  # in the file: a character without a sound


def initials(name: str) -> str:
    """Return the lower-case pinyin initials of a name; letters and digits stay."""
    rows, odd = _sounds()
    said = CHINESE.sub(lambda found: spelled(found.group(), partial(_letter, rows), odd), name)
    return "".join(letter for letter in said.lower() if letter.isalnum())


def spelled(text: str, letter: Callable[[str], str], odd: Mapping[str, str]) -> str:
    """Return the first letters of a Chinese text; the longest odd phrase at a place counts."""
    said, place = [], 0
    while place < len(text):
        length = _odd_at(text, place, odd)
        part = text[place : place + (length or 1)]
        said.append(odd[part] if length else letter(part))
        place += len(part)
    return "".join(said)


def _odd_at(text: str, place: int, odd: Mapping[str, str]) -> int:
    """Return the length of the longest odd phrase at a place, or 0."""
    longest = min(LONGEST_PHRASE, len(text) - place)
    return next(
        (length for length in range(longest, 1, -1) if text[place : place + length] in odd), 0
    )


def _letter(rows: Mapping[int, str], character: str) -> str:
    row, place = divmod(ord(character), ROW)
    found = rows[row][place] if row in rows else NONE
    return "" if found == NONE else found


@cache
def _sounds() -> tuple[dict[int, str], dict[str, str]]:
    """Return the first letters of characters, row by row, and phrases that are said otherwise."""
    text = Path(__file__).with_name(FILE).read_text(encoding="utf-8")
    rows, _, phrases = text.partition("\n\n")
    split = (line.split(" ") for line in rows.splitlines())
    letters = {int(start, 16) // ROW: said for start, said in split}
    return letters, dict(line.split(" ") for line in phrases.splitlines())
