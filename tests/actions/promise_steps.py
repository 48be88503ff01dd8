"""Steps of the tests about promises: made, reported, verified, swept; and how they stand."""

from sqlmodel import select

from engine.actions import promises, unit_work, verifying
from engine.actions.sweep import climb
from engine.models import Clock, Promise
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import (
    ClockKind,
    Rung,
    VerificationResult,
    VerificationWay,
)
from tests.builders import (
    MARKET,
    OPERATOR,
    an_answer,
    day,
    on_ticket,
)

MADE = "Mon 2026-09-21 10:00"
REPORTED = "Thu 2026-10-29 10:00"
LATE = "Tue 2026-11-03 10:00"


def promise_of(number: str) -> Promise:
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        return session.exec(select(Promise).where(Promise.ticket_id == ticket.id)).one()


def clock_of(number: str, kind: ClockKind) -> Clock | None:
    with work() as session:
        return clock_store.one(session, store.ticket_by_number(session, number).id, kind)


def a_verification(
    result: VerificationResult, done_on: str, way: VerificationWay = VerificationWay.CALL, **more
):
    return verifying.VerificationForm(
        way=way, result=result, done_on=day(done_on), evidence="诉求人出示银行回单", **more
    )


MET, NOT_MET = VerificationResult.MET, VerificationResult.NOT_MET


def verify(number: str, now: str, form: verifying.VerificationForm, who: str = OPERATOR) -> None:
    on_ticket(number, now, who, lambda step, ticket: verifying.verify(step, ticket, form))


def report(number: str, now: str, who: str = MARKET, text: str = "余款已于当日付清") -> None:
    on_ticket(number, now, who, lambda step, ticket: promises.report(step, ticket, text))


def sweep(number: str, kind: ClockKind, now: str) -> list[Rung]:
    clock = clock_of(number, kind)
    return on_ticket(number, now, None, lambda step, _: climb(step, clock.id))


def answer_with(number: str, now: str, promise) -> None:
    form = an_answer(promise=promise)
    on_ticket(number, now, MARKET, lambda step, ticket: unit_work.answer(step, ticket, form))
