"""The daily reminder that a calendar file is missing (缺少日历提示)."""

from datetime import date

from engine.rules.calendar_files import (
    NATIONAL,
    REGIONAL,
    file_to_add,
    load_provisional_year,
    load_year_files,
)
from engine.rules.calendar_years import provisional_file
from engine.rules.citations import cites
from engine.rules.parameters import load_parameters


@cites("house/H-08")
def calendar_alarms(
    today: date,
    national_years: frozenset[int] | None = None,
    regional_years: frozenset[int] | None = None,
) -> tuple[str, ...]:
    """Return what supervisors must be told today: which calendar is missing, which file to add.

    From 1 November the next year's national file must be there, from 15 March this year's
    regional one. The years default to the files that exist.
    """
    have_national = _years(NATIONAL) if national_years is None else national_years
    have_regional = _years(REGIONAL) if regional_years is None else regional_years
    wanted = today.year + (today >= _from_day("calendar.alarm_national_from", today))
    alarms = [
        f"{year} 年全国放假安排尚未载入：请在公布后补上 {file_to_add(NATIONAL, year)}"
        + _without_provisional(year)
        for year in range(today.year, wanted + 1)
        if year not in have_national
    ]
    late = today >= _from_day("calendar.alarm_regional_from", today)
    if late and today.year not in have_regional:
        file = file_to_add(REGIONAL, today.year)
        alarms.append(f"{today.year} 年广西三月三放假安排尚未载入：请补上 {file}")
    return tuple(alarms)


def _without_provisional(year: int) -> str:
    if load_provisional_year(year) is not None:
        return ""
    return f"；该年也没有暂定日历，跨年期限算不出：公布前请先补上 {provisional_file(year)}"


def _years(region: str) -> frozenset[int]:
    return frozenset(file.year for file in load_year_files(region))


def _from_day(key: str, today: date) -> date:
    month, day = load_parameters()[key].on(today).value.split("-")
    return date(today.year, int(month), int(day))
