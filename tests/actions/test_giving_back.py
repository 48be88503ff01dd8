"""热线超时的工作日 (H-93): no unit is late for the days the hotline sat on its answer or return."""

import pytest

from engine.actions import adjusting, review
from engine.terms import ClockKind, NoticeKind, TicketEvent, TicketKind
from tests.actions.return_steps import rule
from tests.actions.return_steps import send_back as return_it
from tests.actions.test_adjusting import paused
from tests.actions.test_reviews import answer, send_back
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_signed_ticket,
    an_answered_ticket,
    day,
    moment,
    on_ticket,
)
from tests.looking import breaches_of, clock_of, events_of, mails_of, sweep

# Three working days, to Thu 2026-11-26; the hotline's own limit ends on Tue 2026-11-24.
NOW, IN_TIME, LATE = "Mon 2026-11-23 09:00", "Tue 2026-11-24 17:00", "Tue 2026-12-01 10:00"
HELP = {"kind": TicketKind.HELP_REQUEST}
pytestmark = pytest.mark.usefixtures("database")


def due(number, kind=ClockKind.HANDLING):
    return clock_of(number, kind).due_on


def units_breaches(number):
    return [one for one in breaches_of(number) if one.kind is ClockKind.HANDLING]


def notes_of(number):
    return [one.reason for one in events_of(number) if one.event is TicketEvent.NOTE]


def test_a_unit_gets_back_the_days_the_hotline_was_late_with_its_answer():
    number = an_answered_ticket(NOW, **HELP)

    send_back(number, LATE)
    sweep("Tue 2026-12-01 10:05")

    assert due(number) == day("Thu 2026-12-03")
    assert units_breaches(number) == []
    assert "审核时限超时 5 个工作日，不计入承办时限：11月26日（周四）→12月3日（周四）" in notes_of(
        number
    )
    (mail,) = mails_of(number, NoticeKind.REWORK)
    assert "12月3日（周四）" in mail.text
    assert "（热线超时 5 个工作日不计）" in mail.text


def test_the_requesters_limit_stays_for_the_time_is_the_requesters():
    number = an_answered_ticket(NOW, **HELP)

    send_back(number, LATE)

    assert due(number, ClockKind.REQUESTER) == day("Thu 2026-11-26")


def test_an_answer_sent_back_in_time_gains_no_day():
    number = an_answered_ticket(NOW, **HELP)

    send_back(number, IN_TIME)

    assert due(number) == day("Thu 2026-11-26")
    assert notes_of(number) == []


def test_who_answers_late_after_all_is_late():
    number = an_answered_ticket(NOW, **HELP)
    send_back(number, LATE)

    sweep("Fri 2026-12-04 09:00")

    (breach,) = units_breaches(number)
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Thu 2026-12-03")
    assert breach.detected_at.isoformat().startswith("2026-12-04")


def test_each_time_the_hotline_is_late_counts():
    number = an_answered_ticket(NOW, **HELP)
    send_back(number, LATE)
    answer(number, "Wed 2026-12-02 10:00")

    send_back(number, "Mon 2026-12-07 09:00")

    assert due(number) == day("Mon 2026-12-07")


@pytest.mark.parametrize(("ruled", "ends"), [(IN_TIME, "Thu 2026-11-26"), (LATE, "Thu 2026-12-03")])
def test_a_refused_return_gains_no_day_but_those_the_ruling_was_late(ruled, ends):
    number = a_signed_ticket(NOW, **HELP)
    return_it(number, NOW)

    rule(number, ruled, upheld=False)

    assert due(number) == day(ends)
    (mail,) = mails_of(number, NoticeKind.RETURN_RULING)
    assert f"{day(ends).month}月{day(ends).day}日" in mail.text


def test_an_answer_that_was_late_and_is_sent_back_late_is_missed_from_the_new_limit_on():
    number = a_signed_ticket(NOW, **HELP)
    answer(number, "Mon 2026-11-30 09:00")
    assert [one.true_at for one in units_breaches(number)] == [moment("Fri 2026-11-27 00:00")]

    send_back(number, "Mon 2026-12-07 09:00")

    (breach,) = units_breaches(number)
    assert breach.true_at == clock_of(number, ClockKind.HANDLING).due_at
    assert breach.true_at > moment("Fri 2026-11-27 00:00")


def test_an_approved_answer_has_nothing_to_get_back():
    number = an_answered_ticket(NOW, MARKET, **HELP)

    on_ticket(number, LATE, OPERATOR, review.approve_answer)

    assert due(number) == day("Thu 2026-11-26")
    assert notes_of(number) == []


def test_days_on_which_the_limit_stood_still_are_not_given_back_as_well():
    ends = []
    for returned in (False, True):
        number = a_signed_ticket(NOW, kind=TicketKind.COMPLAINT)
        paused(number, "Mon 2026-11-23 10:00")
        if returned:
            return_it(number, "Tue 2026-11-24 09:00")
            rule(number, "Wed 2026-12-02 09:00", upheld=False)
        on_ticket(number, "Wed 2026-12-02 09:30", SUPERVISOR, adjusting.resume)
        ends.append(due(number))

    assert ends == [day("Wed 2026-12-16")] * 2
