"""Verifications (核查): by persons, in the field by two; a broken promise comes back."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from engine.actions import background, promises, verifying
from engine.actions.figures import cases
from engine.actions.review import approve_answer
from engine.errors import (
    BadInputError,
    ConflictError,
    EngineError,
    NotPermittedError,
    RefusedTransitionError,
)
from engine.models import Ticket, Verification
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import (
    ClockKind,
    ClockState,
    Indicator,
    PromiseState,
    TicketEvent,
    TicketStatus,
    VerificationWay,
)
from tests.actions.promise_steps import (
    LATE,
    MADE,
    MET,
    NOT_MET,
    REPORTED,
    a_verification,
    answer_with,
    clock_of,
    promise_of,
    report,
    verify,
)
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_promise,
    a_promised_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_account,
    day,
    moment,
    on_ticket,
    status_of,
)

pytestmark = pytest.mark.usefixtures("database")


def test_in_the_field_two_persons_and_a_place_are_needed():
    number = a_promised_ticket(MADE)
    report(number, REPORTED)
    alone = a_verification(MET, "Fri 2026-10-30", VerificationWay.FIELD)

    with pytest.raises(BadInputError) as refused:
        verify(number, "Fri 2026-10-30 15:00", alone)
    assert set(refused.value.fields) == {"place", "companion"}
    with work() as session:
        self_id = an_account(session, OPERATOR).id
        other = an_account(session, SUPERVISOR).id
    with pytest.raises(BadInputError):
        verify(number, "Fri 2026-10-30 15:00",
               a_verification(MET, "Fri 2026-10-30", VerificationWay.FIELD, place="门店",
                              companion_id=self_id))  # fmt: skip
    verify(number, "Fri 2026-10-30 15:00",
           a_verification(MET, "Fri 2026-10-30", VerificationWay.FIELD, place="门店",
                          companion_id=other))  # fmt: skip
    with work() as session:
        row = session.exec(select(Verification)).one()
    assert (row.by_id, row.with_id, row.place) == (self_id, other, "门店")


def test_what_is_kept_is_followed_no_longer():
    number = a_promised_ticket(MADE)
    report(number, REPORTED)
    verify(number, "Fri 2026-10-30 15:00", a_verification(MET, "Fri 2026-10-30"))

    assert promise_of(number).state is PromiseState.KEPT
    assert clock_of(number, ClockKind.VERIFICATION).state is ClockState.STOPPED
    with pytest.raises(ConflictError):
        verify(number, LATE, a_verification(NOT_MET, "Tue 2026-11-03"))


def test_a_unit_cannot_verify_its_own_promise():
    number = a_promised_ticket(MADE)
    report(number, REPORTED)

    with pytest.raises(NotPermittedError):
        verify(number, REPORTED, a_verification(MET, "Thu 2026-10-29"), MARKET)


def test_not_met_before_its_day_the_promise_is_followed_on_to_the_same_day():
    number = a_promised_ticket(MADE)
    report(number, "Tue 2026-10-20 10:00")
    verify(number, "Wed 2026-10-21 10:00", a_verification(NOT_MET, "Wed 2026-10-21"))

    clock = clock_of(number, ClockKind.PROMISE)
    assert promise_of(number).state is PromiseState.STANDING
    assert (clock.state, clock.due_on) == (ClockState.RUNNING, day("Fri 2026-10-30"))
    assert status_of(number) == "closed"


def test_broken_on_a_closed_ticket_a_follow_on_goes_to_the_unit_under_supervision():
    number = a_promised_ticket(MADE)
    verify(number, LATE, a_verification(NOT_MET, "Tue 2026-11-03"))

    promise = promise_of(number)
    with work() as session:
        child = session.get_one(Ticket, promise.follow_on_id)
        events = [one.event for one in store.events(session, child)]
        first = store.ticket_by_number(session, number)
    assert promise.state is PromiseState.BROKEN
    assert (first.status, first.closed_at) == (TicketStatus.CLOSED, moment(MADE))
    assert (child.status, child.parent_id) == (TicketStatus.SUPERVISED, first.id)
    assert child.lead_unit_id == promise.unit_id
    assert TicketEvent.SUPERVISE in events


def test_broken_while_the_requester_is_still_to_be_called_it_is_reworked():
    number = a_signed_ticket(MADE)
    answer_with(number, MADE, a_promise(due_on="Wed 2026-09-23"))
    on_ticket(number, MADE, OPERATOR, approve_answer)
    verify(number, "Fri 2026-09-25 10:00", a_verification(NOT_MET, "Fri 2026-09-25"))

    assert status_of(number) == "rework"
    assert promise_of(number).state is PromiseState.BROKEN


def test_without_a_promise_there_is_nothing_to_verify():
    number = a_ticket_to_call_back(MADE)

    with pytest.raises(ConflictError):
        verify(number, LATE, a_verification(MET, "Tue 2026-11-03"))
    with pytest.raises((ConflictError, RefusedTransitionError)):
        report(number, LATE)


def kept_on(through: str) -> tuple[int, float]:
    """Return n and hits of 承诺兑现率 as they stood at the end of a day."""
    with work() as session:
        days = (day("Thu 2026-10-01"), day("Mon 2026-11-30"))
        at = end_of_day(day(through))
        found = [one.raw for one in cases(session, load_rules("CN-GX"), days, at, past=True)
                 if one.indicator is Indicator.PROMISE_KEPT]  # fmt: skip
    return sum(one.n for one in found), sum(one.hit for one in found)


def test_the_figure_counts_what_was_verified_and_what_nobody_reported_in_time():
    kept, silent = a_promised_ticket(MADE), a_promised_ticket(MADE)
    report(kept, REPORTED)
    verify(kept, "Mon 2026-11-02 10:00", a_verification(MET, "Mon 2026-11-02"))
    verify(silent, LATE, a_verification(NOT_MET, "Tue 2026-11-03"))

    assert kept_on("Thu 2026-10-29") == (0, 0)
    assert kept_on("Fri 2026-10-30") == (1, 0)
    assert kept_on("Mon 2026-11-02") == (2, 1)
    assert kept_on("Tue 2026-11-03") == (2, 1)


WALKS = {
    "report": lambda step, ticket, day_: promises.report(step, ticket, "余款已于当日付清"),
    "met": lambda step, ticket, day_: verifying.verify(
        step, ticket, replace(a_verification(MET, MADE[:-6]), done_on=day_)),
    "not met": lambda step, ticket, day_: verifying.verify(
        step, ticket, replace(a_verification(NOT_MET, MADE[:-6]), done_on=day_)),
}  # fmt: skip


def a_day_later(number: str, now: datetime, what: str) -> None:
    """Sweep what is due, then let somebody try one thing, which may be refused."""
    for clock in background.clocks_due(now, 100):
        background.climb_one(clock, now)
    who = MARKET if what == "report" else OPERATOR
    with suppress(EngineError):
        on_ticket(number, now, who, lambda s, t: WALKS[what](s, t, shanghai_date(now)))


def holds(number: str) -> None:
    """Check that a promise and its clocks say the same, and that nothing ended unseen."""
    promise = promise_of(number)
    made, looked = clock_of(number, ClockKind.PROMISE), clock_of(number, ClockKind.VERIFICATION)
    running = {one.kind for one in (made, looked) if one and one.state is ClockState.RUNNING}
    with work() as session:
        found = session.exec(
            select(Verification.result)
            .where(Verification.promise_id == promise.id)
            .order_by(col(Verification.id))
        ).all()
    if promise.state is PromiseState.STANDING:
        assert ClockKind.PROMISE in running
    elif promise.state is PromiseState.REPORTED:
        assert running == {ClockKind.VERIFICATION}
    else:
        assert (running, promise.settled_at is not None) == (set(), True)
        assert found[-1] is (MET if promise.state is PromiseState.KEPT else NOT_MET)
    assert (promise.follow_on_id is not None) == (promise.state is PromiseState.BROKEN)
    assert made.due_on == day("Fri 2026-10-30")


@pytest.mark.parametrize("seed", range(6))
def test_no_walk_ends_a_promise_that_nobody_looked_at(seed):
    chance = random.Random(seed)
    number, now = a_promised_ticket(MADE), moment("Mon 2026-10-19 10:00")

    for _ in range(12):
        now += timedelta(hours=chance.choice([3, 20, 30, 50]))
        a_day_later(number, now, chance.choice(["report", "report", "met", "not met", "not met"]))
        holds(number)
    assert status_of(number) == "closed"
