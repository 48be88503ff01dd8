"""The daily reminder that a calendar file is missing (缺少日历提示)."""

from dataclasses import dataclass
from datetime import date

from engine.rules.calendar_files import NATIONAL, REGIONAL, file_to_add, load_provisional_year
from engine.rules.calendar_years import provisional_file
from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet, load_rules


@dataclass(frozen=True)
class Missing:
    """A calendar that ought to be there by now: whose, and of which year."""

    region: str
    year: int

    @property
    def line(self) -> str:
        """Return what supervisors are told: what is missing, and how it is added."""
        file = file_to_add(self.region, self.year)
        blind = self._blind(f"：公布前请先补上 {provisional_file(self.year)}")
        return f"{self._what}，或补上 {file}{blind}"

    @property
    def told(self) -> str:
        """Return what a mail says: what is missing, and where it is taken in; no file's name."""
        return self._what + self._blind("，公布前请系统管理员先补上")

    @property
    def _what(self) -> str:
        whose = "广西三月三" if self.region == REGIONAL else "全国"
        return f"{self.year} 年{whose}放假安排尚未载入：请在公布后到“日历”页导入"

    def _blind(self, then: str) -> str:
        """Return what to do where no provisional calendar stands in for a national one."""
        if self.region == REGIONAL or load_provisional_year(self.year) is not None:
            return ""
        return f"；该年也没有暂定日历，跨年期限算不出{then}"


@cites("house/H-08")
def calendar_alarms(today: date, rules: RuleSet | None = None) -> tuple[str, ...]:
    """Return what supervisors must be told today: which calendar is missing, how to add it."""
    return tuple(one.line for one in missing_calendars(today, rules or load_rules()))


@cites("house/H-08")
def missing_calendars(
    today: date,
    rules: RuleSet,
    national_years: frozenset[int] | None = None,
    regional_years: frozenset[int] | None = None,
) -> tuple[Missing, ...]:
    """Return the calendars that ought to be there by now.

    From 1 November the next year's national file must be there, from 15 March this year's
    regional one. The years default to those of the rules' book.
    """
    national = rules.book.years(NATIONAL) if national_years is None else national_years
    regional = rules.book.years(REGIONAL) if regional_years is None else regional_years
    wanted = today.year + (today >= _from_day("calendar.alarm_national_from", today, rules))
    years = range(today.year, wanted + 1)
    found = [Missing(NATIONAL, year) for year in years if year not in national]
    late = today >= _from_day("calendar.alarm_regional_from", today, rules)
    if late and today.year not in regional:
        found.append(Missing(REGIONAL, today.year))
    return tuple(found)


def _from_day(key: str, today: date, rules: RuleSet) -> date:
    month, day = rules.parameters[key].on(today).value.split("-")
    return date(today.year, int(month), int(day))
