"""Queries about clocks that another calendar may move, and shortenings that wait."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, or_, select

from engine.models import Clock, Ticket, TicketEventRecord
from engine.rules.recomputation import Change
from engine.terms import ClockState, DueStatus, TicketEvent

IN_USE = (ClockState.RUNNING, ClockState.PAUSED)


def counted_otherwise(session: Session, version: str, now: datetime, limit: int) -> Sequence[int]:
    """Return the ids of clocks in use that were counted by another calendar version.

    A confirmed date that is over stays as it was. A clock whose shortening under this version is
    with the supervisors is left out: it was asked about once.
    """
    counted_by: Any = col(Clock.certificate)["calendar_version"]
    query = (
        select(Clock.id)
        .where(
            col(Clock.state).in_(IN_USE), Clock.stuck_reason == "",
            counted_by.astext != version,
            or_(col(Clock.due_at) > now, Clock.due_status == DueStatus.PROVISIONAL),
            ~_asked_about(version),
        )
        .order_by(col(Clock.due_at), col(Clock.id))
        .limit(limit)
    )  # fmt: skip
    return session.exec(query).all()


def _asked_about(version: str) -> ColumnElement[bool]:
    details: Any = col(TicketEventRecord.details)
    return exists().where(
        col(TicketEventRecord.ticket_id) == col(Clock.ticket_id),
        col(TicketEventRecord.event) == TicketEvent.RECOMPUTE,
        details["clock"].as_integer() == col(Clock.id),
        details["new_calendar"].astext == version,
    )


def lock_clock(session: Session, clock_id: int) -> Clock | None:
    """Return a clock in use, locked; nothing when it stopped meanwhile."""
    query = select(Clock).where(Clock.id == clock_id, col(Clock.state).in_(IN_USE))
    found = query.with_for_update().execution_options(populate_existing=True)
    return session.exec(found).one_or_none()


def last_word(session: Session, clock: Clock) -> TicketEventRecord | None:
    """Return the newest event that speaks of a recomputation of this clock, if any."""
    details: Any = col(TicketEventRecord.details)
    query = (
        select(TicketEventRecord)
        .where(
            TicketEventRecord.ticket_id == clock.ticket_id,
            details["clock"].as_integer() == clock.id,
            details["recompute"].astext.is_not(None),
        )
        .order_by(col(TicketEventRecord.seq).desc())
        .limit(1)
    )
    return session.exec(query).one_or_none()


def shortenings_waiting(
    session: Session, version: str, limit: int = 100
) -> list[tuple[Ticket, Clock, TicketEventRecord]]:
    """Return the shorter due dates of a calendar version that a supervisor must decide on."""
    query = (
        select(Ticket, Clock)
        .join(Clock, col(Clock.ticket_id) == col(Ticket.id))
        .where(col(Clock.state).in_(IN_USE), _asked_about(version))
        .order_by(col(Clock.due_at), col(Clock.id))
        .limit(limit)
    )
    found = [(ticket, clock, last_word(session, clock)) for ticket, clock in session.exec(query)]
    return [(ticket, clock, word) for ticket, clock, word in found
            if word is not None and word.details["recompute"] == Change.NEEDS_DECISION]  # fmt: skip
