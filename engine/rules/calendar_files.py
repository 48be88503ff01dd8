"""The calendars' year files: which days differ from Monday to Friday, by which notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import RuleError
from engine.rules.located_yaml import Located, read_yaml, read_yaml_text

CALENDARS = Path(__file__).parent / "calendars"
NATIONAL = "CN"
REGIONAL = "CN-GX"
REGIONS = (NATIONAL, REGIONAL)
_FILE_KEYS = ("region", "year", "checked_on", "notices")
_PROVISIONAL_KEYS = ("region", "year", "checked_on", "source", "days_off")
_NOTICE_KEYS = ("number", "title", "dated", "note", "days_off", "make_up_days", "restored")
_SATURDAY = 5


@dataclass(frozen=True)
class Notice:
    """One holiday notice (放假通知): days off, make-up days, days put back to ordinary."""

    number: str
    title: str
    dated: date
    days_off: Mapping[date, str]
    make_up_days: Mapping[date, str]
    restored: tuple[date, ...] = ()
    note: str = ""

    @property
    def source(self) -> str:
        """Return the notice's number and date, as a day's source."""
        return f"{self.number}（{self.dated}）"


@dataclass(frozen=True)
class YearFile:
    """A region's calendar of one year: the notice, then its amendments, oldest first."""

    region: str
    year: int
    checked_on: date
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class ProvisionalYear:
    """The statute's own days of a year whose notice is not published yet (暂定)."""

    year: int
    source: str
    days_off: Mapping[date, str]


def file_name(region: str, year: int) -> str:
    """Return the name of the file that holds a region's year: cn-gx-2026.yaml."""
    return f"{region.lower()}-{year}.yaml"


def file_to_add(region: str, year: int) -> str:
    """Return the path, from the project's root, of the file that is to be added."""
    return f"engine/rules/calendars/{file_name(region, year)}"


@cache
def load_year_files(region: str, directory: Path = CALENDARS) -> tuple[YearFile, ...]:
    """Return the published years of one region, in order.

    Raises:
        RuleError: a file is wrong; the message names file, line and what was expected.
    """
    pattern = f"{region.lower()}-[0-9][0-9][0-9][0-9].yaml"
    return tuple(read_named_year_file(path) for path in sorted(directory.glob(pattern)))


def read_year_file(path: Path) -> YearFile:
    """Return one year file in our own format.

    Raises:
        RuleError: the file is wrong; the message names file, line and what was expected.
    """
    return _year_file(read_yaml(path))


def year_file_of(text: str, name: str) -> YearFile:
    """Return the year file that a text in our own format holds; `name` is said in errors.

    Raises:
        RuleError: the text is wrong; the message names line and what was expected.
    """
    return _year_file(read_yaml_text(text, name))


def read_named_year_file(path: Path) -> YearFile:
    """Return one year file whose name says its region and year: cn-gx-2026.yaml.

    Raises:
        RuleError: the file is wrong, or its name says another region or year.
    """
    entry = read_yaml(path)
    file = _year_file(entry)
    if path.name != file_name(file.region, file.year):
        msg = f"文件名与 {file.region} {file.year} 不符"
        raise entry.wrong(msg, file_name(file.region, file.year))
    return file


@cache
def load_provisional_year(year: int, directory: Path = CALENDARS) -> ProvisionalYear | None:
    """Return the statute's days of a year, or None where nobody has laid them down."""
    path = directory / f"provisional-{year}.yaml"
    if not path.exists():
        return None
    entry = read_yaml(path)
    _check_keys(entry, _PROVISIONAL_KEYS, _PROVISIONAL_KEYS)
    stated = _check_head(entry)
    if (stated.region, stated.year) != (NATIONAL, year):
        expected = f"region: {NATIONAL}、year: {year}（与文件名一致）"
        msg = f"文件名与 {stated.region} {stated.year} 不符"
        raise entry.wrong(msg, expected)
    source = _text(entry, "source")
    return ProvisionalYear(year, source, _days(entry, "days_off", year))


def _year_file(entry: Located) -> YearFile:
    _check_keys(entry, _FILE_KEYS, _FILE_KEYS)
    head = _check_head(entry)
    stated = entry.children["notices"]
    if not isinstance(stated.value, list) or (head.region == NATIONAL and not stated.value):
        msg = "没有任何放假通知"
        raise stated.wrong(msg, "至少一份通知（number、dated、days_off）")
    notices = tuple(_notice(one, head.year) for one in stated.children.values())
    _check_numbers(stated, notices)
    for place, notice in enumerate(notices):
        if problems := notice_problems(notice, notices[:place]):
            expected = "放假与调休上班不重叠，调休上班在周六、周日"
            raise stated.children[place].wrong("；".join(problems), expected)
    return replace(head, notices=notices)


def _check_keys(entry: Located, known: tuple[str, ...], needed: tuple[str, ...]) -> None:
    if not isinstance(entry.value, dict):
        msg = f"“{entry.value}”不是“键: 内容”的形式"
        raise entry.wrong(msg, "、".join(known))
    for key, child in entry.children.items():
        if key not in known:
            msg = f"多余的键“{key}”"
            raise child.wrong(msg, "、".join(known))
    for key in needed:
        if key not in entry.children:
            msg = f"缺少“{key}”"
            raise entry.wrong(msg, "、".join(known))


def _check_head(entry: Located) -> YearFile:
    """Return a file's region, year and day it was checked, without notices."""
    region, year = entry.children["region"], entry.children["year"]
    if region.value not in REGIONS:
        msg = f"没有地区“{region.value}”"
        raise region.wrong(msg, "、".join(REGIONS))
    if type(year.value) is not int or not date.min.year <= year.value < date.max.year:
        msg = f"年份“{year.value}”不对"
        raise year.wrong(msg, "年份，如 2026")
    return YearFile(region.value, year.value, _day(entry, "checked_on"), ())


def _check_numbers(entry: Located, notices: tuple[Notice, ...]) -> None:
    numbers = [notice.number for notice in notices]
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            msg = f"文号“{number}”写了两次"
            raise entry.children[place].wrong(msg, "每份通知自己的文号")


def _notice(entry: Located, year: int) -> Notice:
    _check_keys(entry, _NOTICE_KEYS, ("number", "dated"))
    return Notice(
        number=_text(entry, "number"),
        title=_text(entry, "title") if "title" in entry.children else _text(entry, "number"),
        dated=_day(entry, "dated"),
        days_off=_days(entry, "days_off", year),
        make_up_days=_days(entry, "make_up_days", year),
        restored=_restored(entry, year),
        note=_text(entry, "note") if entry.value.get("note") else "",
    )


def _text(entry: Located, key: str) -> str:
    child = entry.children[key]
    if not isinstance(child.value, str) or not child.value.strip():
        msg = f"{key}“{child.value}”不对"
        raise child.wrong(msg, "文字")
    return child.value


def _day(entry: Located, key: str) -> date:
    child = entry.children[key]
    if not _is_day(child.value):
        msg = f"{key}“{child.value}”不对"
        raise child.wrong(msg, "日期，如 2026-11-23")
    day: date = child.value
    return day


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _restored(entry: Located, year: int) -> tuple[date, ...]:
    if not entry.value.get("restored"):
        return ()
    stated = entry.children["restored"]
    if not isinstance(stated.value, list):
        msg = f"restored“{stated.value}”不对"
        raise stated.wrong(msg, "日期的清单")
    for day in stated.children.values():
        if not _is_day(day.value) or day.value.year != year:
            msg = f"“{day.value}”不对"
            raise day.wrong(msg, f"{year} 年的日期")
    return tuple(stated.value)


def _days(entry: Located, key: str, year: int) -> dict[date, str]:
    if not entry.value.get(key):
        return {}
    stated = entry.children[key]
    if not isinstance(stated.value, dict):
        msg = f"{key}“{stated.value}”不对"
        raise stated.wrong(msg, "“日期: 理由”的表")
    for day, child in stated.children.items():
        right = _is_day(day) and day.year == year and isinstance(child.value, str)
        if not right or not child.value.strip():
            msg = f"“{day}: {child.value}”不对"
            raise child.wrong(msg, f"{year} 年的日期和理由")
    return dict(stated.value)


def notice_problems(notice: Notice, earlier: Iterable[Notice] = ()) -> tuple[str, ...]:
    """Return what is wrong with a notice, in words; nothing when it can be used.

    A day cannot be both off and a make-up day, and a make-up day (调休上班) is a Saturday or
    Sunday, unless it gives back an ordinary day that an earlier notice had taken off.
    """
    overlap = _list(sorted(notice.days_off.keys() & notice.make_up_days.keys()))
    problems = [f"{overlap} 既放假又上班"] if overlap else []
    given_back = {day for one in earlier for day in one.days_off}
    odd = [day for day in sorted(notice.make_up_days) if day.weekday() < _SATURDAY]
    odd = [day for day in odd if day not in given_back]
    problems += [f"调休上班日 {_list(odd)} 不是周六或周日"] if odd else []
    return tuple(problems)


def _list(days: Iterable[date]) -> str:
    return "、".join(str(day) for day in days)


def check_region(region: str) -> None:
    """Refuse a region that has no calendar.

    Raises:
        RuleError: the region is unknown; the message lists those that exist.
    """
    if region not in REGIONS:
        msg = f"没有“{region}”的工作日历；可用：{'、'.join(REGIONS)}"
        raise RuleError(msg)
