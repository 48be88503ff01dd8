"""Every year file there is (日历册): those shipped, and those the district took in itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from engine.errors import RuleError
from engine.rules.calendar_files import NATIONAL, REGIONAL, YearFile, check_region, load_year_files
from engine.rules.working_days import Calendar, calendar_of, known_by


@dataclass(frozen=True, eq=False)
class CalendarBook:
    """Year files by region and year, with the books that were in force before, newest first.

    A certificate names the calendar version it was counted by; `of_version` finds that calendar
    again, whatever has been taken in since.
    """

    national: tuple[YearFile, ...]
    regional: tuple[YearFile, ...]
    earlier: tuple["CalendarBook", ...] = ()
    _known: dict[tuple[str, str], Calendar] = field(default_factory=dict, repr=False)

    @property
    def files(self) -> tuple[YearFile, ...]:
        """Return every year file, national ones first."""
        return (*self.national, *self.regional)

    def years(self, region: str) -> frozenset[int]:
        """Return the years a region has published."""
        return frozenset(one.year for one in self.files if one.region == region)

    def calendar(self, region: str) -> Calendar:
        """Return a region's working days.

        Raises:
            RuleError: the region is unknown, or a year is missing in between.
        """
        check_region(region)
        if (region, "") not in self._known:
            regional = self.regional if region == REGIONAL else ()
            self._known[region, ""] = calendar_of(region, self.national, regional)
        return self._known[region, ""]

    def of_version(self, region: str, version: str) -> Calendar:
        """Return the calendar as it stood under a version named on a certificate.

        Raises:
            RuleError: no state of this book has that version.
        """
        if (region, version) not in self._known:
            self._known[region, version] = self._found(region, version)
        return self._known[region, version]

    def _found(self, region: str, version: str) -> Calendar:
        books = (self, *self.earlier)
        states = [book.calendar(region) for book in books]
        states += [one for book in books if (one := _by_notices(book, region, version))]
        for calendar in states:
            if calendar.version == version:
                return calendar
        msg = f"找不到版本为“{version}”的工作日历：engine/rules/calendars/ 的旧通知可能被改动"
        raise RuleError(msg)


def _by_notices(book: CalendarBook, region: str, version: str) -> Calendar | None:
    """Return a book's calendar as it stood before its newer notices, if one has that version."""
    regional = book.regional if region == REGIONAL else ()
    dates = sorted({one.dated for file in book.files for one in file.notices}, reverse=True)
    for known_on in dates:
        national = known_by(book.national, known_on)
        if not national:
            return None
        past = calendar_of(region, national, known_by(regional, known_on))
        if past.version == version:
            return past
    return None


@cache
def shipped_book() -> CalendarBook:
    """Return the year files that came with the program.

    Raises:
        RuleError: a year file is wrong; the message names file, line and what was expected.
    """
    return CalendarBook(load_year_files(NATIONAL), load_year_files(REGIONAL))


def book_with(
    book: CalendarBook, taken_in: Iterable[YearFile], earlier: tuple[CalendarBook, ...] = ()
) -> CalendarBook:
    """Return a book with the district's own year files laid over it (已导入的日历).

    Where both have a year, the one with more notices stands: an upgrade may have brought an
    amendment the district never took in. `earlier` are the books it replaces.
    """
    shipped = {(one.region, one.year): one for one in book.files}
    own = [one for one in taken_in if len(one.notices) >= _notices(shipped.get(_place(one)))]
    return replace(laid_over(book, own), earlier=earlier)


def laid_over(book: CalendarBook, taken_in: Iterable[YearFile]) -> CalendarBook:
    """Return a book in which each year file taken in stands in place of the shipped one."""
    files = {_place(one): one for one in (*book.files, *taken_in)}
    ordered = [files[place] for place in sorted(files)]
    return CalendarBook(
        tuple(one for one in ordered if one.region == NATIONAL),
        tuple(one for one in ordered if one.region == REGIONAL),
    )


def _place(file: YearFile) -> tuple[str, int]:
    return file.region, file.year


def _notices(file: YearFile | None) -> int:
    return len(file.notices) if file else 0
