"""Promises (承诺): made with an answer, followed on their own clock, reported by their unit."""

import pytest
from sqlmodel import col, select

from engine.actions.review import approve_answer, send_back
from engine.actions.verify import difference_of
from engine.errors import (
    BadInputError,
    ConflictError,
    NotPermittedError,
    RefusedTransitionError,
)
from engine.models import Breach, Clock, OutboxMessage, RungTaken
from engine.rules.rule_set import load_rules
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import (
    ClockKind,
    ClockState,
    PromiseState,
    Rung,
)
from tests.actions.promise_steps import (
    LATE,
    MADE,
    REPORTED,
    answer_with,
    clock_of,
    promise_of,
    report,
    sweep,
)
from tests.builders import (
    OPERATOR,
    TAX,
    a_callback,
    a_promise,
    a_promised_ticket,
    a_signed_ticket,
    an_unhappy_callback,
    call_back,
    day,
    moment,
    on_ticket,
    status_of,
)

pytestmark = pytest.mark.usefixtures("database")


def test_a_promise_without_a_day_or_with_one_that_is_over_is_refused():
    number = a_signed_ticket(MADE)

    for due_on in ("Mon 2026-09-21", "Fri 2026-09-18", "Mon 2027-09-20"):
        with pytest.raises(BadInputError) as refused:
            answer_with(number, MADE, a_promise(due_on=due_on))
        assert set(refused.value.fields) == {"promised_on"}
    assert status_of(number) == "signed_for"


def test_a_closed_ticket_leaves_its_promise_running():
    number = a_promised_ticket(MADE)

    clock = clock_of(number, ClockKind.PROMISE)
    assert status_of(number) == "closed"
    assert (clock.state, clock.due_on) == (ClockState.RUNNING, day("Fri 2026-10-30"))
    assert promise_of(number).state is PromiseState.STANDING


def test_a_promised_rest_day_ends_on_the_next_working_day_and_can_be_proved():
    number = a_promised_ticket(MADE, promise=a_promise(due_on="Sat 2026-10-24"))

    clock = clock_of(number, ClockKind.PROMISE)
    assert clock.due_on == day("Mon 2026-10-26")
    assert clock.certificate["limit"] == 33
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        assert difference_of(clock, ticket, load_rules("CN-GX")) is None


def test_an_answer_that_is_sent_back_takes_its_promise_with_it():
    number = a_signed_ticket(MADE)
    answer_with(number, MADE, a_promise())
    on_ticket(number, MADE, OPERATOR, lambda step, one: send_back(step, one, "写清余款数额"))

    assert promise_of(number).state is PromiseState.ENDED
    assert clock_of(number, ClockKind.PROMISE) is None


def test_a_rework_ends_the_promise():
    number = a_signed_ticket(MADE)
    answer_with(number, MADE, a_promise())
    on_ticket(number, MADE, OPERATOR, approve_answer)
    call_back(number, MADE, an_unhappy_callback())

    assert status_of(number) == "rework"
    assert promise_of(number).state is PromiseState.ENDED
    assert clock_of(number, ClockKind.PROMISE).state is ClockState.STOPPED


def test_a_report_in_time_stops_the_promise_and_starts_the_hotlines_days():
    number = a_promised_ticket(MADE)
    report(number, REPORTED)

    assert promise_of(number).state is PromiseState.REPORTED
    assert clock_of(number, ClockKind.PROMISE).state is ClockState.STOPPED
    assert clock_of(number, ClockKind.VERIFICATION).due_on == day("Thu 2026-11-05")


def test_another_unit_cannot_report_it_and_nobody_twice():
    number = a_promised_ticket(MADE)

    with pytest.raises(NotPermittedError):
        report(number, REPORTED, TAX)
    report(number, REPORTED)
    with pytest.raises(ConflictError):
        report(number, REPORTED)


def test_the_ladder_warns_of_a_promise_and_tells_of_its_breach_once():
    number = a_promised_ticket(MADE)

    before = sweep(number, ClockKind.PROMISE, "Fri 2026-10-30 12:00")
    after = sweep(number, ClockKind.PROMISE, LATE)
    again = sweep(number, ClockKind.PROMISE, LATE)

    assert before == [Rung.HALF_TIME, Rung.ONE_DAY_LEFT, Rung.DUE_DAY]
    assert after == [Rung.BREACH, Rung.L1_REMINDER]
    assert again == []
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        taken = session.exec(select(RungTaken).where(RungTaken.ticket_id == ticket.id)).all()
        breach = session.exec(select(Breach).where(Breach.ticket_id == ticket.id)).one()
        mails = session.exec(
            select(OutboxMessage.kind).where(col(OutboxMessage.created_at) == moment(LATE))
        ).all()
    assert len(taken) == 5
    assert breach.kind is ClockKind.PROMISE
    assert {one.value for one in mails} == {"reminder"}


def test_a_promise_whose_day_is_over_owes_a_verification_once():
    number = a_promised_ticket(MADE)
    sweep(number, ClockKind.PROMISE, LATE)
    report(number, LATE)

    with work() as session:
        ticket = store.ticket_by_number(session, number)
        found = session.exec(
            select(Clock).where(Clock.ticket_id == ticket.id, Clock.kind == ClockKind.VERIFICATION)
        ).all()
    assert len(found) == 1


def test_closing_with_a_happy_requester_does_not_stop_the_promise_again():
    number = a_promised_ticket(MADE)
    with pytest.raises(RefusedTransitionError):
        call_back(number, LATE, a_callback())

    assert clock_of(number, ClockKind.PROMISE).state is ClockState.RUNNING
