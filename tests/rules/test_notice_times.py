"""When notices leave, and the daily reminder of a missing calendar."""

import pytest

from engine.rules.calendar_alarms import calendar_alarms, missing_calendars
from engine.rules.notice_times import Notice, notice_leaves_at, requester_notice_at
from engine.rules.rule_set import load_rules
from engine.terms import NoticeKind, Recipient, Urgency
from tests.rules.changing import rules_with
from tests.rules.reading import day, moment

ON = day("Fri 2024-09-27")


NIGHT = "Wed 2024-10-02 03:00"


def leaves(found_at, rules, recipient=Recipient.UNIT, urgency=Urgency.NORMAL,
           kind=NoticeKind.BREACH, on=ON):  # fmt: skip
    return notice_leaves_at(moment(found_at), Notice(kind, recipient, urgency), rules, on)


@pytest.mark.parametrize(
    ("found_at", "leaves_at"),
    [
        ("Fri 2024-09-27 10:00", "Fri 2024-09-27 10:00"),
        ("Fri 2024-09-27 07:00", "Fri 2024-09-27 09:00"),
        ("Fri 2024-09-27 17:29", "Fri 2024-09-27 17:29"),
        ("Fri 2024-09-27 17:30", "Sun 2024-09-29 09:00"),
        ("Mon 2024-09-30 18:00", "Tue 2024-10-08 09:00"),
        ("Tue 2024-10-01 00:00", "Tue 2024-10-08 09:00"),
    ],
)
@pytest.mark.parametrize("recipient", [Recipient.UNIT, Recipient.UNIT_LEADER, Recipient.SUPERVISOR])
def test_units_and_supervisors_are_written_to_in_working_time(
    rules, recipient, found_at, leaves_at
):
    assert leaves(found_at, rules, recipient) == moment(leaves_at)


@pytest.mark.parametrize("urgency", [Urgency.CRITICAL, Urgency.URGENT])
def test_urgent_tickets_are_written_about_at_any_hour(rules, urgency):
    assert leaves(NIGHT, rules, urgency=urgency) == moment(NIGHT)


@pytest.mark.parametrize("kind", [NoticeKind.ASSIGNMENT, NoticeKind.ASSISTING])
def test_handing_a_ticket_over_does_not_wait_for_the_morning(rules, kind):
    assert leaves(NIGHT, rules, kind=kind) == moment(NIGHT)


def test_from_2026_11_26_supervisors_are_woken_by_what_is_urgent_only(rules):
    night, on = "Thu 2026-11-26 22:23", day("Thu 2026-11-26")
    calm, urgent = (leaves(night, rules, Recipient.SUPERVISOR, urgency, NoticeKind.DIGEST, on)
                    for urgency in (Urgency.NORMAL, Urgency.URGENT))  # fmt: skip

    assert (calm, urgent) == (moment("Fri 2026-11-27 09:00"), moment(night))


def test_until_then_alarms_to_supervisors_do_not_wait_but_lists_to_units_do(rules):
    alarm, listed = (leaves(NIGHT, rules, who, kind=NoticeKind.DIGEST)
                     for who in (Recipient.SUPERVISOR, Recipient.UNIT))  # fmt: skip

    assert (alarm, listed) == (moment(NIGHT), moment("Tue 2024-10-08 09:00"))


def test_the_hotline_is_on_duty_at_any_hour(rules):
    assert leaves(NIGHT, rules, Recipient.HOTLINE) == moment(NIGHT)


@pytest.mark.parametrize(
    ("switch", "free", "held"),
    [
        ("units_in_working_time", Recipient.UNIT, Recipient.SUPERVISOR),
        ("supervisors_in_working_time", Recipient.SUPERVISOR, Recipient.UNIT_LEADER),
    ],
)
def test_the_working_time_rule_can_be_switched_off(tmp_path, switch, free, held):
    changed = rules_with(f"notices.{switch}", False, tmp_path)

    assert leaves(NIGHT, changed, free) == moment(NIGHT)
    assert leaves(NIGHT, changed, held) == moment("Tue 2024-10-08 09:00")


def test_a_notice_beyond_every_calendar_leaves_at_once(rules):
    last_night = "Fri 2027-12-31 18:00"
    assert rules.calendar.horizon == day("Fri 2027-12-31")

    assert leaves(last_night, rules) == moment(last_night)


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
