"""Which calendar years there are, and which file a missing or wrong one is mended in."""

from collections.abc import Iterable
from datetime import date

from engine.errors import RuleError
from engine.rules.calendar_files import (
    CALENDARS,
    NATIONAL,
    REGIONS,
    ProvisionalYear,
    file_name,
    file_to_add,
    load_provisional_year,
)


def provisional_file(year: int) -> str:
    """Return the path, from the project's root, of a year's provisional file."""
    return f"engine/rules/calendars/provisional-{year}.yaml"


def how_to_add(year: int) -> str:
    """Return which files a missing year can be added by: the notice, or provisional days."""
    return (
        f"请在放假通知公布后补上 {file_to_add(NATIONAL, year)}，"
        f"公布前可先补上暂定的 {provisional_file(year)}"
    )


def provisional_after(year: int) -> tuple[ProvisionalYear, ...]:
    """Return the provisional years laid down directly after a published one, in order."""
    found: list[ProvisionalYear] = []
    while (following := load_provisional_year(year + len(found) + 1)) is not None:
        found.append(following)
    return tuple(found)


def files_of(region: str, year: int) -> str:
    """Return which files say what a region's year is: the published ones, or the provisional."""
    regions = (NATIONAL,) if region == NATIONAL else REGIONS
    there = [name for name in regions if (CALENDARS / file_name(name, year)).exists()]
    paths = [file_to_add(name, year) for name in there]
    return "、".join(paths) if NATIONAL in there else provisional_file(year)


def check_every_year_is_worked(
    region: str, first: date, last: date, working: Iterable[date]
) -> None:
    """Refuse a calendar with a year in which nobody works.

    Raises:
        RuleError: names the region, the year and its files.
    """
    worked = {day.year for day in working}
    for year in range(first.year, last.year + 1):
        if year not in worked:
            msg = f"{region} {year} 年没有任何工作日：请检查 {files_of(region, year)}"
            raise RuleError(msg)
