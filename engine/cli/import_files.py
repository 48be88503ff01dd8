"""Reads rows from a CSV, Excel or JSON-lines file, a row at a time, whatever its size."""

import codecs
import csv
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

from engine.actions.import_rows import REASON
from engine.cli.import_table import LARGEST_CELL, Row, Table, checked_headings, row_of
from engine.cli.import_workbook import workbook
from engine.errors import BadInputError

# Technical limits of this system: what a file of tickets never reaches, and a bomb does.
LARGEST_FILE = 200_000_000
MOST_ROWS = 200_000
CHUNK = 1 << 16
RAW = "raw"  # the field that keeps a line which is no JSON, in the file of refused rows
ENCODINGS = ("utf-8", "gb18030")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
DELIMITERS = ",\t;，"


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Yield the table in a file; its kind is told by its name.

    Raises:
        BadInputError: it cannot be read, is of another kind, or too large.
    """
    readers = {".csv": _csv, ".xlsx": workbook, ".jsonl": _jsonl}
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
    checked_headings(headings, path.name)
    # Strict: an open quote would take the rows after it for words of its cell.
    rows = _csv_rows(csv.reader(text, delimiter=delimiter, strict=True), headings)
    return Table(headings, rows, _share(opened, path))


def _csv_rows(reader: Any, headings: list[str]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = (
                f"第 {line} 行读不下去：多半少了一个引号，或有一格超过 {LARGEST_CELL} 字。"
                "前面的行已处理，改好后可把整个文件再导入一次。"
            )
            raise BadInputError(message) from error
        if any(cell.strip() for cell in cells):
            yield row_of(line, headings, cells)


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
    raw = {RAW: words.strip()}
    try:
        found = json.loads(
            words, parse_float=_exact, parse_constant=_exact, object_pairs_hook=_object
        )
    except BadInputError as error:
        return Row(line, raw, str(error))
    except (ValueError, RecursionError):
        return Row(line, raw, "这一行不是合法的 JSON。")
    if not isinstance(found, dict):
        return Row(line, raw, "这一行应是一个 JSON 对象 {…}。")
    kept = found.get(RAW)
    if isinstance(kept, str) and not found.keys() - {RAW, REASON}:  # a line refused before
        return _json_row(line, kept)
    return Row(line, found)


def _exact(text: str) -> float:
    """Return a number with a point, unless some of its digits would be lost."""
    if not math.isfinite(float(text)) or Decimal(repr(float(text))) != Decimal(text):
        message = f"数字 {text[:40]} 位数太多，读出来会变。请加引号写成文字。"
        raise BadInputError(message)
    return float(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object, unless one of its names would hide another."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = "、".join(dict.fromkeys(one for one in names if names.count(one) > 1))
        message = f"这一行有两个同名的字段：{twice}。请只留一个。"
        raise BadInputError(message)
    return found
