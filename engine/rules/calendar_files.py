"""The calendars' year files: which days differ from Monday to Friday, by which notice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import RuleError
from engine.rules.located_yaml import Located, read_yaml

CALENDARS = Path(__file__).parent / "calendars"
NATIONAL = "CN"
REGIONAL = "CN-GX"
REGIONS = (NATIONAL, REGIONAL)
_FILE_KEYS = ("region", "year", "checked_on", "notices")
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
    return tuple(read_year_file(path) for path in sorted(directory.glob(pattern)))


def read_year_file(path: Path) -> YearFile:
    """Return one year file in our own format.

    Raises:
        RuleError: the file is wrong; the message names file, line and what was expected.
    """
    return _year_file(read_yaml(path))


@cache
def load_provisional_year(year: int, directory: Path = CALENDARS) -> ProvisionalYear | None:
    """Return the statute's days of a year, or None where nobody has laid them down."""
    path = directory / f"provisional-{year}.yaml"
    if not path.exists():
        return None
    entry = read_yaml(path)
    for key in ("source", "days_off"):
        if key not in entry.children:
            msg = f"缺少“{key}”"
            raise entry.wrong(msg, "region、year、checked_on、source、days_off")
    return ProvisionalYear(year, entry.value["source"], _days(entry, "days_off", year))


def _year_file(entry: Located) -> YearFile:
    for key in _FILE_KEYS:
        if key not in entry.children:
            msg = f"缺少“{key}”"
            raise entry.wrong(msg, "、".join(_FILE_KEYS))
    if entry.value["region"] not in REGIONS:
        region = entry.children["region"]
        msg = f"没有地区“{region.value}”"
        raise region.wrong(msg, "、".join(REGIONS))
    notices = entry.children["notices"].children.values()
    return YearFile(
        region=entry.value["region"],
        year=entry.value["year"],
        checked_on=entry.value["checked_on"],
        notices=tuple(_notice(notice, entry.value["year"]) for notice in notices),
    )


def _notice(entry: Located, year: int) -> Notice:
    for key, child in entry.children.items():
        if key not in _NOTICE_KEYS:
            msg = f"多余的键“{key}”"
            raise child.wrong(msg, "、".join(_NOTICE_KEYS))
    for key in ("number", "dated"):
        if not entry.value.get(key):
            msg = f"通知缺少“{key}”"
            raise entry.wrong(msg, "文号 number 和日期 dated")
    notice = Notice(
        number=str(entry.value["number"]),
        title=str(entry.value.get("title") or entry.value["number"]),
        dated=entry.value["dated"],
        days_off=_days(entry, "days_off", year),
        make_up_days=_days(entry, "make_up_days", year),
        restored=tuple(entry.value.get("restored") or ()),
        note=str(entry.value.get("note") or ""),
    )
    problems = notice_problems(notice, check_weekday=False)
    if problems:
        raise entry.wrong("；".join(problems), "放假与调休上班不重叠")
    return notice


def _days(entry: Located, key: str, year: int) -> dict[date, str]:
    days: Any = entry.value.get(key) or {}
    for day, reason in days.items():
        child = entry.children[key].children[day]
        if not isinstance(day, date) or day.year != year or not isinstance(reason, str):
            msg = f"“{day}: {reason}”不对"
            raise child.wrong(msg, f"{year} 年的日期和理由")
    return dict(days)


def notice_problems(notice: Notice, *, check_weekday: bool = True) -> tuple[str, ...]:
    """Return what is wrong with a notice, in words; nothing when it can be used.

    A day cannot be both off and a make-up day, and a make-up day (调休上班) is a Saturday or
    Sunday, unless it gives back an ordinary day that an earlier notice had taken off.
    """
    overlap = _list(sorted(notice.days_off.keys() & notice.make_up_days.keys()))
    problems = [f"{overlap} 既放假又上班"] if overlap else []
    if check_weekday:
        odd = _list(day for day in sorted(notice.make_up_days) if day.weekday() < _SATURDAY)
        problems += [f"调休上班日 {odd} 不是周六或周日"] if odd else []
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
