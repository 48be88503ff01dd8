"""Queries about a unit's wishes for more days (延期申请)."""

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, select

from engine.lifecycle import WITH_UNIT
from engine.models import Clock, ExtensionRequest, Ticket

PENDING, GRANTED, REFUSED = "pending", "granted", "refused"


def granted(session: Session, ticket: Ticket) -> int:
    """Return how many extensions a ticket had, in whosever hands it was."""
    query = select(func.count(col(ExtensionRequest.id))).where(
        ExtensionRequest.ticket_id == ticket.id, ExtensionRequest.state == GRANTED
    )
    return session.exec(query).one()


def is_pending(session: Session, clock: Clock) -> bool:
    """Return whether an extension of this very clock waits for a decision."""
    query = select(col(ExtensionRequest.id)).where(
        ExtensionRequest.clock_id == clock.id, ExtensionRequest.state == PENDING
    )
    return session.exec(query.limit(1)).first() is not None


def decidable() -> ColumnElement[bool]:
    """Return which wishes wait for a decision: of tickets that are with a unit, not answered."""
    theirs = select(Ticket.id).where(
        Ticket.id == ExtensionRequest.ticket_id, col(Ticket.status).in_(WITH_UNIT)
    )
    return and_(col(ExtensionRequest.state) == PENDING, theirs.correlate(ExtensionRequest).exists())
