"""Queries about work that broke and is set aside (搁置)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, delete, select, update

from engine.models import Clock, SetAside, Ticket
from engine.terms import AsideWork


def put(session: Session, work: AsideWork, row_id: int, ticket_id: int, *, reason: str,
        at: datetime) -> None:  # fmt: skip
    """Set one piece of work aside; a second time only the reason is newer."""
    values = {"work": work, "row_id": row_id, "ticket_id": ticket_id, "reason": reason, "at": at}
    newer = {"reason": reason, "at": at}
    statement = insert(SetAside).values(**values)
    session.exec(statement.on_conflict_do_update(index_elements=["work", "row_id"], set_=newer))


def not_aside(work: AsideWork, row_id: Mapped[int]) -> ColumnElement[bool]:
    """Return the condition that a row's work is not set aside."""
    found = select(SetAside.row_id).where(SetAside.work == work, SetAside.row_id == row_id)
    return ~found.exists()


def listed(session: Session, limit: int = 50) -> Sequence[tuple[SetAside, Ticket]]:
    """Return what is set aside with its ticket, newest first."""
    query = select(SetAside, Ticket).join(Ticket, col(Ticket.id) == col(SetAside.ticket_id))
    return session.exec(query.order_by(col(SetAside.at).desc()).limit(limit)).all()


def numbers(session: Session, limit: int) -> dict[str, list[str]]:
    """Return which tickets could not be routed, and on which a clock could not climb."""
    tickets = select(Ticket.number).where(Ticket.routing_error != "").limit(limit)
    stuck = select(Ticket.number).join(Clock, col(Clock.ticket_id) == col(Ticket.id))
    clocks = stuck.where(Clock.stuck_reason != "").limit(limit)
    return {"tickets": list(session.exec(tickets)), "clocks": list(session.exec(clocks))}


def among(session: Session, work: AsideWork, row_ids: Sequence[int]) -> Sequence[int]:
    """Return of which of these rows that work is set aside."""
    query = select(SetAside.row_id).where(SetAside.work == work, col(SetAside.row_id).in_(row_ids))
    return session.exec(query.order_by(col(SetAside.row_id))).all()


def tried_before(session: Session, work: AsideWork, moment: datetime, limit: int) -> Sequence[int]:
    """Return of which rows that work was last tried before a moment, longest ago first."""
    query = select(SetAside.row_id).where(SetAside.work == work, SetAside.at <= moment)
    return session.exec(query.order_by(col(SetAside.at)).limit(limit)).all()


def take(session: Session, work: AsideWork, row_id: int) -> bool:
    """Take one piece of work up again in this transaction; false when somebody else did."""
    taken = delete(SetAside).where(col(SetAside.work) == work, col(SetAside.row_id) == row_id)
    return session.exec(taken).rowcount == 1


def clear(session: Session) -> None:
    """Let everything that was set aside be tried again: tickets, clocks and the rest.

    What must follow a mail that left stays on record here alone, and is tried again by itself.
    """
    session.exec(delete(SetAside).where(col(SetAside.work) != AsideWork.AFTER_LEAVING))
    session.exec(update(Clock).where(col(Clock.stuck_reason) != "").values(stuck_reason=""))
    session.exec(update(Ticket).where(col(Ticket.routing_error) != "").values(routing_error=""))
