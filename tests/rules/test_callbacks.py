"""The 100 % human callback: when it is owed, what counts, what closes."""

import pytest

from engine.rules.callback import (
    Attempt,
    after_callback,
    callback_bars_closing,
    callback_need,
    callback_state,
    is_unresolved,
    next_attempt_at,
)
from engine.terms import (
    AnswerOutcome,
    AttemptResult,
    CallbackChannel,
    CallbackState,
    Satisfaction,
    TicketEvent,
    TicketKind,
)
from tests.rules.reading import day, moment

ON = day("Fri 2024-03-01")
SOLVED, PARTLY, UNSOLVED = (
    AnswerOutcome.SOLVED,
    AnswerOutcome.PARTLY_SOLVED,
    AnswerOutcome.NOT_SOLVED,
)
HAPPY, UNHAPPY = Satisfaction.SATISFIED, Satisfaction.DISSATISFIED
HELP, COMPLAINT = TicketKind.HELP_REQUEST, TicketKind.COMPLAINT


def need(rules, outcome=SOLVED, satisfaction=HAPPY, solved=SOLVED, kind=HELP):
    return callback_need(outcome, satisfaction, solved, kind, rules, ON)


def call(at, result=AttemptResult.NO_ANSWER, channel=CallbackChannel.HUMAN_CALL):
    return Attempt(moment(at), channel, result)


MORNING, AFTERNOON, NEXT_MORNING = (
    "Mon 2024-03-04 09:30",
    "Mon 2024-03-04 15:00",
    "Tue 2024-03-05 09:30",
)


def test_a_solved_and_satisfying_ticket_needs_no_person(rules):
    assert not need(rules).owed


def test_basically_satisfied_is_not_dissatisfied(rules):
    assert not need(rules, satisfaction=Satisfaction.BASICALLY_SATISFIED).owed


@pytest.mark.parametrize(
    "said",
    [
        {"solved": UNSOLVED},
        {"solved": PARTLY},
        {"satisfaction": UNHAPPY},
        {"outcome": UNSOLVED},
        {"outcome": PARTLY},
        {"outcome": UNSOLVED, "solved": None, "satisfaction": None},
    ],
)
def test_unsolved_or_dissatisfied_always_needs_a_person(rules, said):
    assert need(rules, **said).owed
    assert need(rules, **said).human


def test_what_the_document_says_and_what_this_house_added_are_cited_apart(rules):
    assert need(rules, solved=UNSOLVED).citation.label == "城中政办〔2023〕19号 附件第113项"
    assert need(rules, solved=PARTLY).citation.label == "本区设定 H-28"


@pytest.mark.parametrize(
    ("kind", "owed"),
    [(COMPLAINT, True), (TicketKind.REPORT, True), (HELP, False), (TicketKind.CONSULTATION, False)],
)
def test_silence_needs_a_person_for_complaints_and_reports_only(rules, kind, owed):
    assert need(rules, solved=None, satisfaction=None, kind=kind).owed is owed
    silent = need(rules, solved=None, satisfaction=Satisfaction.NOT_EVALUATED, kind=kind)
    assert silent.human is owed


@pytest.mark.parametrize(
    "channel", [CallbackChannel.ROBOT_CALL, CallbackChannel.SMS, CallbackChannel.WEB]
)
def test_a_machine_never_satisfies_the_duty(rules, channel):
    reached = [call(MORNING, AttemptResult.REACHED, channel)]

    assert callback_state(reached, rules, ON) is CallbackState.OWED


@pytest.mark.parametrize(
    "channel", [CallbackChannel.HUMAN_CALL, CallbackChannel.FIELD_VERIFICATION]
)
def test_a_person_s_call_or_visit_does(rules, channel):
    reached = [call(MORNING, AttemptResult.REACHED, channel)]

    assert callback_state(reached, rules, ON) is CallbackState.REACHED


def test_a_requester_who_declines_was_reached(rules):
    assert (
        callback_state([call(MORNING, AttemptResult.DECLINED)], rules, ON) is CallbackState.REACHED
    )


def test_three_attempts_on_two_days_in_two_bands_exhaust_it(rules):
    tried = [call(MORNING), call(AFTERNOON), call(NEXT_MORNING)]

    assert callback_state(tried, rules, ON) is CallbackState.EXHAUSTED


@pytest.mark.parametrize(
    "tried",
    [
        [MORNING, AFTERNOON],
        [MORNING, AFTERNOON, "Mon 2024-03-04 18:30"],
        [MORNING, NEXT_MORNING, "Wed 2024-03-06 09:30"],
        [MORNING, NEXT_MORNING, "Wed 2024-03-06 22:30"],
    ],
    ids=["two attempts", "one day", "one band", "a call at night counts for nothing"],
)
def test_less_than_that_does_not(rules, tried):
    assert callback_state([call(at) for at in tried], rules, ON) is CallbackState.OWED


def test_robots_do_not_add_to_the_attempts(rules):
    robot = call(AFTERNOON, channel=CallbackChannel.ROBOT_CALL)

    assert (
        callback_state([call(MORNING), robot, call(NEXT_MORNING)], rules, ON) is CallbackState.OWED
    )


def test_the_next_attempts_make_the_days_and_bands_complete(rules):
    tried, now = [], moment("Fri 2024-09-27 19:30")
    while at := next_attempt_at(tried, now, rules):
        tried.append(Attempt(at, CallbackChannel.HUMAN_CALL, AttemptResult.BUSY))
        now = at

    assert [attempt.at for attempt in tried] == [
        moment("Fri 2024-09-27 19:30"),
        moment("Sun 2024-09-29 09:00"),
        moment("Sun 2024-09-29 12:00"),
    ]
    assert callback_state(tried, rules, ON) is CallbackState.EXHAUSTED


def test_the_last_attempt_waits_for_another_day_when_one_is_missing(rules):
    tried = [call(MORNING), call(AFTERNOON)]

    assert next_attempt_at(tried, moment(AFTERNOON), rules) == moment("Tue 2024-03-05 09:00")


def test_nobody_is_called_again_once_reached(rules):
    assert next_attempt_at([call(MORNING, AttemptResult.REACHED)], moment(AFTERNOON), rules) is None


@pytest.mark.parametrize(
    ("required", "state", "bars"),
    [
        (True, CallbackState.OWED, True),
        (True, CallbackState.REACHED, False),
        (True, CallbackState.EXHAUSTED, False),
        (False, CallbackState.OWED, False),
    ],
)
def test_only_a_human_callback_that_is_still_owed_bars_closing(rules, required, state, bars):
    assert callback_bars_closing(required, state, rules, ON) is bars


@pytest.mark.parametrize(
    ("solved", "satisfaction", "open_"),
    [
        (SOLVED, HAPPY, False),
        (SOLVED, Satisfaction.BASICALLY_SATISFIED, False),
        (SOLVED, UNHAPPY, True),
        (PARTLY, HAPPY, True),
        (UNSOLVED, HAPPY, True),
        (None, None, False),
    ],
)
def test_partly_solved_or_dissatisfied_leaves_a_matter_open(rules, solved, satisfaction, open_):
    assert is_unresolved(solved, satisfaction, rules, ON) is open_


@pytest.mark.parametrize(
    ("solved", "satisfaction", "reworks", "event"),
    [
        (SOLVED, HAPPY, 0, TicketEvent.CLOSE),
        (UNSOLVED, HAPPY, 0, TicketEvent.ORDER_REWORK),
        (SOLVED, UNHAPPY, 0, TicketEvent.ORDER_REWORK),
        (UNSOLVED, UNHAPPY, 1, TicketEvent.SUPERVISE),
        (PARTLY, None, 1, TicketEvent.SUPERVISE),
    ],
)
def test_one_rework_then_supervision(rules, solved, satisfaction, reworks, event):
    found, citation = after_callback(solved, satisfaction, reworks=reworks, rules=rules, on=ON)

    assert found is event
    assert citation.label
