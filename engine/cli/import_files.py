"""Reads rows from a CSV, Excel or JSON-lines file, a row at a time, whatever its size."""

import codecs
import csv
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

from engine.errors import BadInputError

# Technical limits of this system: what a file of tickets never reaches, and a bomb does.
LARGEST_FILE = 200_000_000
LARGEST_CELL = 200_000
MOST_ROWS = 200_000
LARGEST_UNPACKED = 400_000_000
LARGEST_STRINGS = 150_000_000
MOST_PARTS = 2_000
HIGHEST_RATIO = 200
CHUNK = 1 << 16
ENCODINGS = ("utf-8", "gb18030")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
DELIMITERS = ",\t;，"


@dataclass(frozen=True)
class Row:
    """One row of a file: its line, its cells by heading, and why it cannot be read at all."""

    line: int
    cells: Mapping[str, Any]
    broken: str = ""


@dataclass
class Table:
    """An open file: headings, rows, and how much of it has been read (0 to 1)."""

    headings: list[str]
    rows: Iterator[Row]
    done: Any = field(default=lambda: 0.0)


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Yield the table in a file; its kind is told by its name.

    Raises:
        BadInputError: it cannot be read, is of another kind, or too large.
    """
    readers = {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        message = f"{path.name} 不是 CSV、xlsx 或 jsonl 文件。xls 请先另存为 xlsx。"
        raise BadInputError(message)
    try:
        if path.stat().st_size > LARGEST_FILE:
            message = f"{path.name} 超过 {LARGEST_FILE // 1_000_000} MB，请分成几个文件。"
            raise BadInputError(message)
        with path.open("rb") as opened:
            yield reader(path, opened)
    except OSError as error:
        message = f"读不了 {path}：{error.strerror or error}。"
        raise BadInputError(message) from error


def _share(opened: BufferedReader, path: Path) -> Any:
    size = max(path.stat().st_size, 1)
    return lambda: min(opened.tell() / size, 1.0)


# --- CSV -------------------------------------------------------------------------------------


def encoding_of(opened: BufferedReader, name: str) -> str:
    """Return the encoding of a text file: by its mark, else UTF-8 if all of it is, else GBK.

    Raises:
        BadInputError: it is neither.
    """
    start = opened.read(4)
    for mark, encoding in BOMS:
        if start.startswith(mark):
            opened.seek(0)
            return encoding
    for encoding in ENCODINGS:
        opened.seek(0)
        if _decodes(opened, encoding):
            opened.seek(0)
            return encoding
    message = f"{name} 的文字编码既不是 UTF-8 也不是 GBK，请另存为“CSV UTF-8”。"
    raise BadInputError(message)


def _decodes(opened: BufferedReader, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := opened.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv(path: Path, opened: BufferedReader) -> Table:
    text = TextIOWrapper(opened, encoding=encoding_of(opened, path.name), newline="")
    csv.field_size_limit(LARGEST_CELL)
    first = text.readline()
    delimiter = max(DELIMITERS, key=first.count)
    headings = next(csv.reader([first], delimiter=delimiter), [])
    if not any(one.strip() for one in headings):
        message = f"{path.name} 的第一行是空的：第一行应是列名。"
        raise BadInputError(message)
    rows = _csv_rows(csv.reader(text, delimiter=delimiter), headings)
    return Table(headings, rows, _share(opened, path))


def _csv_rows(reader: Any, headings: list[str]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"第 {line} 行读不下去（{error}）：可能少了一个引号，或一格太长。"
            raise BadInputError(message) from error
        if any(cell.strip() for cell in cells):
            yield _row(line, headings, cells)


def _row(line: int, headings: list[str], cells: list[Any]) -> Row:
    found = dict(zip(headings, cells, strict=False))
    if len(cells) > len(headings) and any(str(one or "").strip() for one in cells[len(headings) :]):
        extra = len(cells) - len(headings)
        return Row(line, found, f"这一行比列名多 {extra} 格：内容里的分隔符要用引号括起来。")
    return Row(line, found)


# --- Excel -----------------------------------------------------------------------------------


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
    if bomb or (unpacked > CHUNK * 100 and unpacked / packed > HIGHEST_RATIO):
        message = (
            f"{path.name} 解开后过大（{unpacked // 1_000_000} MB），不予读取；请分成几个文件。"
        )
        raise BadInputError(message)


def _xlsx(path: Path, opened: BufferedReader) -> Table:
    from openpyxl import load_workbook

    check_workbook(path)
    try:
        book = load_workbook(opened, read_only=True, data_only=True, keep_links=False)
        sheet = book.active
        cells = sheet.iter_rows(values_only=True) if sheet else iter(())
        headings = [str(one or "").strip() for one in next(cells, ())]
    except Exception as error:
        message = f"{path.name} 不是能读的 xlsx 文件：{type(error).__name__}。"
        raise BadInputError(message) from error
    total = max(getattr(sheet, "max_row", None) or 1, 1)
    read = [1]
    return Table(headings, _xlsx_rows(cells, headings, read), lambda: min(read[0] / total, 1.0))


def _xlsx_rows(cells: Any, headings: list[str], read: list[int]) -> Iterator[Row]:
    for line, values in enumerate(cells, start=2):
        read[0] = line
        if any(str(one).strip() for one in values if one is not None):
            long = [one for one in values if isinstance(one, str) and len(one) > LARGEST_CELL]
            broken = f"有一格超过 {LARGEST_CELL} 字。" if long else ""
            shown = [str(one)[:1000] if one in long else one for one in values]
            row = _row(line, headings, shown)
            yield Row(line, row.cells, broken or row.broken)


# --- JSON lines ------------------------------------------------------------------------------


def _jsonl(path: Path, opened: BufferedReader) -> Table:
    encoding = encoding_of(opened, path.name)
    text = TextIOWrapper(opened, encoding=encoding)
    return Table([], _json_rows(text), _share(opened, path))


def _json_rows(text: TextIOWrapper) -> Iterator[Row]:
    line = 0
    while words := text.readline(LARGEST_CELL):
        line += 1
        if not words.endswith("\n") and len(words) >= LARGEST_CELL:
            message = f"第 {line} 行超过 {LARGEST_CELL} 字，不像一件工单。"
            raise BadInputError(message)
        if words.strip():
            yield _json_row(line, words)


def _json_row(line: int, words: str) -> Row:
    try:
        found = json.loads(words)
    except (ValueError, RecursionError):
        return Row(line, {"raw": words.strip()}, "这一行不是合法的 JSON。")
    if not isinstance(found, dict):
        return Row(line, {"raw": words.strip()}, "这一行应是一个 JSON 对象 {…}。")
    return Row(line, found)
