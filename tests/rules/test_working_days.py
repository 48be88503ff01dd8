"""Which days are worked, by which notice, and how far the calendars reach."""

import csv
import re
from datetime import date, datetime

import chinese_calendar
import pytest

from engine.errors import CalendarNotPublishedError, RuleError
from engine.rules.calendar_book import shipped_book
from engine.rules.calendar_files import CALENDARS, NATIONAL, load_year_files
from engine.rules.time_limits import answer_deadline, load_rules
from engine.rules.working_days import Calendar, Day, calendar_of, load_calendar
from engine.terms import DayKind, TicketKind
from tests.rules.reading import CASES, day


def table():
    with (CASES / "workdays.csv").open(encoding="utf-8") as read:
        return list(csv.DictReader(read))


def test_the_calendars_equal_the_checked_table_on_every_day():
    national, guangxi = load_calendar("CN"), load_calendar("CN-GX")
    wrong = [
        row["date"]
        for row in table()
        if national.is_working_day(date.fromisoformat(row["date"])) != (row["is_working"] == "1")
        or guangxi.is_working_day(date.fromisoformat(row["date"]))
        != (row["is_working_guangxi"] == "1")
    ]

    assert len(table()) == 1461
    assert wrong == []


def test_the_reasons_equal_the_checked_table_on_every_day():
    national, guangxi = load_calendar("CN"), load_calendar("CN-GX")

    for row in table():
        on = date.fromisoformat(row["date"])
        assert national.reason(on) == row["reason"]
        assert guangxi.reason(on) == (row["guangxi_reason"] or row["reason"])


def test_chinesecalendar_agrees_with_the_national_calendar_on_every_day():
    calendar = load_calendar("CN")

    for row in table():
        on = date.fromisoformat(row["date"])
        assert calendar.is_working_day(on) == chinese_calendar.is_workday(on), on


def test_the_forty_deadlines_walked_by_hand_come_out():
    line = re.compile(r"D\d+ (\S+) \d+ (\S+) \S+ due (\S+) gx (\S+)")
    walked = [line.match(text) for text in (CASES / "handchecked.txt").read_text().splitlines()]
    walked = [match for match in walked if match]

    assert len(walked) == 40
    for match in walked:
        kind, received_at = TicketKind.parse(match[1]), datetime.fromisoformat(match[2])
        for region, due_on in (("CN", match[3]), ("CN-GX", match[4])):
            found = answer_deadline(
                kind, received_at, load_rules(region), rules_on=day("Wed 2023-11-08")
            )
            assert found.due_on == date.fromisoformat(due_on), match[0]


@pytest.mark.parametrize(
    ("year", "national", "guangxi"),
    [(2023, 249, 247), (2024, 251, 249), (2025, 248, 246), (2026, 248, 246)],
)
def test_each_year_has_its_number_of_working_days(year, national, guangxi):
    for region, expected in (("CN", national), ("CN-GX", guangxi)):
        days = load_calendar(region).days_between(date(year, 1, 1), date(year, 12, 31))
        assert sum(one.working for one in days) == expected


def test_sanyuesan_outweighs_the_national_make_up_sunday():
    sunday = day("Sun 2023-04-23")

    assert load_calendar("CN").day(sunday).kind is DayKind.MAKE_UP
    assert load_calendar("CN-GX").day(sunday).kind is DayKind.HOLIDAY


def test_the_eve_of_spring_festival_2024_was_an_ordinary_working_day():
    assert load_calendar().reason(day("Fri 2024-02-09")) == "工作日"


def test_every_year_file_names_its_notice_and_its_date():
    for file in (*load_year_files("CN"), *load_year_files("CN-GX")):
        assert file.notices
        assert all(notice.number and notice.dated for notice in file.notices)


def test_the_weekday_beside_each_date_of_a_year_file_is_right():
    dated = re.compile(r"(\d{4}-\d\d-\d\d): .*# (周.)")
    seen = 0
    for path in CALENDARS.glob("*.yaml"):
        for on, name in dated.findall(path.read_text(encoding="utf-8")):
            seen += 1
            day(f"{on} {name}")

    assert seen > 150


def test_the_last_days_of_the_last_published_december_are_unconfirmed():
    assert load_calendar("CN").confirmed_through == day("Sun 2026-12-27")
    assert load_calendar("CN-GX").confirmed_through == day("Sun 2026-12-27")


def test_without_the_regional_file_spring_is_unconfirmed():
    national = load_year_files("CN")
    regional = tuple(file for file in load_year_files("CN-GX") if file.year < 2026)

    assert calendar_of("CN-GX", national, regional).confirmed_through == day("Sat 2026-02-28")


def test_a_calendar_can_be_seen_as_it_was_known_on_a_day():
    before = load_calendar("CN-GX", day("Mon 2025-11-03"))
    after = load_calendar("CN-GX", day("Tue 2025-11-04"))

    assert before.confirmed_through == day("Sat 2025-12-27")
    assert before.reason(day("Fri 2026-01-02")) == "工作日"
    assert after.reason(day("Fri 2026-01-02")) == "元旦放假"
    assert before.version != after.version


def test_a_calendar_is_found_again_by_its_version():
    before = load_calendar("CN-GX", day("Mon 2025-11-03"))

    assert shipped_book().of_version("CN-GX", before.version).days == before.days
    assert shipped_book().of_version("CN", load_calendar("CN").version).region == "CN"


def test_an_unknown_version_is_an_error():
    with pytest.raises(RuleError, match="找不到版本"):
        shipped_book().of_version("CN-GX", "CN-GX-1999.1+000000")


def test_days_after_the_provisional_year_name_the_file_to_add():
    with pytest.raises(CalendarNotPublishedError, match=r"engine/rules/calendars/cn-2028\.yaml"):
        load_calendar().is_working_day(day("Sat 2028-01-01"))


def test_days_before_the_first_year_name_the_file_to_add():
    with pytest.raises(CalendarNotPublishedError, match=r"cn-2022\.yaml"):
        load_calendar().nth_working_day_after(day("Sat 2022-12-31"), 3)


def test_a_count_that_runs_off_the_end_names_the_file_to_add():
    with pytest.raises(CalendarNotPublishedError, match=r"cn-2028\.yaml"):
        load_calendar().nth_working_day_after(day("Wed 2027-12-29"), 10)


def test_an_unknown_region_lists_those_that_exist():
    with pytest.raises(RuleError, match="CN、CN-GX"):
        load_calendar("CN-GD")


def test_a_missing_year_in_between_is_named():
    years = tuple(file for file in load_year_files(NATIONAL) if file.year != 2024)

    with pytest.raises(RuleError, match=r"cn-2024\.yaml"):
        calendar_of("CN", years)


def test_a_calendar_without_any_working_day_is_refused():
    sunday = day("Sun 2024-03-03")
    rest = Day(sunday, False, "周末", "", DayKind.WEEKEND)

    with pytest.raises(RuleError, match=r"没有任何工作日.*engine/rules/calendars/"):
        Calendar("CN", "CN-0", sunday, (rest,))


def test_the_day_itself_is_never_counted():
    calendar = load_calendar()

    assert calendar.working_days_after(day("Thu 2023-11-16"), 3) == (
        day("Fri 2023-11-17"),
        day("Mon 2023-11-20"),
        day("Tue 2023-11-21"),
    )
    assert calendar.working_days_between(day("Thu 2023-11-16"), day("Tue 2023-11-21")) == 3
    assert calendar.working_days_between(day("Tue 2023-11-21"), day("Thu 2023-11-16")) == 0
    assert calendar.next_working_day(day("Fri 2023-11-17")) == day("Mon 2023-11-20")
