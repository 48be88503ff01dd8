"""Taking in a holiday notice (导入放假安排): read it, show what it changes, refuse what is wrong.

Nothing is written here: the caller shows the differences to two people first.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from engine.errors import RuleError
from engine.rules.calendar_files import (
    NATIONAL,
    REGIONAL,
    Notice,
    YearFile,
    load_provisional_year,
    load_year_files,
    notice_problems,
)
from engine.rules.citations import cites
from engine.rules.shanghai import weekday_name
from engine.rules.working_days import Calendar, calendar_of

_SATURDAY = 5
_NAMED = 3  # of days that are over: enough to see which list was taken
_ORDINARY = ("工作日", "周末")


@dataclass(frozen=True)
class DayChange:
    """One day that a notice changes: what it was and what it becomes."""

    on: date
    was_working: bool | None
    was: str
    working: bool
    reason: str

    @property
    def before(self) -> str:
        """Return what the day is now."""
        return "未载入" if self.was_working is None else f"{_mark(self.was_working)}（{self.was}）"

    @property
    def after(self) -> str:
        """Return what the day becomes."""
        return f"{_mark(self.working)}（{self.reason}）"

    @property
    def tells(self) -> bool:
        """Return whether the change is worth a line: an ordinary day of a new year is not."""
        changed = self.was_working not in (None, self.working)
        return changed or self.reason not in _ORDINARY

    @property
    def line(self) -> str:
        """Return the change as one line for two people to check: date, weekday, old, new."""
        return f"{self.on}（{weekday_name(self.on)}）{self.before} → {self.after}"


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do: the new year file, its differences, and what forbids it."""

    file: YearFile
    changes: tuple[DayChange, ...]
    problems: tuple[str, ...]

    @property
    def told(self) -> tuple[DayChange, ...]:
        """Return the changes that people must check."""
        return tuple(one for one in self.changes if one.tells)


@cites("house/H-07", "house/H-08", "house/H-09")
def import_plan(
    new: YearFile, today: date, existing: Sequence[YearFile] | None = None
) -> ImportPlan:
    """Return what taking in `new` would change and what forbids it.

    Forbidden: a day both off and worked, a make-up day from Monday to Friday, a day before
    `today` that would change, a statutory day that would be worked, a notice dated after `today`,
    a file that leaves out or alters a notice already published.

    Raises:
        RuleError: nobody works in the file's year.
    """
    new = without_idle_strays(new)
    _refuse_an_idle_year(new)
    known = tuple(existing or (*load_year_files(NATIONAL), *load_year_files(REGIONAL)))
    before, after = _calendars(known, new)
    changes = _changes(before, after, new)
    problems = [
        problem
        for place, notice in enumerate(new.notices)
        for problem in notice_problems(notice, new.notices[:place])
    ]
    problems += _strays(new)
    past = [day for day in changes if day.on < today and day.on <= before.confirmed_through]
    problems += _past_days(past)
    problems += _statutory_days_worked(changes, new)
    problems += _lost_notices(known, new)
    problems += _of_the_future(new, today)
    return ImportPlan(new, changes, tuple(problems))


def _past_days(past: Sequence[DayChange]) -> list[str]:
    """Return one sentence about all days that are over: a whole list names a few of them."""
    if not past:
        return []
    named = "、".join(one.line for one in past[:_NAMED])
    more = f" 等，共 {len(past)} 天" if len(past) > _NAMED else ""
    return [f"不能改动过去的日子：{named}{more}"]


def without_idle_strays(new: YearFile) -> YearFile:
    """Return a year file without the days of another year that are what they are anyway.

    holiday-cn's file of a year may hold the last days of the year before.
    """
    notices = tuple(
        replace(
            notice,
            days_off={d: why for d, why in notice.days_off.items() if _stays(d, new, off=True)},
            make_up_days={
                d: why for d, why in notice.make_up_days.items() if _stays(d, new, off=False)
            },
        )
        for notice in new.notices
    )
    return replace(new, notices=notices)


def _refuse_an_idle_year(new: YearFile) -> None:
    off = {day for notice in new.notices for day in notice.days_off}
    back = {d for notice in new.notices for d in (*notice.make_up_days, *notice.restored)}
    days = (date(new.year, 1, 1) + timedelta(days=n) for n in range(366))
    if all(day in off - back or day.weekday() >= _SATURDAY for day in days if day.year == new.year):
        msg = f"这份 {new.region} {new.year} 年的文件没有留下任何工作日：请检查其中的 days_off"
        raise RuleError(msg)


def _stays(day: date, new: YearFile, *, off: bool) -> bool:
    is_ordinary = (day.weekday() >= _SATURDAY) == off
    return day.year == new.year or not is_ordinary


def _strays(new: YearFile) -> list[str]:
    """Days of another year that do change something belong into that year's own file."""
    days = (day for notice in new.notices for day in (*notice.days_off, *notice.make_up_days))
    stray = sorted(day for day in days if day.year != new.year)
    return [f"{day} 不在 {new.year} 年：请写进 {day.year} 年文件的新通知" for day in stray]


def _calendars(known: Sequence[YearFile], new: YearFile) -> tuple[Calendar, Calendar]:
    kept = [file for file in known if (file.region, file.year) != (new.region, new.year)]
    return _calendar(known, new.region), _calendar([*kept, new], new.region)


def _calendar(files: Sequence[YearFile], region: str) -> Calendar:
    ordered = sorted(files, key=lambda file: file.year)
    national = tuple(file for file in ordered if file.region == NATIONAL)
    regional = tuple(file for file in ordered if file.region == REGIONAL)
    return calendar_of(region, national, regional if region == REGIONAL else ())


def _changes(before: Calendar, after: Calendar, new: YearFile) -> tuple[DayChange, ...]:
    first, last = date(new.year, 1, 1), date(new.year, 12, 31)
    old = _by_day(before, first, last)
    changes = []
    for on, day in _by_day(after, first, last).items():
        was = old.get(on)
        if was is None or (was.working, was.reason) != (day.working, day.reason):
            changes.append(
                DayChange(
                    on,
                    was.working if was else None,
                    was.reason if was else "",
                    day.working,
                    day.reason,
                )
            )
    return tuple(changes)


def _by_day(calendar: Calendar, first: date, last: date) -> Mapping[date, Any]:
    if last > calendar.horizon or first < calendar.first_day:
        return {}
    return {day.on: day for day in calendar.days_between(first, last)}


def _lost_notices(known: Sequence[YearFile], new: YearFile) -> list[str]:
    """An amendment is added after what was published; it never replaces or alters it."""
    stated = {notice.number: notice for notice in new.notices}
    published = [
        notice
        for file in known
        if (file.region, file.year) == (new.region, new.year)
        for notice in file.notices
    ]
    lost = [one.number for one in published if one.number not in stated]
    altered = [
        f"通知 {one.number} 的 {'、'.join(_altered(one, stated[one.number]))} 与已载入的不同："
        "已公布的通知不改，变更请另加新通知"
        for one in published
        if one.number in stated and one != stated[one.number]
    ]
    return [f"缺少原有通知 {number}：变更请加在原通知之后" for number in lost] + altered


def _altered(old: Notice, new: Notice) -> list[str]:
    names = [part.name for part in fields(Notice)]
    return [name for name in names if getattr(old, name) != getattr(new, name)]


def _statutory_days_worked(changes: Sequence[DayChange], new: YearFile) -> list[str]:
    """A day that the statute itself gives off cannot become a working day by a notice."""
    statute = load_provisional_year(new.year)
    if statute is None or new.region != NATIONAL:
        return []
    worked = [one.on for one in changes if one.working and one.on in statute.days_off]
    return [f"{on} 是法定节日（{statute.source}），不能成为工作日" for on in worked]


def _of_the_future(new: YearFile, today: date) -> list[str]:
    late = [notice for notice in new.notices if notice.dated > today]
    return [f"通知 {one.number} 的日期 {one.dated} 晚于今天 {today}" for one in late]


def amended(file: YearFile, amendment: Notice, checked_on: date) -> YearFile:
    """Return a year file with one more notice, as published after it (变更或取消)."""
    return YearFile(file.region, file.year, checked_on, (*file.notices, amendment))


@cites("house/H-08")
def signed(file: YearFile, checked_by: Sequence[str]) -> YearFile:
    """Return a year file whose newest notice says who checked it (两人核对)."""
    *earlier, newest = file.notices
    words = "；".join(part for part in (newest.note, f"核对：{'、'.join(checked_by)}") if part)
    return replace(file, notices=(*earlier, replace(newest, note=words)))


def year_file_text(file: YearFile) -> str:
    """Return a year file in our own format, ready to be saved, weekdays in comments."""
    lines = [
        f"region: {file.region}",
        f"year: {file.year}",
        f"checked_on: {file.checked_on}",
        "notices:",
    ]
    for notice in file.notices:
        lines += [f"  - number: {_quoted(notice.number)}", f"    title: {_quoted(notice.title)}"]
        lines += [f"    dated: {notice.dated}"]
        lines += [f"    note: {_quoted(notice.note)}"] if notice.note else []
        lines += _day_lines("days_off", notice.days_off)
        lines += _day_lines("make_up_days", notice.make_up_days)
        if notice.restored:
            lines.append(f"    restored: [{', '.join(str(day) for day in notice.restored)}]")
    return "\n".join(lines) + "\n"


def _day_lines(key: str, days: Mapping[date, str]) -> list[str]:
    if not days:
        return [f"    {key}: {{}}"]
    dated = [f"      {on}: {_quoted(days[on])}  # {weekday_name(on)}" for on in sorted(days)]
    return [f"    {key}:", *dated]


def _quoted(words: str) -> str:
    """Return words as a YAML scalar that reads back the same, whatever signs are in them."""
    return json.dumps(words, ensure_ascii=not words.isprintable())


def _mark(working: bool) -> str:
    return "上班" if working else "休息"
