"""Reads the rows of an Excel workbook, one at a time, and what its cells say as they were typed."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BufferedReader
from itertools import repeat
from pathlib import Path
from typing import Any

from engine.cli.import_table import LARGEST_CELL, Row, Table, checked_headings, row_of
from engine.errors import BadInputError

# Technical limits of this system: what a workbook of tickets never reaches, and a bomb does.
LARGEST_UNPACKED = 400_000_000
LARGEST_STRINGS = 150_000_000
MOST_PARTS = 2_000
HIGHEST_RATIO = 200
SMALL = 6_500_000
CHUNK = 1 << 16
FORMULA, LONGEST_TAG = re.compile(rb"<(\w{1,20}:)?f[ />]"), 24
UNKNOWN = (
    "有公式没有算出结果（{}）：请在 Excel 里打开原文件、保存后再导入，"
    "或把内容直接填进去、清空右边多出的格。"
)


def check_workbook(path: Path) -> None:
    """Refuse what only looks like a workbook: no zip, or one that unpacks to too much.

    Raises:
        BadInputError: says what is wrong with it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        message = f"{path.name} 不是 xlsx 文件，或已损坏。"
        raise BadInputError(message) from error
    unpacked = sum(one.file_size for one in parts)
    strings = sum(one.file_size for one in parts if one.filename.endswith("sharedStrings.xml"))
    packed = max(sum(one.compress_size for one in parts), 1)
    bomb = unpacked > LARGEST_UNPACKED or strings > LARGEST_STRINGS or len(parts) > MOST_PARTS
    if bomb or (unpacked > SMALL and unpacked / packed > HIGHEST_RATIO):
        message = (
            f"{path.name} 解开后过大（{unpacked // 1_000_000} MB），不予读取；请分成几个文件。"
        )
        raise BadInputError(message)


def workbook(path: Path, opened: BufferedReader) -> Table:
    """Return the table on the sheet that is shown first.

    Raises:
        BadInputError: it is no workbook, or has no headings.
    """
    from openpyxl import load_workbook

    check_workbook(path)
    try:
        book = load_workbook(opened, read_only=True, data_only=True, keep_links=False)
        sheet = book.active
        total = max(getattr(sheet, "max_row", None) or 1, 1)
        sheet.reset_dimensions()  # some programs write too small a range: rows would be lost
        cells = sheet.iter_rows(values_only=True)
        cells = zip(cells, _formulas(path, opened, book), strict=False)
        headings = [str(_seen(one)).strip() for one in next(cells, ((), ()))[0]]
    except Exception as error:
        message = f"{path.name} 不是能读的 xlsx 文件：{type(error).__name__}。"
        raise BadInputError(message) from error
    checked_headings(headings, path.name)
    read = [1]
    share = lambda: min(read[0] / total, 1.0)  # noqa: E731
    return Table(headings, _rows(cells, headings, read), share, _others(book, sheet))


def _formulas(path: Path, opened: BufferedReader, book: Any) -> Iterator[Sequence[Any]]:
    """Yield of each row the formulas that were never reckoned; most sheets have none at all."""
    from openpyxl import load_workbook

    if not _has_formulas(path):
        return repeat(())
    again = load_workbook(opened, read_only=True, keep_links=False)[book.active.title]
    again.reset_dimensions()
    rows = zip(again.iter_rows(values_only=True), book.active.iter_rows(), strict=False)
    return ([*map(_never_reckoned, *row)] for row in rows)


def _never_reckoned(formula: Any, cell: Any) -> Any:
    """Return a formula without a result; an empty text (of type `str`) is one."""
    return formula if cell.value is None and cell.data_type != "str" else None


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [one for one in archive.namelist() if "worksheets/" in one]
        return any(_says(archive, name) for name in sheets)


def _says(archive: zipfile.ZipFile, name: str) -> bool:
    """Return whether a sheet has a formula, without holding all of it."""
    before = b""
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            if FORMULA.search(before + chunk):
                return True
            before = chunk[-LONGEST_TAG:]
    return False


def _others(book: Any, shown: Any) -> str:
    """Return what to say of sheets that are not read; nothing where there are none with rows."""
    names = [one.title for one in book.worksheets if one is not shown and _says_something(one)]
    return f"只读了工作表“{shown.title}”，没有读“{'”“'.join(names)}”。" if names else ""


def _says_something(sheet: Any) -> bool:
    return any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row)


def _rows(cells: Iterator[Any], headings: list[str], read: list[int]) -> Iterator[Row]:
    while True:
        line = read[0] = read[0] + 1
        try:
            values, formulas = next(cells)
        except StopIteration:
            return
        except Exception as error:
            message = f"第 {line} 行读不下去（{type(error).__name__}）：请在 Excel 里另存后再导入。"
            raise BadInputError(message) from error
        unknown = tuple(str(getattr(one, "text", one)) for one in formulas if one is not None)
        if unknown or any(str(_seen(one)).strip() for one in values):
            row = row_of(line, headings, [_seen(one) for one in values])
            yield Row(line, row.cells, _broken(row, unknown), (*row.surplus, *unknown))


def _broken(row: Row, unknown: Sequence[str]) -> str:
    long = any(isinstance(one, str) and len(one) > LARGEST_CELL for one in row.cells.values())
    if long:
        return f"有一格超过 {LARGEST_CELL} 字。"
    return UNKNOWN.format("、".join(unknown)) if unknown else row.broken


def _seen(value: Any) -> Any:
    """Return a cell as Excel shows it: a character that XML cannot hold stands there as _x000D_."""
    from openpyxl.utils.escape import unescape

    if value is None:
        return ""
    if not isinstance(value, str) or "_x" not in value:
        return value
    found: str = unescape(value)
    try:
        return found.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:  # half a character
        return value
