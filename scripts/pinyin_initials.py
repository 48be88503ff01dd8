"""Writes engine/actions/pinyin_initials.txt from pypinyin's dictionary.

    python -m scripts.pinyin_initials

The library keeps whole pronunciations of 42,000 characters and 47,000 phrases, 56 MB in every
process that finds names by initials. First letters, and the phrases in which a character's is not
its usual one, are 60 kB.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from engine.actions import initials
from engine.actions.initials import NONE, ROW

THERE = Path(initials.__file__).with_name(initials.FILE)


def text() -> str:
    """Return the content of the file."""
    letters = {chr(code): first(said.split(",")[0]) for code, said in PINYIN_DICT.items()}
    rows = "\n".join(_rows(letters))
    phrases = "\n".join(f"{phrase} {said}" for phrase, said in sorted(_odd(letters).items()))
    return f"{rows}\n\n{phrases}\n"


def first(syllable: str) -> str:
    """Return the first letter of a syllable, without its tone."""
    return unicodedata.normalize("NFD", syllable)[:1].lower()


def _rows(letters: Mapping[str, str]) -> Iterable[str]:
    starts = sorted({ord(letter) // ROW * ROW for letter in letters})
    for start in starts:
        said = "".join(letters.get(chr(code), NONE) for code in range(start, start + ROW))
        yield f"{start:X} {said}"


def _odd(letters: Mapping[str, str]) -> dict[str, str]:
    """Return the phrases that are not said as their parts are, shorter ones first."""
    odd: dict[str, str] = {}
    for phrase in sorted(PHRASES_DICT, key=lambda one: (len(one), one)):
        said = "".join(first(syllables[0]) for syllables in PHRASES_DICT[phrase])
        if said != initials.spelled(phrase, lambda one: letters.get(one, ""), odd):
            odd[phrase] = said
    return odd


def main() -> None:
    """Write the file."""
    THERE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
