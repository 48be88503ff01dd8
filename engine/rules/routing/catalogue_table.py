"""Finding the list's table in a file (清单读表): its columns in any order, its rows as cells.

Columns are known by their headings, which may come again on every page; cells are kept apart by
tabs, commas, semicolons or bars, whichever the headings use. A cell that runs over a page break is
joined; a blank one under 指标, 改革方向 or 完成时限 is a merged cell and takes what stands above.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine.rules.routing.files import read_yaml

COLUMNS = ("number", "indicator", "direction", "measure", "deadline", "lead", "support")
_MERGED = ("indicator", "direction", "deadline")
_DELIMITERS = "\t,;|"
_ENOUGH = 4
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_RULE = re.compile(r"[\s:|+=-]*")


@dataclass
class FoundRow:
    """One row of the list: its cells by column, where it begins, and what was taken from above."""

    line: int
    cells: dict[str, str]
    merged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FoundTable:
    """The rows of a file, and the columns its headings lack; no rows where there is no heading."""

    rows: tuple[FoundRow, ...]
    missing: tuple[str, ...]
    found: bool


def find_table(text: str) -> FoundTable:
    """The table in a file; `found` is false when no line has the headings."""
    text = text.removeprefix("\ufeff")
    for delimiter in _DELIMITERS:
        lines = tuple(_lines(text, delimiter))
        columns = next((at for _, cells in lines if (at := _heading(cells))), {})
        if columns:
            missing = tuple(name for name in COLUMNS if name not in columns)
            return FoundTable(tuple(_merged(_rows(lines))), missing, found=True)
    return FoundTable((), (), found=False)


def column_name(column: str) -> str:
    """The heading of a column as the document writes it."""
    return str(_config()["headings"][COLUMNS.index(column)])


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The lines as cells, without markup, each with the number of the line it begins on."""
    if delimiter == "\t":
        for number, line in enumerate(text.splitlines(), start=1):
            yield number, _plain(line.split("\t"))
        return
    reader, begins = csv.reader(io.StringIO(text), delimiter=delimiter), 1
    for row in reader:
        yield begins, _plain(row)
        begins = reader.line_num + 1


def _plain(cells: Sequence[str]) -> list[str]:
    return [_TAG.sub("", cell).strip() for cell in cells]


def _heading(cells: Sequence[str]) -> dict[str, int]:
    """Where each column is, if these cells are the headings; otherwise nothing."""
    names = _names()
    known = [names.get("".join(cell.split())) for cell in cells]
    columns = {name: known.index(name) for name in COLUMNS if name in known}
    return columns if len(columns) >= _ENOUGH and "number" in columns else {}


def _rows(lines: Sequence[tuple[int, list[str]]]) -> Iterator[FoundRow]:
    """Rows after the first heading; what has no number goes on with the row before it."""
    columns: dict[str, int] = {}
    pending: FoundRow | None = None
    for line, cells in lines:
        again = _heading(cells)
        if again:
            columns = again
        elif columns and len(cells) > 1 and not _RULE.fullmatch("".join(cells)):
            row = FoundRow(line, {name: _cell(cells, columns.get(name)) for name in COLUMNS})
            if row.cells["number"]:
                yield from [pending] if pending else []
                pending = row
            elif pending:
                _join(pending, row)
    yield from [pending] if pending else []


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""


def _join(row: FoundRow, more: FoundRow) -> None:
    for name, words in more.cells.items():
        row.cells[name] += words


def _merged(rows: Iterator[FoundRow]) -> Iterator[FoundRow]:
    """Fill the blank cells of merged columns from the row above, and say so."""
    above: dict[str, str] = {}
    for row in rows:
        for name in _MERGED:
            if not row.cells[name] and above.get(name):
                row.cells[name] = above[name]
                row.merged.append(column_name(name))
        above = row.cells
        yield row


@lru_cache
def _names() -> dict[str, str]:
    """Every heading, the document's own and others in use, with its column."""
    own = dict(zip(_config()["headings"], COLUMNS, strict=True))
    others = _config()["other_headings"].items()
    return own | {other: own[heading] for heading, words in others for other in words}


@lru_cache
def _config() -> dict[str, Any]:
    return read_yaml("catalogue.yaml")
