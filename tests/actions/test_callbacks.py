"""Calling the requester back: row 113's 100 %, three attempts, rework once, then supervision."""

import pytest

from engine.actions import callbacks, review, unit_work
from engine.errors import BadInputError, RefusedTransitionError
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    ClockKind,
    ClockState,
    LetterKind,
    LetterStatus,
    NoticeKind,
    Satisfaction,
    TicketEvent,
    TicketKind,
)
from tests.builders import (
    MARKET,
    OPERATOR,
    a_callback,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import (
    callbacks_of,
    clock_of,
    event_names,
    last_event,
    letters_of,
    mails_of,
    sweep,
    ticket_of,
)

NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 10:00"
pytestmark = pytest.mark.usefixtures("database")


def close(number, now=NEXT, reason="办结"):
    on_ticket(number, now, OPERATOR, lambda step, ticket: callbacks.close(step, ticket, reason))


def no_answer(**changes):
    return callbacks.CallbackForm(
        channel=CallbackChannel.HUMAN_CALL, result=AttemptResult.NO_ANSWER, **changes
    )


def reworked_and_answered():
    number = a_ticket_to_call_back(NOW)
    call_back(number, NEXT, an_unhappy_callback())
    now = "Wed 2026-11-25 10:00"
    on_ticket(number, now, MARKET, lambda step, t: unit_work.answer(step, t, an_answer()))
    on_ticket(number, now, OPERATOR, review.approve_answer)
    return number


def test_closing_without_a_persons_call_is_refused_with_the_clause_of_row_113():
    number = a_ticket_to_call_back(NOW)

    with pytest.raises(RefusedTransitionError, match="100% 人工回访") as error:
        close(number)
    assert error.value.clause == "城中政办〔2023〕19号 附件第113项"


def test_a_satisfied_requester_closes_the_ticket():
    number = a_ticket_to_call_back(NOW)

    call_back(number, NEXT, a_callback())

    ticket = ticket_of(number)
    assert (ticket.status.value, ticket.closed_at) == ("closed", moment(NEXT))
    assert clock_of(number, ClockKind.CALLBACK).state is ClockState.STOPPED


def test_a_help_request_nobody_complained_about_may_be_closed_without_a_call():
    number = a_ticket_to_call_back(NOW, kind=TicketKind.HELP_REQUEST)

    close(number)

    assert status_of(number) == "closed"


@pytest.mark.parametrize(
    "channel", [CallbackChannel.ROBOT_CALL, CallbackChannel.SMS, CallbackChannel.WEB]
)
def test_no_machine_satisfies_the_duty_of_a_human_callback(channel):
    number = a_ticket_to_call_back(NOW)

    call_back(number, NEXT, a_callback(channel=channel))

    assert status_of(number) == "callback_due"
    with pytest.raises(RefusedTransitionError, match="100%"):
        close(number)


def test_an_unhappy_word_by_sms_makes_a_persons_call_due():
    number = a_ticket_to_call_back(NOW, kind=TicketKind.HELP_REQUEST)

    call_back(number, NEXT, an_unhappy_callback(channel=CallbackChannel.SMS))

    (callback,) = callbacks_of(number)
    assert (callback.human_required, callback.state) == (True, CallbackState.OWED)
    with pytest.raises(RefusedTransitionError, match="100%"):
        close(number)


def test_a_visit_on_the_spot_counts_as_a_persons_call():
    number = a_ticket_to_call_back(NOW)

    call_back(number, NEXT, a_callback(channel=CallbackChannel.FIELD_VERIFICATION))

    assert status_of(number) == "closed"


@pytest.mark.parametrize("left_out", ["contacted", "solved", "satisfaction"])
def test_a_call_that_reached_somebody_answers_all_three_questions(left_out):
    number = a_ticket_to_call_back(NOW)

    with pytest.raises(BadInputError) as error:
        call_back(number, NEXT, a_callback(**{left_out: None}))
    assert list(error.value.fields) == [left_out]


def test_three_attempts_on_two_days_in_two_bands_exhaust_the_duty():
    number = a_ticket_to_call_back(NOW)

    for now in ("Mon 2026-11-23 10:00", "Mon 2026-11-23 15:00", "Tue 2026-11-24 10:00"):
        call_back(number, now, no_answer())

    assert callbacks_of(number)[0].state is CallbackState.EXHAUSTED
    assert status_of(number) == "callback_due"
    close(number, reason="三次未接通")
    assert status_of(number) == "closed"


def test_three_attempts_on_one_day_are_not_enough():
    number = a_ticket_to_call_back(NOW)

    for now in ("Mon 2026-11-23 10:00", "Mon 2026-11-23 15:00", "Mon 2026-11-23 18:30"):
        call_back(number, now, no_answer())

    assert callbacks_of(number)[0].state is CallbackState.OWED
    with pytest.raises(RefusedTransitionError):
        close(number, "Mon 2026-11-23 19:00")


def test_a_missed_call_plans_the_next_one_in_another_band():
    number = a_ticket_to_call_back(NOW)

    call_back(number, "Mon 2026-11-23 10:00", no_answer())

    assert callbacks_of(number)[0].next_attempt_at == moment("Mon 2026-11-23 12:00")


def test_a_declined_call_does_not_say_that_all_is_well():
    number = a_ticket_to_call_back(NOW, outcome=AnswerOutcome.NOT_SOLVED)
    declined = callbacks.CallbackForm(
        channel=CallbackChannel.HUMAN_CALL, result=AttemptResult.DECLINED
    )

    call_back(number, NEXT, declined)

    assert status_of(number) == "callback_due"
    assert callbacks_of(number)[0].state is CallbackState.REACHED


def test_a_settled_callback_is_not_called_again():
    number = a_ticket_to_call_back(NOW)
    declined = callbacks.CallbackForm(
        channel=CallbackChannel.HUMAN_CALL, result=AttemptResult.DECLINED
    )
    call_back(number, NEXT, declined)

    with pytest.raises(RefusedTransitionError, match="回访已完成"):
        call_back(number, NEXT, a_callback())


@pytest.mark.parametrize(
    ("solved", "satisfaction"),
    [
        (AnswerOutcome.NOT_SOLVED, Satisfaction.SATISFIED),
        (AnswerOutcome.PARTLY_SOLVED, Satisfaction.SATISFIED),
        (AnswerOutcome.SOLVED, Satisfaction.DISSATISFIED),
    ],
)
def test_an_unsolved_or_unsatisfied_word_orders_a_rework(solved, satisfaction):
    number = a_ticket_to_call_back(NOW)

    call_back(number, NEXT, a_callback(solved=solved, satisfaction=satisfaction))

    assert status_of(number) == "rework"
    assert clock_of(number, ClockKind.HANDLING).due_on == day("Fri 2026-11-27")


def test_the_unit_is_told_of_the_rework_without_the_requesters_words():
    number = a_ticket_to_call_back(NOW)

    call_back(number, NEXT, an_unhappy_callback(words="测试甲说没有人来过"))

    (mail,) = mails_of(number, NoticeKind.REWORK)
    assert "未解决，不满意" in mail.text
    assert "测试甲" not in mail.text + mail.html


def test_the_requesters_words_stay_out_of_the_history():
    number = a_ticket_to_call_back(NOW)

    call_back(number, NEXT, an_unhappy_callback(words="测试甲说没有人来过"))

    event = last_event(number, TicketEvent.CALLBACK_ATTEMPT)
    assert "测试甲" not in str(event.model_dump())


def test_the_second_unhappy_call_leads_to_supervision_and_a_proposed_letter():
    number = reworked_and_answered()

    call_back(number, "Thu 2026-11-26 10:00", an_unhappy_callback())

    assert status_of(number) == "supervised"
    (letter,) = letters_of(number)
    assert (letter.kind, letter.status) == (LetterKind.RECTIFICATION, LetterStatus.PROPOSED)
    assert letter.grounds == ["dissatisfied_twice", "false_report"]


def test_a_ticket_is_reworked_only_once():
    number = reworked_and_answered()

    with pytest.raises(RefusedTransitionError, match="督办"):
        on_ticket(number, NEXT, OPERATOR, lambda step, t: callbacks.order_rework(step, t, "再办"))


def test_each_round_has_a_callback_of_its_own():
    number = reworked_and_answered()

    call_back(number, "Thu 2026-11-26 10:00", a_callback())

    assert [one.round for one in callbacks_of(number)] == [1, 2]
    assert status_of(number) == "closed"


def test_an_unresolved_word_is_not_closed_over():
    number = a_ticket_to_call_back(NOW)
    call_back(number, NEXT, an_unhappy_callback(channel=CallbackChannel.ROBOT_CALL))
    for now in ("Tue 2026-11-24 11:00", "Tue 2026-11-24 15:00", "Wed 2026-11-25 10:00"):
        call_back(number, now, no_answer())

    with pytest.raises(RefusedTransitionError, match="重办或督办"):
        close(number, "Wed 2026-11-25 11:00")


def test_a_ticket_the_unit_has_not_answered_is_not_called_back():
    number = a_ticket_to_call_back(NOW)
    call_back(number, NEXT, an_unhappy_callback())

    with pytest.raises(RefusedTransitionError, match="重办"):
        call_back(number, NEXT, a_callback())


def test_every_step_of_a_whole_life_is_in_the_history_in_order():
    number = reworked_and_answered()
    call_back(number, "Thu 2026-11-26 10:00", a_callback())

    assert event_names(number) == [
        "accept", "dispatch", "sign_for", "answer", "approve_answer", "callback_attempt",
        "order_rework", "answer", "approve_answer", "callback_attempt", "close",
    ]  # fmt: skip


def test_an_overdue_callback_is_a_slip_to_the_operators_that_names_the_unit_and_no_requester():
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00", content="演示企业丁要求更换公章")

    sweep("Mon 2026-11-30 09:00")

    (slip,) = {one.subject: one for one in mails_of(number, NoticeKind.CALLBACK_OWED)}.values()
    assert slip.subject.startswith(f"【回访】{number} 须人工回访")
    assert "承办单位：区市场监管局" in slip.text
    assert "回访时限：超期" in slip.text
    assert "演示企业" not in slip.text + slip.html
