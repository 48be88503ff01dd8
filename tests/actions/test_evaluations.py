"""The first evaluation by link (首次评价): once, in time, and never in place of a person's call."""

import pytest
from sqlmodel import select

from engine.actions import background, callbacks, review, unit_work
from engine.actions.evaluations import Evaluation, evaluate_by_link, issue_evaluation_link
from engine.errors import (
    BadInputError,
    ConflictError,
    EngineError,
    NotFoundError,
    RefusedTransitionError,
)
from engine.models import CallbackAttempt, EvaluationLink
from engine.store.database import work
from engine.terms import (
    AnswerOutcome,
    CallbackChannel,
    CallbackState,
    ClockKind,
    ClockState,
    Satisfaction,
    TicketEvent,
    TicketKind,
)
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answer,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
    status_of,
)
from tests.looking import callbacks_of, clock_of, events_of, last_event

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:00"
END = "Fri 2026-11-27 00:00"


def issue(number, now=NOW):
    return on_ticket(number, now, OPERATOR, issue_evaluation_link)


def say(secret, now=NEXT, *, solved=AnswerOutcome.SOLVED, happy=Satisfaction.SATISFIED, words=""):
    told = Evaluation(contacted=True, solved=solved, satisfaction=happy, words=words)
    doing(now, None, lambda step: evaluate_by_link(step, secret, told))


def close_windows(now):
    at = moment(now)
    return [background.close_window(link, at) for link in background.windows_over(at, 100)]


def close(number, now):
    on_ticket(number, now, OPERATOR, lambda step, ticket: callbacks.close(step, ticket, "办结"))


def test_a_content_requester_closes_the_ticket_by_the_link():
    number = a_ticket_to_call_back(NOW)

    say(issue(number).secret)

    assert status_of(number) == "closed"
    assert last_event(number, TicketEvent.EVALUATE).actor_name == "网上评价"


@pytest.mark.parametrize(
    ("solved", "happy"),
    [
        (AnswerOutcome.NOT_SOLVED, Satisfaction.SATISFIED),
        (AnswerOutcome.PARTLY_SOLVED, Satisfaction.BASICALLY_SATISFIED),
        (AnswerOutcome.SOLVED, Satisfaction.DISSATISFIED),
    ],
)
@pytest.mark.parametrize("kind", [TicketKind.HELP_REQUEST, TicketKind.COMPLAINT])
def test_who_is_not_helped_or_not_content_is_called_by_a_person(kind, solved, happy):
    number = a_ticket_to_call_back(NOW, kind=kind)

    say(issue(number).secret, solved=solved, happy=happy)

    (callback,) = callbacks_of(number)
    assert callback.human_required
    assert callback.state is CallbackState.OWED
    assert clock_of(number, ClockKind.CALLBACK).state is ClockState.RUNNING
    with pytest.raises(RefusedTransitionError, match="100% 人工回访"):
        close(number, NEXT)


def test_the_human_callback_is_due_two_working_days_after_the_evaluation():
    number = a_ticket_to_call_back(NOW)

    say(issue(number).secret, "Wed 2026-11-25 20:00", happy=Satisfaction.DISSATISFIED)

    assert clock_of(number, ClockKind.CALLBACK).due_on == day("Fri 2026-11-27")


def test_a_person_may_settle_what_the_link_left_open():
    number = a_ticket_to_call_back(NOW)
    say(issue(number).secret, happy=Satisfaction.DISSATISFIED)

    call_back(number, "Wed 2026-11-25 10:00", a_callback())

    assert status_of(number) == "closed"


def test_a_units_own_unsolved_is_called_whatever_the_link_says():
    number = a_ticket_to_call_back(NOW, outcome=AnswerOutcome.NOT_SOLVED)

    say(issue(number).secret)

    assert status_of(number) == "callback_due"
    assert callbacks_of(number)[-1].human_required


def test_the_callbacks_clock_waits_while_only_silence_would_demand_it():
    number = a_ticket_to_call_back(NOW)

    issue(number)

    assert clock_of(number, ClockKind.CALLBACK).state is ClockState.STOPPED
    assert callbacks_of(number)[-1].next_attempt_at == moment("Fri 2026-11-27 09:00")


def test_a_units_own_unsolved_does_not_wait():
    number = a_ticket_to_call_back(NOW, outcome=AnswerOutcome.NOT_SOLVED)

    issue(number)

    assert clock_of(number, ClockKind.CALLBACK).state is ClockState.RUNNING


def test_a_silent_complaint_is_called_from_the_windows_true_end():
    number = a_ticket_to_call_back(NOW)
    issue(number)

    assert close_windows("Thu 2026-12-03 09:00") == ["callback_owed"]

    clock = clock_of(number, ClockKind.CALLBACK)
    assert clock.started_at == moment(END)
    assert clock.due_on == day("Tue 2026-12-01")
    assert close_windows("Thu 2026-12-03 09:01") == []


def test_a_silent_help_request_may_be_closed_without_a_call():
    number = a_ticket_to_call_back(NOW, kind=TicketKind.HELP_REQUEST)
    issue(number)

    assert close_windows(END) == ["closed"]

    close(number, "Fri 2026-11-27 09:00")
    assert status_of(number) == "closed"


def test_a_window_is_open_to_its_last_second_and_shut_at_its_end():
    number, other = a_ticket_to_call_back(NOW), a_ticket_to_call_back(NOW)
    first, second = issue(number), issue(other)

    say(first.secret, "Thu 2026-11-26 23:59")
    with pytest.raises(RefusedTransitionError, match="失效"):
        say(second.secret, END)

    assert status_of(number) == "closed"


def test_a_link_works_once():
    number = a_ticket_to_call_back(NOW)
    link = issue(number)
    say(link.secret, happy=Satisfaction.DISSATISFIED)

    with pytest.raises(ConflictError, match="评价过"):
        say(link.secret)


def test_who_has_evaluated_is_not_asked_by_link_again():
    number = a_ticket_to_call_back(NOW)
    say(issue(number).secret, happy=Satisfaction.DISSATISFIED)

    with pytest.raises(RefusedTransitionError, match="评价过"):
        issue(number, NEXT)


def test_who_was_not_content_is_called_even_after_the_unit_worked_again():
    number = a_ticket_to_call_back(NOW)
    say(issue(number).secret, NOW, happy=Satisfaction.DISSATISFIED)
    on_ticket(number, NEXT, SUPERVISOR,
              lambda step, ticket: callbacks.supervise(step, ticket, "督办"))  # fmt: skip
    on_ticket(number, NEXT, MARKET,
              lambda step, ticket: unit_work.answer(step, ticket, an_answer()))  # fmt: skip
    on_ticket(number, NEXT, OPERATOR, review.approve_answer)

    say(issue(number, NEXT).secret, NEXT)

    assert status_of(number) == "callback_due"
    with pytest.raises(RefusedTransitionError, match="100% 人工回访"):
        close(number, NEXT)


def test_a_new_link_replaces_the_old_and_does_not_prolong_the_window():
    number = a_ticket_to_call_back(NOW)
    old = issue(number)

    new = issue(number, "Wed 2026-11-25 09:00")

    assert new.expires_at == old.expires_at == moment(END)
    with pytest.raises(RefusedTransitionError, match="失效"):
        say(old.secret)
    with pytest.raises(RefusedTransitionError, match="评价期已过"):
        issue(number, END)


@pytest.mark.parametrize("secret", ["", "x", "评价", "a" * 10_000, "\x00", "\ud800"])
def test_a_link_that_never_was_tells_nothing(secret):
    with pytest.raises(NotFoundError, match="无效"):
        say(secret)


def test_after_a_persons_call_the_link_is_over():
    number = a_ticket_to_call_back(NOW)
    link = issue(number)
    call_back(number, NOW, a_callback())

    with pytest.raises(EngineError):
        say(link.secret)


def test_the_link_of_an_earlier_round_does_not_speak_for_the_next():
    number = a_ticket_to_call_back(NOW)
    link = issue(number)
    on_ticket(number, NOW, OPERATOR, lambda step, ticket: callbacks.order_rework(
        step, ticket, "重新办理"))  # fmt: skip

    with pytest.raises(EngineError):
        say(link.secret)


def test_only_a_ticket_to_be_called_back_has_a_link():
    with pytest.raises(RefusedTransitionError):
        issue(a_signed_ticket(NOW))


def test_the_address_holds_nothing_but_the_secret_and_the_database_only_its_hash():
    number = a_ticket_to_call_back(NOW)
    link = issue(number)

    assert number not in link.url
    assert len(link.secret) >= 40
    with work() as session:
        row = session.exec(select(EvaluationLink)).one()
        assert link.secret.encode() not in row.secret_hash
        assert len(row.secret_hash) == 32


def test_what_was_written_stays_with_the_callback_and_out_of_the_history():
    number = a_ticket_to_call_back(NOW)

    say(issue(number).secret, words="张三说没办好\x00", happy=Satisfaction.DISSATISFIED)

    assert "张三" not in "".join(event.reason + str(event.details) for event in events_of(number))
    with work() as session:
        attempt = session.exec(select(CallbackAttempt)).one()
        assert (attempt.channel, attempt.words) == (CallbackChannel.WEB, "张三说没办好")


@pytest.mark.parametrize(
    ("words", "happy", "field"),
    [("长" * 1001, Satisfaction.SATISFIED, "words"),
     ("", Satisfaction.NOT_EVALUATED, "satisfaction")],
)  # fmt: skip
def test_an_evaluation_that_says_too_much_or_nothing_is_asked_again(words, happy, field):
    secret = issue(a_ticket_to_call_back(NOW)).secret

    with pytest.raises(BadInputError) as caught:
        say(secret, words=words, happy=happy)

    assert field in caught.value.fields
