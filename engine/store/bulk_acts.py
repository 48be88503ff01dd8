"""Queries about bulk acts: claimed once, what became of them, their mails."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import BulkAct, OutboxMessage, TicketEventRecord
from engine.terms import TicketEvent

BULK = "bulk:"


def claim(session: Session, values: dict[str, Any]) -> BulkAct | None:
    """Store a bulk act and return it; nothing when its token was used, now or a moment ago."""
    statement = insert(BulkAct).values(values).on_conflict_do_nothing(index_elements=["once"])
    number = session.execute(statement.returning(col(BulkAct.id))).scalar_one_or_none()
    return session.get_one(BulkAct, number) if number is not None else None


def by_token(session: Session, once: str) -> BulkAct:
    """Return the act that a token stands for."""
    return session.exec(select(BulkAct).where(BulkAct.once == once)).one()


def act(session: Session, number: int) -> BulkAct:
    """Return a bulk act.

    Raises:
        NotFoundError: there is none.
    """
    found = session.get(BulkAct, number)
    if found is None:
        message = f"没有第 {number} 次批量操作。"
        raise NotFoundError(message)
    return found


def mail_key(act: BulkAct) -> str:
    """Return what a bulk act's mails are owed for."""
    return f"{BULK}{act.id}"


def mails(session: Session, act: BulkAct) -> Sequence[OutboxMessage]:
    """Return the mails of a bulk act, oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.key == mail_key(act))
    return session.exec(query.order_by(col(OutboxMessage.id))).all()


def last_events(
    session: Session, tickets: Iterable[int], event: TicketEvent, since: datetime
) -> dict[int, datetime]:
    """Return when an event last happened to each of those tickets since a moment."""
    record = TicketEventRecord
    query = (
        select(record.ticket_id, func.max(record.at))
        .where(col(record.ticket_id).in_(list(tickets)), record.event == event, record.at >= since)
        .group_by(col(record.ticket_id))
    )
    return dict(session.exec(query).all())
