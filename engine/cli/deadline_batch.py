"""`hotline deadline --batch`: a file of any length; a bad row gets its error and stops nothing."""

import csv
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from engine.cli.refusing import stop
from engine.errors import EngineError
from engine.rules.time_limits import Deadline, RuleSet

_ADDED = ("due_on", "status", "limit_working_days", "calendar_version", "error")
_NEEDED = ("kind", "received_at")
Count = Callable[[str, str], Deadline]


def count_file(source: Path, target: Path, rules: RuleSet, count: Count) -> None:
    """Count every row of a CSV file; the result takes its name only when it is whole."""
    if source.resolve() == target.resolve():
        stop("输出文件不能与输入文件相同")
    began = time.perf_counter()
    part = target.with_name(f"{target.name}.part")
    # Bytes that are no UTF-8 are carried through, so that one bad row is one bad row.
    odd = "surrogateescape"
    try:
        with (
            source.open(encoding="utf-8-sig", newline="", errors=odd) as read,
            part.open("w", encoding="utf-8", newline="", errors=odd) as write,
        ):
            rows, wrong = _count_rows(read, csv.writer(write), rules.calendar.version, count)
        part.replace(target)
    except OSError as error:
        stop(f"读写文件失败：{error.filename or source.name}（{error.strerror}）")
    except _HeaderError as error:
        stop(f"{source.name} {error}")
    finally:
        part.unlink(missing_ok=True)
    seconds = time.perf_counter() - began
    typer.echo(f"{rows} 行，其中 {wrong} 行有误（见 error 列），用时 {seconds:.1f} 秒 → {target}")


class _HeaderError(Exception):
    """The file lacks a header or a needed column, or is in another coding."""


def _count_rows(lines: Iterable[str], writer: Any, version: str, count: Count) -> tuple[int, int]:
    rows = Rows(lines)
    header = [name.strip() for name in next(rows, [])]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        message = f"缺少列：{'、'.join(missing)}（首行应为 {','.join(_NEEDED)}）"
        raise _HeaderError(message)
    rows.watched = [header.index(name) for name in _NEEDED]
    kept = [place for place, name in enumerate(header) if name not in _ADDED]
    width, all_kept = len(header), len(kept) == len(header)
    writer.writerow([*(header[place] for place in kept), *_ADDED])
    answer = _row_answerer(version, count, rows.watched, width)
    total = wrong = 0
    for row in rows:
        added = answer(row)
        total += 1
        wrong += bool(added[-1])
        _refuse_another_coding(added, total)
        full = [*row[:width], *[""] * (width - len(row))]
        writer.writerow([*(full if all_kept else [full[place] for place in kept]), *added])
    return total, wrong


NO_UTF8 = "本行不是 UTF-8 编码"


def _refuse_another_coding(added: tuple[str, ...], row: int) -> None:
    """Stop at the first row when it is in another coding: then the whole file is."""
    if row == 1 and added[-1] == NO_UTF8:
        message = "不是 UTF-8 编码：请在表格软件中另存为“CSV UTF-8”"
        raise _HeaderError(message)


def _row_answerer(
    version: str, count: Count, watched: list[int], width: int
) -> Callable[[list[str]], tuple[str, ...]]:
    kind_at, received_at = watched

    def answer(row: list[str]) -> tuple[str, ...]:
        if len(row) > width:
            return ("", "", "", "", f"本行多出 {len(row) - width} 列：内容里有逗号时要加引号")
        try:
            found = count(row[kind_at], row[received_at])
        except IndexError:
            return ("", "", "", "", "本行的列数不够")
        except (EngineError, ValueError) as error:
            return ("", "", "", "", _words(row, error))
        limit = str(found.counted.limit)
        return (found.due_on.isoformat(), found.status.value, limit, version, "")

    return answer


def _words(row: list[str], error: Exception) -> str:
    """Return what is wrong with a row; another coding is the reason before any other."""
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return NO_UTF8
    return str(error)


class Rows:
    """The rows of a CSV file, empty ones left out; one broken row costs itself and no other.

    An unclosed quote makes a CSV reader swallow every line up to the next quote or the end: then
    its first line is the broken row, and the lines after it are read again.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        """Begin to read; `watched` are the places that never hold a line break."""
        self.watched: list[int] = []
        self._lines = iter(lines)
        self._again: list[str] = []
        self._taken: list[str] = []
        self._reader = csv.reader(self._fed())

    def _fed(self) -> Iterator[str]:
        while True:
            if self._again:
                line = self._again.pop()
            else:
                line = next(self._lines, "")
                if not line:
                    return
            self._taken.append(line)
            yield line

    def __iter__(self) -> "Rows":
        """Return itself: it is read once."""
        return self

    def __next__(self) -> list[str]:
        """Return the next row."""
        while True:
            self._taken.clear()
            row = self._read()
            if row:
                return row

    def _read(self) -> list[str]:
        try:
            row = next(self._reader)
        except csv.Error:
            row = None
        except StopIteration:
            if not self._again:
                raise
            row = []
        if len(self._taken) <= 1:
            return [self._taken[0].strip()] if row is None else row
        if row is not None and not self._is_broken(row):
            return row
        first, *rest = self._taken
        self._again.extend(reversed(rest))
        self._reader = csv.reader(self._fed())
        return [first.strip()]

    def _is_broken(self, row: list[str]) -> bool:
        unclosed = sum(line.count('"') for line in self._taken) % 2 == 1
        return unclosed or any("\n" in row[at] for at in self.watched if at < len(row))
