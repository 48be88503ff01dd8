"""When a ticket must be answered."""

from datetime import date, timedelta

import pytest

from engine.errors import CalendarNotPublishedError, RuleNotInForceError
from engine.rules.time_limits import answer_deadline, load_rules
from engine.terms import DueStatus, TicketKind
from tests.rules.reading import cases, day, moment


@pytest.mark.parametrize("case", cases("deadlines"))
def test_each_worked_example_falls_due_on_its_day(case):
    kind, received_at = TicketKind.parse(case["类型"]), moment(case["受理"])
    rules_on = day(case["按规则"]) if "按规则" in case else None

    guangxi = answer_deadline(kind, received_at, load_rules("CN-GX"), rules_on=rules_on)
    national = answer_deadline(kind, received_at, load_rules("CN"), rules_on=rules_on)

    assert (guangxi.due_on, national.due_on) == (day(case["广西"]), day(case["全国"]))


def limit_of(kind, rules, on):
    return rules.parameters[f"answer_limit.{kind}"].on(on)


def test_every_kind_has_a_limit_or_says_it_has_none_in_every_month(rules):
    months = [date(y, m, 1) for y in range(2023, 2028) for m in range(1, 13)]

    for month in months[11:]:
        for kind in TicketKind:
            assert limit_of(kind, rules, month).value in (2, 3, 10, "no_limit")


def test_praise_has_no_deadline(rules):
    assert answer_deadline(TicketKind.PRAISE, moment("Fri 2024-09-27 10:00"), rules) is None


def test_the_document_s_limits_cite_the_document_and_the_others_this_house(rules):
    on = day("Fri 2024-09-27")
    house = {kind for kind in TicketKind if limit_of(kind, rules, on).citation.house}

    assert house == {TicketKind.CONSULTATION, TicketKind.SUGGESTION, TicketKind.PRAISE}


def test_a_second_before_midnight_belongs_to_the_day_that_ends(rules):
    before = answer_deadline(TicketKind.HELP_REQUEST, moment("Thu 2023-11-16 23:59:59"), rules)
    after = answer_deadline(TicketKind.HELP_REQUEST, moment("Fri 2023-11-17 00:00"), rules)

    assert before.due_on == day("Tue 2023-11-21")
    assert after.due_on == day("Wed 2023-11-22")


def test_a_deadline_ends_at_midnight_in_shanghai(rules):
    found = answer_deadline(TicketKind.HELP_REQUEST, moment("Thu 2023-11-16 09:00"), rules)

    assert found.due_at == moment("Wed 2023-11-22 00:00")
    assert found.due_at.utcoffset() == timedelta(0)


def test_nothing_was_in_force_the_day_before_the_document(rules):
    with pytest.raises(RuleNotInForceError, match="2023-11-08 起"):
        answer_deadline(TicketKind.HELP_REQUEST, moment("Tue 2023-11-07 23:59:59"), rules)


def test_the_limit_holds_on_the_day_of_the_document(rules):
    found = answer_deadline(TicketKind.HELP_REQUEST, moment("Wed 2023-11-08 00:00"), rules)

    assert found.due_on == day("Mon 2023-11-13")


def test_a_moment_without_a_time_zone_is_refused(rules):
    naive = moment("Fri 2024-09-27 10:00").replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        answer_deadline(TicketKind.HELP_REQUEST, naive, rules)


def test_a_year_beyond_the_horizon_names_the_file_to_add(rules):
    with pytest.raises(CalendarNotPublishedError, match=r"calendars/cn-2028\.yaml"):
        answer_deadline(TicketKind.COMPLAINT, moment("Tue 2027-12-28 10:00"), rules)


def test_a_deadline_past_the_published_year_is_provisional(rules):
    last_sure = answer_deadline(TicketKind.COMPLAINT, moment("Fri 2026-12-11 10:00"), rules)
    first_unsure = answer_deadline(TicketKind.COMPLAINT, moment("Mon 2026-12-14 10:00"), rules)

    assert (last_sure.due_on, last_sure.status) == (day("Fri 2026-12-25"), DueStatus.CONFIRMED)
    assert (first_unsure.due_on, first_unsure.status) == (
        day("Mon 2026-12-28"),
        DueStatus.PROVISIONAL,
    )


def test_new_year_s_day_is_not_counted_even_before_the_notice(rules):
    found = answer_deadline(TicketKind.COMPLAINT, moment("Mon 2026-12-28 10:00"), rules)

    assert found.due_on == day("Tue 2027-01-12")
    assert found.provisional


def test_a_deadline_can_be_set_to_close_of_business(tmp_path, rules):
    from tests.rules.changing import rules_with

    changed = rules_with("deadline.due_moment", "close_of_business", tmp_path)

    found = answer_deadline(TicketKind.HELP_REQUEST, moment("Thu 2023-11-16 09:00"), changed)

    assert found.due_at == moment("Tue 2023-11-21 17:30")
