"""Writes the rows that were refused, with the reason beside each, in the format they came in.

Imported again, the file says all that the rows said, and what is wrong with them is still wrong:
a number stays a number, a date a date, and cells without a heading stand right of the reason.
"""

import csv
import json
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol

from engine.actions.import_rows import REASON
from engine.cli.import_table import Row

FORMULA = re.compile(r"^[=+\-@\t\r]")
HALF = re.compile("[\ud800-\udfff]")
LONGEST_CELL = 32_000  # an Excel cell holds 32,767 characters
MOMENT = "yyyy-mm-dd hh:mm:ss"


class Rejects(Protocol):
    """A file of refused rows; it is made when the first one comes."""

    def add(self, row: Row, reason: str) -> None:
        """Write one row."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def rejects_for(path: Path, headings: Sequence[str]) -> Rejects:
    """Return where refused rows go: by the kind of file that `path` names."""
    kept = [one for one in headings if one.strip() not in (REASON, "")]
    if path.suffix.lower() == ".xlsx":
        return _Workbook(path, kept)
    return _Lines(path) if path.suffix.lower() == ".jsonl" else _Commas(path, kept)


def harmless(value: Any) -> str:
    """Return a cell as text that no spreadsheet runs as a formula; read back it is the same."""
    text = "" if value is None else str(value)
    return f"'{text}" if FORMULA.match(text) else text


class _Commas:
    """CSV with a mark, so that Excel opens it in Chinese."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.path, self.headings = path, headings
        self._file: Any = None
        self._writer: Any = None

    def add(self, row: Row, reason: str) -> None:
        """Write one row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*self.headings, REASON])
        told = (harmless(row.cells.get(one)) for one in self.headings)
        self._writer.writerow([*told, reason, *map(harmless, row.surplus)])

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()


class _Workbook:
    """An Excel workbook, row by row; no cell of it is a formula."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.path, self.headings = path, headings
        self._book: Any = None
        self._sheet: Any = None
        self._at = 0

    def add(self, row: Row, reason: str) -> None:
        """Write one row; of a text too long for a cell, what is left stands at the end."""
        if self._book is None:
            self._open()
        told = [row.cells.get(one) for one in self.headings]
        left = [rest for one in told for rest in _pieces(one)[1:]]
        first = [_pieces(one)[0] for one in told]
        self._write(
            [*first, reason, *(one for cell in row.surplus for one in _pieces(cell)), *left]
        )

    def _open(self) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(str(self.path), {"constant_memory": True})
        self._sheet = self._book.add_worksheet("退回的行")
        self._moment = self._book.add_format({"num_format": MOMENT})
        self._number = self._book.add_format({"num_format": "0"})
        self._write([*self.headings, REASON])

    def _write(self, cells: Sequence[Any]) -> None:
        for place, cell in enumerate(cells):
            if not self._as_it_was(place, cell) and cell not in (None, ""):
                self._sheet.write_string(self._at, place, str(cell)[:LONGEST_CELL])
        self._at += 1

    def _as_it_was(self, place: int, cell: Any) -> bool:
        """Write what is no text as what it is; a number that became text would pass as true."""
        try:
            if isinstance(cell, bool):
                self._sheet.write_boolean(self._at, place, cell)
            elif isinstance(cell, (int, float)):
                shown = self._number if float(cell).is_integer() else None
                self._sheet.write_number(self._at, place, cell, shown)
            elif isinstance(cell, (datetime, date, time, timedelta)):
                self._sheet.write_datetime(self._at, place, cell, self._moment)
            else:
                return False
        except (TypeError, ValueError, OverflowError):  # an endless number, a day before Excel's
            return False
        return True

    def close(self) -> None:
        """Finish the file."""
        if self._book is not None:
            self._book.close()


def _pieces(cell: Any) -> list[Any]:
    """Return a cell as cells that Excel can hold."""
    if isinstance(cell, str) and cell.startswith("<r>"):  # xlsxwriter takes it for its own marks
        return ["<", *_pieces(cell[1:])]
    if not isinstance(cell, str) or len(cell) <= LONGEST_CELL:
        return [cell]
    return [cell[at : at + LONGEST_CELL] for at in range(0, len(cell), LONGEST_CELL)]


class _Lines:
    """JSON lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Any = None

    def add(self, row: Row, reason: str) -> None:
        """Write one row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
        self._file.write(_json_of({**row.cells, REASON: reason}) + "\n")

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()


def _json_of(told: dict[str, Any]) -> str:
    """Return an object as a line; half a character stays escaped, as it came."""
    words = json.dumps(told, ensure_ascii=False)
    return HALF.sub(lambda one: f"\\u{ord(one[0]):04x}", words)
