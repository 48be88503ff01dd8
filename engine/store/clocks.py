"""Queries about clocks, rungs and breaches."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from engine.lifecycle import OPEN
from engine.models import Breach, Clock, RungTaken, Ticket
from engine.rules.escalation import DueRung
from engine.rules.parameter_tables import WARNINGS
from engine.store.reading import read_rows
from engine.terms import ClockKind, ClockState, Rung


def running(session: Session, ticket_id: int, kinds: Iterable[ClockKind]) -> Sequence[Clock]:
    """Return the running (or paused) clocks of those kinds on a ticket."""
    query = select(Clock).where(
        Clock.ticket_id == ticket_id,
        col(Clock.kind).in_(list(kinds)),
        col(Clock.state).in_([ClockState.RUNNING, ClockState.PAUSED]),
    )
    return session.exec(query).all()


def of_ticket(session: Session, ticket_id: int) -> Sequence[Clock]:
    """Return every clock of a ticket, oldest first."""
    query = select(Clock).where(Clock.ticket_id == ticket_id).order_by(col(Clock.id))
    return session.exec(query).all()


def one(session: Session, ticket_id: int, kind: ClockKind) -> Clock | None:
    """Return the newest clock of a kind on a ticket, if it has one."""
    rest = "WHERE ticket_id = %s AND kind = %s ORDER BY id DESC LIMIT 1"
    return next(iter(read_rows(session, Clock, rest, [ticket_id, kind.value])), None)


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return the ids of clocks due at `now`: pauses used up, then rungs, longest due first."""
    used_up = _pauses_used_up(session, now, limit)
    return [*used_up, *_rungs_due(session, now, limit - len(used_up))]


def _pauses_used_up(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Look through open tickets: paused clocks are not in the index of running ones."""
    query = (
        select(Clock.id)
        .join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .where(
            col(Ticket.status).in_(list(OPEN)), Clock.state == ClockState.PAUSED,
            col(Clock.next_rung_at) <= now, Clock.stuck_reason == "",
        )
        .order_by(col(Clock.next_rung_at), col(Clock.id))
        .limit(limit)
    )  # fmt: skip
    return session.exec(query).all()


def _rungs_due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    query = (
        select(Clock.id)
        .where(
            Clock.state == ClockState.RUNNING,
            col(Clock.next_rung_at) <= now,
            Clock.stuck_reason == "",
        )
        .order_by(col(Clock.next_rung_at), col(Clock.id))
        .limit(limit)
    )
    return session.exec(query).all()


def lock_due(session: Session, clock_id: int, now: datetime) -> Clock | None:
    """Return the clock locked, or nothing when another sweep has it or it is no longer due.

    A paused clock is due when its pause is used up.
    """
    query = (
        select(Clock)
        .where(
            Clock.id == clock_id,
            col(Clock.state).in_([ClockState.RUNNING, ClockState.PAUSED]),
            col(Clock.next_rung_at) <= now,
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return session.exec(query).one_or_none()


def taken(session: Session, clock: Clock) -> set[Rung]:
    """Return the rungs a clock has climbed; warnings of an earlier due date are none of them.

    A breach has overtaken the warnings before it: an answer that stopped the clock too late, and
    was sent back, wakes none of them.
    """
    query = select(RungTaken).where(RungTaken.clock_id == clock.id)
    rows = session.exec(query).all()
    breached = any(row.rung is Rung.BREACH and row.due_on == clock.due_on for row in rows)
    overtaken = set(WARNINGS) if breached else set()
    climbed = {row.rung for row in rows if row.due_on == clock.due_on or row.rung not in WARNINGS}
    return climbed | overtaken


def take_rung(session: Session, clock: Clock, rung: DueRung, now: datetime) -> bool:
    """Claim a rung of a clock; false when somebody has taken it already."""
    statement = (
        insert(RungTaken)
        .values(
            clock_id=clock.id, ticket_id=clock.ticket_id, rung=rung.rung, due_on=clock.due_on,
            fell_due_at=rung.at, detected_at=now,
        )
        .on_conflict_do_nothing(index_elements=["clock_id", "rung", "due_on"])
        .returning(col(RungTaken.id))
    )  # fmt: skip
    return session.exec(statement).first() is not None


def rungs(session: Session, ticket_id: int) -> Sequence[RungTaken]:
    """Return every rung climbed on a ticket, in order."""
    query = select(RungTaken).where(RungTaken.ticket_id == ticket_id)
    return session.exec(query.order_by(col(RungTaken.fell_due_at), col(RungTaken.id))).all()


def breaches(session: Session, ticket_id: int) -> Sequence[Breach]:
    """Return the breaches of a ticket, oldest first."""
    query = select(Breach).where(Breach.ticket_id == ticket_id)
    return session.exec(query.order_by(col(Breach.true_at))).all()
