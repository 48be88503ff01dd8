"""Whether a font file is whole (字体文件完整): of a half-copied one typst prints an empty page.

Read by hand, as `glyphs` does: where the tables of each face lie, against the size of the file;
and a block in their midst that was left empty, against their sums.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})
COLLECTION = b"ttcf"
SINGLE = frozenset({b"\0\1\0\0", b"OTTO", b"true"})
OUTLINES = (b"glyf", b"CFF ", b"CFF2")
MOST_FACES = 256
BLOCK = 4096
NO_FONT = "读不出字体：不完整，或者不是字体文件"


class Table(NamedTuple):
    """Where a table of a face lies in its file."""

    offset: int
    length: int
    checksum: int


def font_files(directories: Iterable[Path]) -> Iterator[Path]:
    """Yield every font file of some directories; what a Mac or an editor hides there is none."""
    for directory in directories:
        for path in sorted(directory.rglob("*")):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
                yield path


def fault_of(path: Path) -> str:
    """Return why letters cannot be set in a font file, in words; nothing where it is whole."""
    try:
        with path.open("rb") as file:
            return _fault(file, path.stat().st_size)
    except OSError as error:
        return f"读不了（{error.strerror}）"
    except struct.error:
        return NO_FONT


def _fault(file: BufferedReader, size: int) -> str:
    faces = [tables_at(file, start) for start in starts(file)]
    if not faces or not all(faces):
        return NO_FONT
    whole = max(table.offset + table.length for tables in faces for table in tables.values())
    if whole > size:
        return f"没有拷完：应有 {whole:,} 字节，只有 {size:,} 字节"
    if not all(_is_drawn(file, tables) for tables in faces):
        return "里面没有字形"
    if any(_has_hole(file, table) for tables in faces for table in tables.values()):
        return "没有拷全：中间有一段是空的"
    return ""


def starts(file: BufferedReader) -> list[int]:
    """Return where each face of a font file begins; nothing where it is no font.

    Raises:
        struct.error: the file ends before.
    """
    file.seek(0)
    signature = file.read(4)
    if signature != COLLECTION:
        return [0] if signature in SINGLE else []
    _, faces = struct.unpack(">LL", file.read(8))
    count = min(faces, MOST_FACES)
    return list(struct.unpack(f">{count}L", file.read(4 * count)))


def tables_at(file: BufferedReader, start: int) -> Mapping[bytes, Table]:
    """Return the tables of the face that begins there, by name.

    Raises:
        struct.error: the file ends before.
    """
    file.seek(start + 4)
    count, *_ = struct.unpack(">4H", file.read(8))
    told = struct.unpack(">" + count * "4sLLL", file.read(16 * count))
    names, sums, offsets, lengths = (told[place::4] for place in range(4))
    return dict(zip(names, map(Table, offsets, lengths, sums), strict=True))


def _is_drawn(file: BufferedReader, tables: Mapping[bytes, Table]) -> bool:
    """Return whether a face has outlines, to their end: a copy that broke off may be filled up."""
    table = next((tables[name] for name in OUTLINES if name in tables), Table(0, 0, 0))
    last = min(table.length, BLOCK)
    file.seek(table.offset + table.length - last)
    return any(file.read(last))


def _has_hole(file: BufferedReader, table: Table) -> bool:
    """Return whether a block of a table was left out: nothing stands there, and its sum is wrong.

    A sum alone says little: fonts that print well are about with wrong ones. `head`, whose own sum
    is made otherwise, is shorter than a block.
    """
    if table.length < BLOCK:
        return False
    file.seek(table.offset)
    content = file.read(table.length)
    return bytes(BLOCK) in content and _sum_of(content) != table.checksum


def _sum_of(content: bytes) -> int:
    """Return the sum of a table's words of four bytes, as its file tells it."""
    words = array("I", content + bytes(-len(content) % 4))
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF
