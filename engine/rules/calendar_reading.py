"""Reads a holiday notice (放假通知) somebody hands in: holiday-cn's JSON, a CSV, or our own YAML.

JSON and CSV list a whole year's days and carry no notice: its number and date are said beside them.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.errors import RuleError
from engine.rules.calendar_bytes import text_of
from engine.rules.calendar_files import NATIONAL, REGIONAL, Notice, YearFile, year_file_of

OFF = MappingProxyType(
    {"放假": True, "休": True, "休息": True, "true": True, "1": True,
     "上班": False, "班": False, "调休": False, "调休上班": False, "false": False, "0": False}
)  # fmt: skip
EXAMPLE = "2027-02-08,放假,春节"
HOW = "一天一行，依次写日期、放假或上班、名称，用逗号隔开。"
_TITLES = MappingProxyType(
    {NATIONAL: "国务院办公厅关于{year}年部分节假日安排的通知",
     REGIONAL: "广西壮族自治区关于{year}年“壮族三月三”放假的通知"}
)  # fmt: skip
_COLUMNS = 3
_HEAD = ["日期", "安排", "名称"]
_KEY = re.compile(r"\ufeff?(#|---|[a-z_]+\s*:)")  # how a file in our own format begins
_APART = ",\t;，；"  # what a pasted or exported table has between its cells


@dataclass(frozen=True)
class HandedIn:
    """A text somebody hands in: its name, whose region, and the notice it came with."""

    text: str
    name: str = "放假安排"
    number: str = ""
    dated: date | None = None
    region: str = NATIONAL

    @property
    def lists_days(self) -> bool:
        """Return whether it only lists days, without notices of its own."""
        return self._json or self._csv

    @property
    def _json(self) -> bool:
        begins = self.text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
        return begins or self.name.endswith(".json")

    @property
    def _csv(self) -> bool:
        """Return whether it must be a CSV: neither JSON, nor our own format's keys, nor empty."""
        first = next((one for one in self.text.splitlines() if one.strip("\ufeff \t")), "#")
        return not self._json and _KEY.match(first) is None

    def year_file(self) -> YearFile:
        """Return the year it holds.

        Raises:
            RuleError: it is none of the three formats, or the notice's number or date is missing.
        """
        if not self.lists_days:
            return year_file_of(self.text, self.name)
        return self._listed(_from_json(self) if self._json else _from_csv(self))

    def _listed(self, stated: Any) -> YearFile:
        try:
            year = int(stated["year"])
            days = _each_once(self.name, stated["days"])
            off = {on: f"{day['name']}放假" for on, day in days.items() if day["isOffDay"]}
            work = {on: f"{day['name']}调休上班" for on, day in days.items() if not day["isOffDay"]}
        except (KeyError, TypeError, ValueError) as error:
            msg = f"{self.name} 不是 holiday-cn 的格式：应有 year 和 days[name, date, isOffDay]"
            raise RuleError(msg) from error
        if not days:
            msg = f"{self.name} 没有任何日期：{year} 年的放假通知尚未公布"
            raise RuleError(msg)
        if not self.number or self.dated is None:
            msg = f"{self.name} 没有通知文号和日期：请写明（命令行用 --number 和 --dated）"
            raise RuleError(msg)
        title = _TITLES[self.region].format(year=year)
        notice = Notice(self.number, title, self.dated, off, work)
        return YearFile(self.region, year, self.dated, (notice,))


def _each_once(name: str, days: Any) -> dict[date, Any]:
    """Return the days by their date; one listed twice, or neither off nor worked, is refused."""
    found: dict[date, Any] = {}
    for day in days:
        on = date.fromisoformat(day["date"])
        if not isinstance(day["isOffDay"], bool):
            msg = f"{name} 的 {on}：isOffDay 应为 true 或 false，现为 {day['isOffDay']!r}"
            raise RuleError(msg)
        if on in found and found[on] != day:
            msg = f"{name} 把 {on} 列了两次而说法不同：只能是放假或上班之一，请改正后再导入"
            raise RuleError(msg)
        found[on] = day
    return found


def handed_in(path: Path, *, number: str = "", dated: date | None = None) -> HandedIn:
    """Return a file as handed in.

    Raises:
        RuleError: it cannot be read, or is no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path.name} 读不出来：{error.strerror}"
        raise RuleError(msg) from error
    return HandedIn(text_of(data, path.name), path.name, number, dated)


def _from_json(given: HandedIn) -> Any:
    try:
        return json.loads(given.text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        msg = f"{given.name} 读不出来：应为 holiday-cn 的 JSON、CSV 或本系统的 YAML"
        raise RuleError(msg) from error


def _from_csv(given: HandedIn) -> Any:
    days = list(_csv_days(given))
    years = Counter(one["date"][:4] for one in days)
    return {"year": years.most_common(1)[0][0] if years else 0, "days": days}


def _csv_days(given: HandedIn) -> Iterator[dict[str, Any]]:
    head: list[str] = []
    found = 0
    for line, row in enumerate(_rows(given.text), start=1):
        cells = [one.strip() for one in row]
        if not any(cells):
            continue
        if not found and not head and not cells[0][:1].isdigit():
            head = cells
            continue
        if len(cells) != _COLUMNS or cells[1].lower() not in OFF or not cells[2]:
            raise RuleError(_wrong(given, line, cells, head))
        found += 1
        yield {"date": _day(cells[0], given, line), "isOffDay": OFF[cells[1].lower()],
               "name": cells[2]}  # fmt: skip
    if not found:
        msg = f"{given.name} 里没有一行放假安排。{HOW}"
        raise RuleError(msg)


def _rows(text: str) -> Iterator[list[str]]:
    """Return the cells of each line, apart by whatever the first line has between them."""
    lines = text.lstrip("\ufeff").splitlines()
    first = next((one for one in lines if one.strip()), "")
    apart = next((one for one in _APART if one in first), ",")
    return csv.reader(lines, delimiter=apart)


def _wrong(given: HandedIn, line: int, cells: list[str], head: list[str]) -> str:
    """Say what is wrong with a line: it, how it should be, and a head that misleads."""
    other = head and head != _HEAD
    heading = f"；第一行是“{','.join(head)}”，应为“{','.join(_HEAD)}”" if other else ""
    shown = ",".join(cells)
    return f"{given.name} 第 {line} 行：“{shown}”不对；应为{EXAMPLE}（或 上班）{heading}。{HOW}"


def _day(text: str, given: HandedIn, line: int) -> str:
    try:
        return date.fromisoformat(text.replace("/", "-")).isoformat()
    except ValueError:
        how = "请照 2027-02-08 写成年-月-日，并核对那个月有没有这一天"
        msg = f"{given.name} 第 {line} 行：“{text}”不是日历上有的日期；{how}"
        raise RuleError(msg) from None
