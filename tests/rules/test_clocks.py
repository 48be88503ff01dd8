"""The clocks of a ticket: how long each runs, from when, by day or by the hour."""

import pytest

from engine.errors import BadInputError
from engine.rules.parameters import Parameters
from engine.rules.rule_set import RuleSet
from engine.rules.time_limits import clock_deadline
from engine.terms import ClockKind, DueStatus, TicketKind, Urgency
from tests.rules.changing import rules_with
from tests.rules.reading import day, moment

FRIDAY = "Fri 2023-11-17 16:00"


@pytest.mark.parametrize(
    ("clock", "due_on"),
    [
        (ClockKind.SIGN_FOR, "Mon 2023-11-20"),
        (ClockKind.FIRST_CONTACT, "Mon 2023-11-20"),
        (ClockKind.REVIEW, "Mon 2023-11-20"),
        (ClockKind.RETURN_RULING, "Mon 2023-11-20"),
        (ClockKind.ARBITRATION, "Mon 2023-11-20"),
        (ClockKind.CALLBACK, "Tue 2023-11-21"),
        (ClockKind.RECTIFICATION_REPLY, "Fri 2023-11-24"),
        (ClockKind.ASSISTING, "Mon 2023-11-27"),
        (ClockKind.HANDLING, "Fri 2023-12-01"),
        (ClockKind.REQUESTER, "Fri 2023-12-01"),
        (ClockKind.FOLLOW_UP, "Fri 2023-12-01"),
    ],
)
def test_each_clock_of_a_complaint_has_its_length(rules, clock, due_on):
    found = clock_deadline(clock, moment(FRIDAY), rules, kind=TicketKind.COMPLAINT)

    assert found.due_on == day(due_on)


@pytest.mark.parametrize("clock", list(ClockKind))
def test_every_clock_can_be_counted_and_proved(rules, clock):
    found = clock_deadline(clock, moment(FRIDAY), rules, kind=TicketKind.HELP_REQUEST)

    assert found.certificate.clock is clock
    assert found.certificate.citation.label


@pytest.mark.parametrize("urgency", [Urgency.CRITICAL, Urgency.URGENT])
def test_urgent_tickets_are_signed_for_within_half_an_hour_on_a_holiday_night(rules, urgency):
    found = clock_deadline(
        ClockKind.SIGN_FOR,
        moment("Wed 2024-10-02 23:45"),
        rules,
        kind=TicketKind.COMPLAINT,
        urgency=urgency,
    )

    assert found.due_at == moment("Thu 2024-10-03 00:15")
    assert found.due_on == day("Thu 2024-10-03")


def test_an_hour_limit_needs_no_calendar_to_be_certain(rules):
    found = clock_deadline(
        ClockKind.SIGN_FOR,
        moment("Thu 2027-09-30 09:00"),
        rules,
        kind=TicketKind.COMPLAINT,
        urgency=Urgency.URGENT,
    )

    assert found.status is DueStatus.CONFIRMED
    assert "连续计算" in found.certificate.sentence()


def test_the_assisting_share_of_three_days_is_rounded_down_to_one(rules):
    found = clock_deadline(ClockKind.ASSISTING, moment(FRIDAY), rules, kind=TicketKind.HELP_REQUEST)

    assert found.counted.limit == 1


def test_praise_has_no_handling_clock(rules):
    assert clock_deadline(ClockKind.HANDLING, moment(FRIDAY), rules, kind=TicketKind.PRAISE) is None


def test_rework_takes_three_working_days_whatever_the_kind(rules):
    found = clock_deadline(
        ClockKind.HANDLING, moment(FRIDAY), rules, kind=TicketKind.COMPLAINT, rule="rework.limit"
    )

    assert found.due_on == day("Wed 2023-11-22")


def test_a_new_unit_gets_a_fresh_handling_clock_and_the_requester_s_runs_on(rules):
    requester = clock_deadline(
        ClockKind.REQUESTER, moment(FRIDAY), rules, kind=TicketKind.COMPLAINT
    )
    fresh = clock_deadline(
        ClockKind.HANDLING, moment("Tue 2023-11-21 10:00"), rules, kind=TicketKind.COMPLAINT
    )

    assert requester.due_on == day("Fri 2023-12-01")
    assert fresh.due_on == day("Tue 2023-12-05")


def test_a_ticket_keeps_the_limit_of_the_day_it_was_accepted(tmp_path):
    changed = rules_with("answer_limit.complaint", 5, tmp_path, since="2024-03-01")

    for accepted_on, limit in (("Thu 2024-02-29", 10), ("Fri 2024-03-01", 5)):
        found = clock_deadline(
            ClockKind.HANDLING,
            moment("Mon 2024-03-04 10:00"),
            changed,
            kind=TicketKind.COMPLAINT,
            accepted_on=day(accepted_on),
        )
        assert found.counted.limit == limit


def test_a_limit_in_calendar_days_ends_after_the_holiday(tmp_path):
    changed = rules_with("answer_limit.complaint", 5, tmp_path, unit="calendar_day")

    found = clock_deadline(
        ClockKind.HANDLING, moment("Fri 2024-09-27 10:00"), changed, kind=TicketKind.COMPLAINT
    )

    assert found.due_on == day("Tue 2024-10-08")
    assert found.certificate.days[-1].reason.startswith("最后一日遇休息日顺延")
    assert found.certificate.days[5].number == 5


def test_a_limit_in_calendar_days_may_end_at_close_of_business(tmp_path):
    in_days = rules_with("answer_limit.complaint", 4, tmp_path / "one", unit="calendar_day")
    closing = rules_with("deadline.due_moment", "close_of_business", tmp_path / "two")
    by_key = {key: in_days.parameters[key] for key in in_days.parameters}
    by_key["deadline.due_moment"] = closing.parameters["deadline.due_moment"]
    both = RuleSet(Parameters(by_key), in_days.calendar)

    found = clock_deadline(
        ClockKind.HANDLING, moment("Thu 2024-03-07 10:00"), both, kind=TicketKind.COMPLAINT
    )

    assert found.due_at == moment("Mon 2024-03-11 17:30")


def test_a_limit_of_no_days_is_refused(rules):
    with pytest.raises(BadInputError, match="至少为 1"):
        clock_deadline(
            ClockKind.FOLLOW_UP, moment(FRIDAY), rules, kind=TicketKind.COMPLAINT, working_days=0
        )
