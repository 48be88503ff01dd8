"""Reading a year's task list from the document's own table (清单导入), row by row.

The table may come as CSV or as the tab-separated text of the document, with its headings repeated
on every page and cells that run over a page break. What cannot be read is reported by row.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from engine.rules.routing.catalogue import (
    OpenGroup,
    Task,
    load_units,
    misspellings,
    units_by_name,
)
from engine.rules.routing.catalogue_table import COLUMNS, FoundRow, column_name, find_table
from engine.rules.routing.files import read_yaml

_COMPARED = (
    "indicator", "direction", "measure", "deadline",
    "leads", "joint_by_duty", "supports", "open_groups",
)  # fmt: skip
_SEPARATORS = re.compile(r"[、，,；;\s]+")
_DATE = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})\s*日?")


@dataclass(frozen=True)
class RowProblem:
    """Something in a row that could not be read (读不出的内容); `line` is where in the file."""

    row: str
    column: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        where = f"（文件第 {self.line} 行）" if self.line else ""
        return f"第 {self.row} 项{where}“{self.column}”：{self.message}"


@dataclass(frozen=True)
class Table:
    """What was read of a list, and what was not (读入结果)."""

    tasks: tuple[Task, ...]
    problems: tuple[RowProblem, ...]


class Change(NamedTuple):
    """A difference between two lists (差异): `kind` is added, removed or changed."""

    number: int
    kind: str
    field: str
    before: str
    after: str


@dataclass
class _Cell:
    """What folding a cell of units gives."""

    units: list[str]
    groups: list[str]
    notes: list[str]
    problems: list[str]


def read_table(text: str) -> Table:
    """Read the rows of a list from CSV or from the document's text."""
    found = find_table(text)
    if not found.found:
        words = f"没有找到表头为“{'、'.join(map(column_name, COLUMNS))}”的表"
        return Table((), (RowProblem("?", "表头", words),))
    tasks: list[Task] = []
    problems = [RowProblem("?", column_name(name), "表头里没有这一栏") for name in found.missing]
    for row in found.rows:
        task, wrong = _task(row)
        if task is not None:
            wrong += _repeated(task, tasks)
            tasks.append(task)
        problems += [replace(one, line=row.line) for one in wrong]
    return Table(tuple(tasks), tuple(problems))


def compare(old: Sequence[Task], new: Sequence[Task]) -> tuple[Change, ...]:
    """What changed from one list to the next, by row number and column."""
    before = {task.number: task for task in old}
    after = {task.number: task for task in new}
    return tuple(
        change
        for number in sorted(before.keys() | after.keys())
        for change in _changes(number, before.get(number), after.get(number))
    )


def _changes(number: int, old: Task | None, new: Task | None) -> Iterator[Change]:
    if old is None or new is None:
        before, after = _heading(old), _heading(new)
        yield Change(number, "removed" if new is None else "added", "", before, after)
        return
    for name in _COMPARED:
        before, after = _words(getattr(old, name)), _words(getattr(new, name))
        if before != after:
            yield Change(number, "changed", name, before, after)


def _heading(task: Task | None) -> str:
    return f"{task.indicator} {task.direction}" if task else ""


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return "、".join(item.name if isinstance(item, OpenGroup) else item for item in value)
    return str(value)


def _repeated(task: Task, tasks: list[Task]) -> list[RowProblem]:
    if any(task.number == other.number for other in tasks):
        return [RowProblem(str(task.number), "序号", "这个序号出现了两次")]
    return []


def _task(found: FoundRow) -> tuple[Task | None, list[RowProblem]]:
    row = found.cells
    lead_words, joint = _joint(row["lead"])
    lead, support = _fold(lead_words, "牵头单位"), _fold(row["support"], "配合单位")
    problems = [*_wrong(row), *_unknown(row, lead, support)]
    deadline = _deadline(row["deadline"])
    if deadline is None or not row["number"].isdigit():
        return None, problems
    groups = (*_groups(lead, "lead"), *_groups(support, "support"))
    indicator, spelling = _indicator(row["indicator"])
    merged, both = [f"{name}空着，沿用上一项" for name in found.merged], _both(lead, support)
    task = Task(
        number=int(row["number"]),
        indicator=row["indicator"],
        direction=row["direction"],
        measure=row["measure"],
        deadline=deadline,
        leads=tuple(lead.units),
        joint_by_duty=joint,
        supports=tuple(support.units),
        open_groups=groups,
        notes=(*merged, *spelling, *_notes(row, joint), *lead.notes, *support.notes, *both),
        indicator_canonical=indicator,
    )
    return task, problems


def _wrong(row: dict[str, str]) -> list[RowProblem]:
    problems = []
    if not row["number"].isdigit():
        problems.append(RowProblem(row["number"], "序号", "应当是数字"))
    if _deadline(row["deadline"]) is None:
        words = f"读不出日期“{row['deadline']}”，应写作 2023年12月31日 或 2023-12-31"
        problems.append(RowProblem(row["number"], "完成时限", words))
    problems += [
        RowProblem(row["number"], name, "空着")
        for column, name in (("indicator", "指标"), ("measure", "任务举措"), ("lead", "牵头单位"))
        if not row[column]
    ]
    return problems


def _unknown(row: dict[str, str], lead: _Cell, support: _Cell) -> list[RowProblem]:
    named = (("牵头单位", lead), ("配合单位", support))
    return [RowProblem(row["number"], name, words) for name, c in named for words in c.problems]


def _deadline(words: str) -> date | None:
    found = _DATE.fullmatch(words.strip())
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _joint(words: str) -> tuple[str, bool]:
    for ending in _config()["joint_by_duty_endings"]:
        if words.endswith(ending):
            return words.removesuffix(ending), True
    return words, False


def _indicator(words: str) -> tuple[str, list[str]]:
    folded = _config()["indicator_spellings"].get(words, words)
    return folded, [f"指标写作“{words}”，归入“{folded}”"] if folded != words else []


def _notes(row: dict[str, str], joint: bool) -> list[str]:
    notes = []
    if row["support"].endswith(("，", ",", "、")):
        notes.append("配合单位一栏末尾多一个逗号")
    if joint and not row["lead"].endswith("按职责分工负责"):
        notes.append("牵头单位一栏末尾写作“职责分工负责”，少“按”字")
    if joint and not _SEPARATORS.search(row["lead"]) and "部门" not in row["lead"]:
        notes.append("只有一个牵头单位却写“按职责分工负责”")
    return notes


def _both(lead: _Cell, support: _Cell) -> list[str]:
    return [f"“{unit}”既牵头又配合" for unit in lead.units if unit in support.units]


def _groups(cell: _Cell, role: str) -> tuple[OpenGroup, ...]:
    return tuple(OpenGroup(name, role) for name in cell.groups)


def _fold(words: str, column: str) -> _Cell:
    """Read the units of a cell, whatever their spelling."""
    cell = _Cell([], [], [], [])
    for name in filter(None, _SEPARATORS.split(words)):
        unit = units_by_name(load_units()).get(name)
        if unit is not None:
            cell.units.append(unit.name)
            cell.notes += [f"{column}写作“{name}”，即{unit.name}"] if name in misspellings() else []
        elif any(word in name for word in _config()["open_group_words"]):
            cell.groups.append(name)
        else:
            cell.problems.append(_suggestion(name))
    return cell


def _suggestion(name: str) -> str:
    close = get_close_matches(name, units_by_name(load_units()), n=1, cutoff=0.6)
    hint = f"，是否指“{units_by_name(load_units())[close[0]].name}”？" if close else ""
    return f"单位名册里没有“{name}”{hint}"


@lru_cache
def _config() -> dict[str, Any]:
    return read_yaml("catalogue.yaml")
