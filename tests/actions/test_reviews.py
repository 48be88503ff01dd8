"""Reviewing a unit's answer: passed on to a callback, or sent back with its clocks running on."""

import pytest

from engine.actions import review, unit_work
from engine.actions.callbacks import supervise
from engine.errors import BadInputError, NotPermittedError
from engine.terms import AnswerOutcome, ClockKind, ClockState, NoticeKind, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_ticket_to_call_back,
    an_answer,
    an_answered_ticket,
    an_unhappy_callback,
    call_back,
    day,
    on_ticket,
    status_of,
)
from tests.looking import (
    answers_of,
    assignments_of,
    breaches_of,
    callbacks_of,
    clock_of,
    mails_of,
    sweep,
)

NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 10:00"
pytestmark = pytest.mark.usefixtures("database")


def approve(number, now):
    on_ticket(number, now, OPERATOR, review.approve_answer)


def send_back(number, now, reason="请补充办理结果"):
    on_ticket(number, now, OPERATOR, lambda step, t: review.send_back(step, t, reason))


def answer(number, now):
    on_ticket(number, now, MARKET, lambda step, t: unit_work.answer(step, t, an_answer()))


def test_a_passed_answer_owes_a_callback_within_two_working_days():
    number = an_answered_ticket(NOW)

    approve(number, NEXT)

    assert status_of(number) == "callback_due"
    assert clock_of(number, ClockKind.CALLBACK).due_on == day("Thu 2026-11-26")
    assert clock_of(number, ClockKind.REVIEW).state is ClockState.STOPPED


@pytest.mark.parametrize(
    ("kind", "outcome", "human"),
    [
        (TicketKind.COMPLAINT, AnswerOutcome.SOLVED, True),
        (TicketKind.REPORT, AnswerOutcome.SOLVED, True),
        (TicketKind.HELP_REQUEST, AnswerOutcome.SOLVED, False),
        (TicketKind.HELP_REQUEST, AnswerOutcome.PARTLY_SOLVED, True),
        (TicketKind.CONSULTATION, AnswerOutcome.NOT_SOLVED, True),
    ],
)
def test_who_must_be_called_by_a_person(kind, outcome, human):
    (callback,) = callbacks_of(a_ticket_to_call_back(NOW, kind=kind, outcome=outcome))

    assert callback.human_required is human


def test_a_unit_does_not_review_its_own_answer():
    number = an_answered_ticket(NOW)

    with pytest.raises(NotPermittedError):
        on_ticket(number, NOW, MARKET, review.approve_answer)


def test_a_sent_back_answer_lets_the_clocks_run_on_as_if_never_stopped():
    number = an_answered_ticket(NOW)

    send_back(number, NEXT)

    for kind in (ClockKind.REQUESTER, ClockKind.HANDLING):
        clock = clock_of(number, kind)
        assert (clock.state, clock.due_on) == (ClockState.RUNNING, day("Mon 2026-12-07"))
    assert status_of(number) == "in_progress"


def test_a_sent_back_ticket_is_warned_about_again():
    number = an_answered_ticket(NOW)
    send_back(number, NEXT)

    climbed = sweep("Tue 2026-12-01 09:00")

    assert ["half_time"] in climbed.values()


def test_a_sent_back_answer_needs_a_reason():
    number = an_answered_ticket(NOW)

    with pytest.raises(BadInputError):
        send_back(number, NEXT, " ")


def test_the_unit_is_told_why_its_answer_came_back():
    number = an_answered_ticket(NOW)

    send_back(number, NEXT)

    (mail,) = mails_of(number, NoticeKind.REWORK)
    assert "请补充办理结果" in mail.text
    assert answers_of(number)[0].review == "sent_back"


def test_a_reason_typed_for_a_rework_reaches_the_unit_without_whom_it_names():
    number = an_answered_ticket(NOW)

    send_back(number, NEXT, "请与演示企业甲（138-7722-1234）核实后补充办理结果")

    (mail,) = mails_of(number, NoticeKind.REWORK)
    assert "核实后补充办理结果" in mail.text
    assert "核实后补充办理结果" in mail.html
    for personal in ("演示企业甲", "7722"):
        assert personal not in mail.subject + mail.text + mail.html


def test_a_unit_whose_answer_came_back_has_not_answered():
    number = an_answered_ticket(NOW)

    send_back(number, NEXT)

    assert assignments_of(number)[0].answered_at is None


def test_a_rework_sent_back_does_not_wake_the_requesters_clock_of_the_first_round():
    number = a_ticket_to_call_back(NOW)
    call_back(number, NEXT, an_unhappy_callback())
    answer(number, "Thu 2026-11-26 10:00")

    send_back(number, "Thu 2026-11-26 15:00")

    assert clock_of(number, ClockKind.REQUESTER).state is ClockState.STOPPED
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Fri 2026-11-27")
    assert clock_of(number, ClockKind.HANDLING).state is ClockState.RUNNING


def test_a_ticket_supervised_before_anybody_called_can_be_passed_again():
    number = a_ticket_to_call_back(NOW)
    on_ticket(number, NEXT, SUPERVISOR, lambda step, t: supervise(step, t, "久拖不决"))
    answer(number, "Wed 2026-11-25 10:00")

    approve(number, "Wed 2026-11-25 11:00")

    assert status_of(number) == "callback_due"
    assert [one.human_required for one in callbacks_of(number)] == [True]


def test_a_supervised_tickets_callback_no_longer_runs_out():
    number = a_ticket_to_call_back(NOW)

    on_ticket(number, NEXT, SUPERVISOR, lambda step, t: supervise(step, t, "久拖不决"))

    sweep("Thu 2026-11-26 00:00")
    assert ClockKind.CALLBACK not in {breach.kind for breach in breaches_of(number)}
