"""A due date that moves is warned about afresh (H-23); what follows a breach comes once."""

import pytest

from engine.actions.adjusting import decide_extension, pause, request_extension, resume
from engine.terms import ClockKind, NoticeKind
from tests.actions.sweep_steps import NOW, climbed, in_progress
from tests.builders import MARKET, SUPERVISOR, day, doing, on_ticket
from tests.looking import breaches_of, clock_of, mails_of, sweep

pytestmark = pytest.mark.usefixtures("database")
UNIT = "shijianguan@demo.invalid"


def extended(number, now, days):
    request = on_ticket(number, now, MARKET, lambda step, ticket: request_extension(
        step, ticket, days, "需现场检测").id)  # fmt: skip
    doing(now, SUPERVISOR, lambda step: decide_extension(step, request, granted=True, reason=""))


def swept(*moments):
    for now in moments:
        sweep(now)


def warnings(number):
    return [mail.text for mail in mails_of(number, NoticeKind.WARNING) if mail.recipient == UNIT]


def test_after_an_extension_the_last_day_and_the_due_day_are_warned_about_again():
    number = in_progress()  # due Mon 2026-12-07
    swept("Tue 2026-12-01 09:00", "Fri 2026-12-04 09:00")
    extended(number, "Fri 2026-12-04 10:00", 3)
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Thu 2026-12-10")

    swept("Mon 2026-12-07 09:00", "Wed 2026-12-09 09:00", "Thu 2026-12-10 09:00")

    assert climbed(number) == ["half_time", "one_day_left", "one_day_left", "due_day"]
    assert len(warnings(number)) == 4
    assert "12月10日" in warnings(number)[-1]


def test_a_warning_whose_new_moment_is_over_is_not_given_late():
    number = in_progress()
    extended(number, "Thu 2026-12-03 16:00", 1)  # half of 11 days is over already

    assert sweep("Thu 2026-12-03 16:01") == {}


def test_a_warning_missed_before_the_date_moved_is_not_caught_up_either():
    number = in_progress()
    extended(number, "Thu 2026-12-03 16:00", 10)  # no sweep ran: half time fell due on 12-01

    swept("Mon 2026-12-07 09:00", "Wed 2026-12-09 09:00")

    assert climbed(number) == ["half_time"]  # of the new due date, 2026-12-21


def test_a_pause_moves_the_warnings_with_the_due_date():
    number = in_progress()
    swept("Tue 2026-12-01 09:00", "Fri 2026-12-04 09:00")
    on_ticket(number, "Fri 2026-12-04 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, "testing"))  # fmt: skip
    on_ticket(number, "Wed 2026-12-09 10:00", SUPERVISOR, resume)
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Thu 2026-12-10")

    swept("Wed 2026-12-09 18:00", "Thu 2026-12-10 09:00")

    assert climbed(number) == ["half_time", "one_day_left", "due_day"]


def test_a_pause_that_moves_nothing_warns_of_nothing_again():
    number = in_progress()
    swept("Tue 2026-12-01 09:00", "Fri 2026-12-04 09:00")
    on_ticket(number, "Fri 2026-12-04 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, "testing"))  # fmt: skip
    on_ticket(number, "Fri 2026-12-04 18:00", SUPERVISOR, resume)

    swept("Sat 2026-12-05 10:00", "Mon 2026-12-07 09:00")

    assert climbed(number) == ["half_time", "one_day_left", "due_day"]


def test_a_breach_comes_once_however_often_it_was_warned():
    number = in_progress()
    swept("Fri 2026-12-04 09:00")
    extended(number, "Fri 2026-12-04 10:00", 1)

    swept("Tue 2026-12-08 09:00", "Wed 2026-12-09 00:00", "Wed 2026-12-09 09:00", NOW)

    of_unit = [one for one in breaches_of(number) if one.kind is ClockKind.HANDLING]
    assert len(of_unit) == climbed(number).count("breach") == 1
