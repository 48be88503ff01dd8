"""Writes the rows that were refused, with the reason beside each, in the format they came in."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from engine.actions.import_rows import REASON

FORMULA = re.compile(r"^[=+\-@\t\r]")


class Rejects(Protocol):
    """A file of refused rows; it is made when the first one comes."""

    def add(self, cells: Mapping[str, Any], reason: str) -> None:
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

    def add(self, cells: Mapping[str, Any], reason: str) -> None:
        """Write one row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*self.headings, REASON])
        self._writer.writerow([*(harmless(cells.get(one)) for one in self.headings), reason])

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()


class _Workbook:
    """An Excel workbook whose cells are text, row by row."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.path, self.headings = path, headings
        self._book: Any = None
        self._sheet: Any = None
        self._at = 0

    def add(self, cells: Mapping[str, Any], reason: str) -> None:
        """Write one row."""
        if self._book is None:
            import xlsxwriter

            self._book = xlsxwriter.Workbook(str(self.path), {"constant_memory": True})
            self._sheet = self._book.add_worksheet("退回的行")
            self._write([*self.headings, REASON])
        told = ("" if (value := cells.get(one)) is None else str(value) for one in self.headings)
        self._write([*told, reason])

    def _write(self, texts: Sequence[str]) -> None:
        for place, text in enumerate(texts):
            self._sheet.write_string(self._at, place, text[:32_000])
        self._at += 1

    def close(self) -> None:
        """Finish the file."""
        if self._book is not None:
            self._book.close()


class _Lines:
    """JSON lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Any = None

    def add(self, cells: Mapping[str, Any], reason: str) -> None:
        """Write one row."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
        told = {**cells, REASON: reason}
        self._file.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
