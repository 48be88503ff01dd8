"""Excel files of any length (导出): written row by row, so that memory stays the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from engine.rules.shanghai import SHANGHAI

# What a spreadsheet could take for a formula when the cell is copied on or saved as CSV.
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_FIRST = "说明"
MOST_ROWS = 50_000  # technical: what is written within seconds; longer lists leave as CSV
_LONGEST = 32_000  # Excel's own limit of a cell is 32,767
_MOMENT, _DAY = "yyyy-mm-dd hh:mm", "yyyy-mm-dd"


@dataclass(frozen=True)
class Column:
    """One column of a table: its head and how wide it is, in characters."""

    head: str
    width: int = 12


@dataclass(frozen=True)
class Table:
    """A table to write: its name, its columns, and its rows, made while they are written."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]


def write_workbook(
    target: IO[bytes], table: Table, about: Callable[[int], Iterable[tuple[str, str]]]
) -> int:
    """Write a workbook whose first sheet says what the second holds; return the number of rows.

    `about` is asked once the rows are known. Text is never a formula.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False,
                                        "strings_to_urls": False})  # fmt: skip
    first, sheet = book.add_worksheet(_FIRST), book.add_worksheet(table.name)
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF6", "border": 1})
    formats = {kind: book.add_format({"num_format": how}) for kind, how in
               ((datetime, _MOMENT), (date, _DAY))}  # fmt: skip
    count = _write_rows(sheet, table, bold, formats)
    _write_about(first, about(count), bold)
    book.close()
    return count


def _write_rows(sheet: Any, table: Table, bold: Any, formats: Mapping[type[date], Any]) -> int:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.head, bold)
    count = 0
    for count, row in enumerate(table.rows, start=1):
        for place, value in enumerate(row):
            _write_cell(sheet, count, place, value, formats)
        if count == MOST_ROWS:
            break
    return count


def _write_cell(
    sheet: Any, row: int, place: int, value: object, formats: Mapping[type[date], Any]
) -> None:
    if isinstance(value, str):
        if value:
            sheet.write_string(row, place, harmless(value))
    elif isinstance(value, bool):
        sheet.write_string(row, place, "是" if value else "否")
    elif isinstance(value, (int, float)):
        sheet.write_number(row, place, value)
    elif isinstance(value, datetime):
        local = value.astimezone(SHANGHAI).replace(tzinfo=None)
        sheet.write_datetime(row, place, local, formats[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, formats[date])


def _write_about(sheet: Any, lines: Iterable[tuple[str, str]], bold: Any) -> None:
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    for row, (name, text) in enumerate(lines):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, harmless(text))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, however it is saved or copied."""
    short = text[:_LONGEST]
    return f"'{short}" if short.startswith(_RISKY) else short
