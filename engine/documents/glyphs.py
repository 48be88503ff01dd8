"""Which characters a font file draws, read from its cmap table by hand.

A font library takes 12 MB to import and unpacks every glyph name: 80 MB for five Chinese fonts.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from io import BufferedReader
from pathlib import Path

from engine.documents.font_files import starts, tables_at

BASIC, FULL_UNICODE = 4, 12
END_OF_BASIC = 0xFFFF
NOTHING = bytes(4)
LAST_CHARACTER = 0x10FFFF

Range = tuple[int, int]


@lru_cache(maxsize=16)
def covered(path: str, index: int) -> tuple[Range, ...]:
    """Return the ranges of characters that face `index` of a font file has a glyph for, in order.

    A file that is no font, or maps no Unicode, draws nothing.
    """
    with Path(path).open("rb") as file:
        cmap = _table(file, b"cmap", index)
    subtables = {_short(cmap, offset): offset for offset in _offsets(cmap)}
    if FULL_UNICODE in subtables:
        return tuple(_full(cmap, subtables[FULL_UNICODE]))
    if BASIC in subtables:
        return tuple(_basic(cmap, subtables[BASIC]))
    return ()


def draws(ranges: tuple[Range, ...], char: str) -> bool:
    """Return whether one of the ranges that `covered` gives holds the character."""
    place = bisect_right(ranges, (ord(char), LAST_CHARACTER)) - 1
    return place >= 0 and ord(char) <= ranges[place][1]


def _table(file: BufferedReader, tag: bytes, index: int) -> bytes:
    try:
        found = tables_at(file, starts(file)[index]).get(tag)
    except (struct.error, IndexError):
        return NOTHING
    if found is None:
        return NOTHING
    file.seek(found.offset)
    return file.read(found.length)


def _offsets(cmap: bytes) -> list[int]:
    count = _short(cmap, 2)
    return [offset for _, _, offset in struct.iter_unpack(">HHL", cmap[4 : 4 + 8 * count])]


def _full(cmap: bytes, start: int) -> Iterator[Range]:
    (groups,) = struct.unpack_from(">L", cmap, start + 12)
    for first, last, _ in struct.iter_unpack(">LLL", cmap[start + 16 : start + 16 + 12 * groups]):
        yield first, last


def _basic(cmap: bytes, start: int) -> Iterator[Range]:
    """Yield the ranges of a format 4 subtable; a segment's character may still have no glyph."""
    length = _short(cmap, start + 6)
    ends, starts = start + 14, start + 16 + length
    for place in range(0, length, 2):
        last, first = _short(cmap, ends + place), _short(cmap, starts + place)
        offset_at = starts + 2 * length + place
        offset = _short(cmap, offset_at)
        drawn = [offset == 0 or _short(cmap, offset_at + offset + 2 * (char - first)) != 0
                 for char in range(first, last + 1)]  # fmt: skip
        if first != END_OF_BASIC:
            yield from _runs(first, drawn)


def _runs(first: int, drawn: list[bool]) -> Iterator[Range]:
    began: int | None = None
    for place, has_glyph in enumerate([*drawn, False]):
        if has_glyph and began is None:
            began = place
        elif not has_glyph and began is not None:
            yield first + began, first + place - 1
            began = None


def _short(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")
