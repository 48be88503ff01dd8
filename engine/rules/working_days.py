"""Working days (工作日): which days count, and the n-th working day after a day.

A calendar is built once into tables by day, so that a due date is two look-ups.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import CalendarNotPublishedError, RuleError
from engine.rules.calendar_files import (
    NATIONAL,
    REGIONAL,
    Notice,
    ProvisionalYear,
    YearFile,
    check_region,
    load_year_files,
)
from engine.rules.calendar_years import check_every_year_is_worked, how_to_add, provisional_after
from engine.rules.citations import cites
from engine.rules.parameters import load_parameters
from engine.rules.shanghai import end_of_day
from engine.terms import DayKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SATURDAY = 5
_RULE = "周一至周五工作，周六、周日休息"


class Day(NamedTuple):
    """One day of a calendar: whether it is worked, why, by which notice, how it is treated."""

    on: date
    working: bool
    reason: str
    source: str
    kind: DayKind


@dataclass(frozen=True, eq=False)
class Calendar:
    """A region's working days from its first published year to its horizon.

    Days after `confirmed_through` are provisional (暂定): no notice covers them yet.
    """

    region: str
    version: str
    confirmed_through: date
    days: tuple[Day, ...] = field(repr=False)
    _first: int = field(init=False, repr=False)
    _working: tuple[date, ...] = field(init=False, repr=False)
    _ends: tuple[datetime, ...] = field(init=False, repr=False)
    _before: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the tables: working days in order, and how many lie up to each day."""
        working = tuple(day.on for day in self.days if day.working)
        check_every_year_is_worked(self.region, self.days[0].on, self.days[-1].on, working)
        object.__setattr__(self, "_first", self.days[0].on.toordinal())
        object.__setattr__(self, "_working", working)
        object.__setattr__(self, "_ends", tuple(end_of_day(day) for day in working))
        object.__setattr__(self, "_before", tuple(accumulate(day.working for day in self.days)))

    @property
    def first_day(self) -> date:
        """Return the first day the calendar knows."""
        return self.days[0].on

    @property
    def horizon(self) -> date:
        """Return the last day the calendar can say anything of, provisional days included."""
        return self.days[-1].on

    def day(self, on: date) -> Day:
        """Return one day with its reason and source.

        Raises:
            CalendarNotPublishedError: the day lies in a year without a calendar.
        """
        return self.days[self._index(on)]

    @cites("house/H-07")
    def is_working_day(self, day: date) -> bool:
        """Return whether `day` is worked in this region."""
        return self.day(day).working

    def reason(self, day: date) -> str:
        """Return why a day is worked or not: 工作日, 周末, 元旦放假, 国庆节调休上班."""
        return self.day(day).reason

    @cites("civil-code/201")
    def nth_working_day_after(self, day: date, n: int) -> date:
        """Return the n-th working day after `day`; `day` itself is never counted.

        With n = 0 it is `day` itself.
        """
        return self._working[self._place_after(day, n)] if n else day

    @cites("civil-code/201", "civil-code/203")
    def due_after(self, day: date, n: int) -> tuple[date, datetime]:
        """Return the n-th working day after `day`, and the UTC instant of its 24:00 in Shanghai."""
        place = self._place_after(day, n)
        return self._working[place], self._ends[place]

    def _place_after(self, day: date, n: int) -> int:
        """Return the place, among this calendar's working days, of the n-th one after `day`."""
        at = day.toordinal() - self._first
        if at < 0:
            raise self._unknown(day)
        try:
            place = self._before[at] + n - 1
        except IndexError:
            raise self._unknown(day) from None
        if place >= len(self._working):
            raise self._unknown(self.horizon + timedelta(days=1))
        return place

    @cites("civil-code/201")
    def working_days_after(self, day: date, n: int) -> tuple[date, ...]:
        """Return the n working days after `day`, in order; `day` itself is never counted."""
        last = self._place_after(day, n)
        return self._working[last + 1 - n : last + 1]

    def working_days_between(self, after: date, through: date) -> int:
        """Return how many working days lie after `after`, up to and including `through`."""
        if through <= after:
            return 0
        return self._before[self._index(through)] - self._before[self._index(after)]

    def next_working_day(self, day: date) -> date:
        """Return the first working day after `day`."""
        return self.nth_working_day_after(day, 1)

    def days_between(self, first: date, last: date) -> tuple[Day, ...]:
        """Return every day from `first` to `last`, both included, worked or not."""
        return self.days[self._index(first) : self._index(last) + 1]

    def _index(self, day: date) -> int:
        at = day.toordinal() - self._first
        if not 0 <= at < len(self.days):
            raise self._unknown(day)
        return at

    def _unknown(self, day: date) -> CalendarNotPublishedError:
        return CalendarNotPublishedError(
            f"{day.year} 年的工作日历尚未载入，算不到 {day}：{how_to_add(day.year)}"
        )


@cache
def load_calendar(region: str = REGIONAL, known_on: date | None = None) -> Calendar:
    """Return a region's working days; with `known_on`, only by notices dated up to that day.

    Raises:
        RuleError: the region is unknown, or a year file is wrong or missing in between.
    """
    check_region(region)
    national = known_by(load_year_files(NATIONAL), known_on)
    regional = known_by(load_year_files(REGIONAL), known_on) if region == REGIONAL else ()
    return calendar_of(region, national, regional)


def calendar_of(
    region: str, national: tuple[YearFile, ...], regional: tuple[YearFile, ...] = ()
) -> Calendar:
    """Return the calendar that these year files make; the years after may be provisional.

    Raises:
        RuleError: there is no national year, or a year is missing between two others.
    """
    years = [file.year for file in national]
    if not years or years != list(range(years[0], years[-1] + 1)):
        missing = sorted(set(range(years[0], years[-1])) - set(years)) if years else ["?"]
        files = "、".join(f"engine/rules/calendars/cn-{year}.yaml" for year in missing)
        msg = f"工作日历的年份不连续：请补上 {files}"
        raise RuleError(msg)
    provisional = provisional_after(years[-1])
    changes = _changes(national, regional, provisional)
    last_year = years[-1] + len(provisional)
    days = _days(date(years[0], 1, 1), date(last_year, 12, 31), changes)
    return Calendar(
        region=region,
        version=_version(region, national, regional, changes),
        confirmed_through=_confirmed_through(region, national, regional),
        days=days,
    )


def known_by(files: tuple[YearFile, ...], known_on: date | None) -> tuple[YearFile, ...]:
    """Return the year files with the notices dated up to a day; without a day, all of them."""
    if known_on is None:
        return files
    seen = []
    for file in files:
        notices = tuple(notice for notice in file.notices if notice.dated <= known_on)
        if notices:
            seen.append(YearFile(file.region, file.year, file.checked_on, notices))
    return tuple(seen)


def _changes(
    national: "Iterable[YearFile]",
    regional: "Iterable[YearFile]",
    provisional: "Iterable[ProvisionalYear]",
) -> "Mapping[date, Day]":
    """Lay the regional notices over the national ones; a cancelled day falls back a layer."""
    base: dict[date, Day] = {}
    for file in national:
        _lay(base, {}, file.notices)
    for year in provisional:
        for on, reason in year.days_off.items():
            base[on] = Day(on, False, reason, year.source, DayKind.HOLIDAY)
    layered = dict(base)
    for file in regional:
        _lay(layered, base, file.notices)
    return MappingProxyType(layered)


def _lay(days: dict[date, Day], below: "Mapping[date, Day]", notices: "Iterable[Notice]") -> None:
    for notice in notices:
        for on in notice.restored:
            days.pop(on, None)
            if on in below:
                days[on] = below[on]
        for on, why in notice.days_off.items():
            days[on] = Day(on, False, why, notice.source, DayKind.HOLIDAY)
        for on, why in notice.make_up_days.items():
            days[on] = Day(on, True, why, notice.source, DayKind.MAKE_UP)


def _days(first: date, last: date, changes: "Mapping[date, Day]") -> tuple[Day, ...]:
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(changes.get(day) or _ordinary(day) for day in span)


def _ordinary(day: date) -> Day:
    if day.weekday() < _SATURDAY:
        return Day(day, True, "工作日", _RULE, DayKind.COUNTED)
    return Day(day, False, "周末", _RULE, DayKind.WEEKEND)


def _confirmed_through(
    region: str, national: tuple[YearFile, ...], regional: tuple[YearFile, ...]
) -> date:
    """Return the last day no expected notice can still change."""
    year_end = date(national[-1].year, 12, 31)
    settings = load_parameters()
    tail = settings["calendar.unconfirmed_last_days"].on(year_end).value
    confirmed = year_end - timedelta(days=tail)
    if region == NATIONAL:
        return confirmed
    month, day = settings["calendar.regional_unconfirmed_from"].on(year_end).value.split("-")
    known = {file.year for file in regional}
    missing = [file.year for file in national if file.year not in known]
    if not missing:
        return confirmed
    return min(confirmed, date(missing[0], int(month), int(day)) - timedelta(days=1))


def _version(
    region: str,
    national: tuple[YearFile, ...],
    regional: tuple[YearFile, ...],
    changes: "Mapping[date, Day]",
) -> str:
    last = national[-1].year
    notices = sum(len(file.notices) for file in (*national, *regional) if file.year == last)
    said = "".join(f"{on}{'+' if changes[on].working else '-'}" for on in sorted(changes))
    covered = f"{[file.year for file in regional]}{said}"
    return f"{region}-{last}.{notices}+{hashlib.sha256(covered.encode()).hexdigest()[:6]}"
