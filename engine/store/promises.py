"""Queries about promises (承诺) and their verifications (核查)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import Account, Answer, Clock, Promise, Ticket, Unit, Verification
from engine.terms import ClockKind, ClockState, PromiseState, Role

OPEN = (PromiseState.OFFERED, PromiseState.STANDING, PromiseState.REPORTED)
TO_VERIFY = (PromiseState.STANDING, PromiseState.REPORTED)
STANDS = col(Promise.state) == PromiseState.STANDING
# The hotline's time to verify runs: reported, or its day over without a report.
OWED = STANDS & (
    select(Clock.id)
    .where(
        Clock.ticket_id == Promise.ticket_id, Clock.kind == ClockKind.VERIFICATION,
        Clock.state == ClockState.RUNNING,
    )
    .correlate(Promise)
    .exists()
)  # fmt: skip
GROUPS: dict[str, Any] = {
    "verify": (col(Promise.state) == PromiseState.REPORTED) | OWED,
    "standing": STANDS & ~OWED,
    "broken": col(Promise.state) == PromiseState.BROKEN,
    "kept": col(Promise.state) == PromiseState.KEPT,
    "unit": col(Promise.state).in_(TO_VERIFY),
}
SETTLED = ("broken", "kept")
MOST = 100


def open_one(session: Session, ticket_id: int) -> Promise | None:
    """Return the promise that stands, or waits for review, on a ticket."""
    query = select(Promise).where(Promise.ticket_id == ticket_id, col(Promise.state).in_(OPEN))
    return session.exec(query).one_or_none()


def of_clock(session: Session, clock: Clock) -> Promise | None:
    """Return the promise that a clock measures."""
    return session.exec(select(Promise).where(Promise.clock_id == clock.id)).one_or_none()


def of_answer(session: Session, answer: Answer) -> Promise | None:
    """Return what was promised with an answer, whatever became of it."""
    return session.exec(select(Promise).where(Promise.answer_id == answer.id)).one_or_none()


def of_ticket(session: Session, ticket_id: int) -> Sequence[Promise]:
    """Return every promise made on a ticket, oldest first."""
    query = select(Promise).where(Promise.ticket_id == ticket_id)
    return session.exec(query.order_by(col(Promise.id))).all()


def verifications(session: Session, promises: Iterable[int]) -> dict[int, list[Verification]]:
    """Return what was found of some promises, by promise, oldest first."""
    query = select(Verification).where(col(Verification.promise_id).in_(list(promises)))
    found: dict[int, list[Verification]] = {}
    for one in session.exec(query.order_by(col(Verification.id))):
        found.setdefault(one.promise_id, []).append(one)
    return found


@dataclass(frozen=True)
class Row:
    """A promise with its ticket, its unit, the clock to watch and what was found so far."""

    promise: Promise
    ticket: Ticket
    unit: Unit
    clock: Clock | None
    found: tuple[Verification, ...]


def rows(
    session: Session, group: str, after: int = 0, unit_id: int | None = None
) -> tuple[list[Row], int]:
    """Return a page of the list of promises and the key of the next page (0: none).

    A group in hand comes by the promised day, a settled one newest first.
    """
    which = GROUPS.get(group, col(Promise.state).in_(OPEN))
    query = (
        select(Promise, Ticket, Unit)
        .join(Ticket, col(Ticket.id) == col(Promise.ticket_id))
        .join(Unit, col(Unit.id) == col(Promise.unit_id))
        .where(which)
    )
    if unit_id is not None:
        query = query.where(Promise.unit_id == unit_id)
    settled = col(Promise.settled_at).desc()
    first = settled if group in SETTLED else col(Promise.promised_on)
    found = session.exec(query.order_by(first, col(Promise.id)).offset(after).limit(MOST + 1)).all()
    shown = found[:MOST]
    clocks = _clocks(session, [one.ticket_id for one, _, _ in shown])
    seen = verifications(session, [one.id for one, _, _ in shown])
    made = [Row(one, ticket, unit, clocks.get(one.ticket_id), tuple(seen.get(one.id, ())))
            for one, ticket, unit in shown]  # fmt: skip
    return made, after + MOST if len(found) > MOST else 0


def _clocks(session: Session, tickets: Sequence[int]) -> dict[int, Clock]:
    """Return the newest clock of each ticket that belongs to a promise: 承诺 first, then 核查."""
    query = select(Clock).where(
        col(Clock.ticket_id).in_(tickets),
        col(Clock.kind).in_([ClockKind.PROMISE, ClockKind.VERIFICATION]),
    )
    return {one.ticket_id: one for one in session.exec(query.order_by(col(Clock.id)))}


def counts(session: Session) -> dict[str, int]:
    """Return how many promises are in each group of the list."""
    columns = (func.count().filter(which) for which in GROUPS.values())
    found = session.execute(select(*columns).select_from(Promise)).one()
    return dict(zip(GROUPS, found, strict=True))


def followed_by_law(session: Session, limit: int = 50) -> list[tuple[Clock, Ticket, Unit]]:
    """Return what is followed up by another law's longer limit (跟踪督办), nearest due first."""
    query = (
        select(Clock, Ticket, Unit)
        .join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .join(Unit, col(Unit.id) == col(Clock.unit_id))
        .where(Clock.kind == ClockKind.FOLLOW_UP, Clock.state == ClockState.RUNNING)
        .order_by(col(Clock.due_at), col(Clock.id))
        .limit(limit)
    )
    return list(session.exec(query).all())


def companions(session: Session, but: int) -> Sequence[Account]:
    """Return who may go along to verify in the field: other active people of the hotline."""
    query = select(Account).where(
        col(Account.role).in_([Role.OPERATOR, Role.SUPERVISOR]), col(Account.active),
        Account.id != but,
    )  # fmt: skip
    return session.exec(query.order_by(col(Account.name))).all()


def companion(session: Session, account_id: int) -> Account:
    """Return somebody of the hotline by id.

    Raises:
        NotFoundError: there is nobody, or not of the hotline.
    """
    found = session.get(Account, account_id)
    if found is None or not found.active or found.role not in (Role.OPERATOR, Role.SUPERVISOR):
        message = "没有这位热线人员，请从列出的里选。"
        raise NotFoundError(message)
    return found


def overdue(session: Session, now: datetime) -> int:
    """Return how many promised days are over without a report."""
    query = select(func.count()).select_from(Clock).where(
        Clock.kind == ClockKind.PROMISE, Clock.state == ClockState.RUNNING, Clock.due_at <= now
    )  # fmt: skip
    return session.exec(query).one()
