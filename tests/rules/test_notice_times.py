"""When notices leave, and the daily reminder of a missing calendar."""

import pytest

from engine.rules.calendar_alarms import calendar_alarms, missing_calendars
from engine.rules.notice_times import requester_notice_at, unit_notice_at
from engine.rules.rule_set import load_rules
from engine.terms import Urgency
from tests.rules.changing import rules_with
from tests.rules.reading import day, moment

ON = day("Fri 2024-09-27")


@pytest.mark.parametrize(
    ("found_at", "leaves_at"),
    [
        ("Fri 2024-09-27 10:00", "Fri 2024-09-27 10:00"),
        ("Fri 2024-09-27 07:00", "Fri 2024-09-27 09:00"),
        ("Fri 2024-09-27 17:30", "Sun 2024-09-29 09:00"),
        ("Mon 2024-09-30 18:00", "Tue 2024-10-08 09:00"),
    ],
)
def test_units_are_written_to_in_working_time(rules, found_at, leaves_at):
    assert unit_notice_at(moment(found_at), Urgency.NORMAL, rules, ON) == moment(leaves_at)


def test_urgent_tickets_are_written_about_at_any_hour(rules):
    night = moment("Wed 2024-10-02 03:00")

    assert unit_notice_at(night, Urgency.CRITICAL, rules, ON) == night


def test_the_working_time_rule_can_be_switched_off(tmp_path):
    changed = rules_with("notices.units_in_working_time", False, tmp_path)
    night = moment("Wed 2024-10-02 03:00")

    assert unit_notice_at(night, Urgency.NORMAL, changed, ON) == night


@pytest.mark.parametrize(
    ("found_at", "leaves_at"),
    [
        ("Sat 2024-09-28 08:59", "Sat 2024-09-28 09:00"),
        ("Sat 2024-09-28 19:59", "Sat 2024-09-28 19:59"),
        ("Sat 2024-09-28 20:00", "Sun 2024-09-29 09:00"),
    ],
)
def test_requesters_are_not_texted_at_night(rules, found_at, leaves_at):
    assert requester_notice_at(moment(found_at), rules, ON) == moment(leaves_at)


def missing(today, national, regional):
    return [one.line for one in missing_calendars(day(today), load_rules(), national, regional)]


def test_the_national_alarm_begins_on_the_first_of_november():
    years = frozenset({2026})

    assert missing("Sat 2026-10-31", years, years) == []
    assert missing("Sun 2026-11-01", years, years) == [
        "2027 年全国放假安排尚未载入：请在公布后到“日历”页导入，"
        "或补上 engine/rules/calendars/cn-2027.yaml"
    ]


def test_the_regional_alarm_begins_on_the_fifteenth_of_march():
    national, regional = frozenset({2026, 2027}), frozenset({2026})

    assert missing("Sun 2027-03-14", national, regional) == []
    assert missing("Mon 2027-03-15", national, regional) == [
        "2027 年广西三月三放假安排尚未载入：请在公布后到“日历”页导入，"
        "或补上 engine/rules/calendars/cn-gx-2027.yaml"
    ]


def test_a_year_that_has_begun_without_its_calendar_is_an_alarm_every_day():
    assert "2027 年全国" in missing("Mon 2027-01-04", frozenset({2026}), frozenset())[0]


def test_the_files_that_exist_raise_no_alarm_before_november_2026():
    assert calendar_alarms(day("Fri 2026-10-30")) == ()
