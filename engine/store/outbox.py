"""Queries about outgoing messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select, update

from engine.models import OutboxAttachment, OutboxMessage
from engine.store.writing import write_once
from engine.terms import MessageStatus


def owe(session: Session, message: OutboxMessage) -> int | None:
    """Write an outgoing message once; return its id, or nothing when it is owed already."""
    return write_once(session, message, "key", "recipient")


def claim(session: Session, now: datetime, limit: int, lease: timedelta) -> Sequence[int]:
    """Reserve due messages for one sender for `lease`; no lock is held while they are sent."""
    free = or_(col(OutboxMessage.claimed_until).is_(None), col(OutboxMessage.claimed_until) <= now)
    due = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.status == MessageStatus.PENDING,
            OutboxMessage.next_attempt_at <= now,
            free,
        )
        .order_by(col(OutboxMessage.next_attempt_at), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.exec(due).all()
    if ids:
        statement = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids))
        session.exec(statement.values(claimed_until=now + lease))
    return ids


def message(session: Session, message_id: int) -> OutboxMessage:
    """Return one outgoing message."""
    return session.get_one(OutboxMessage, message_id)


def attachments(session: Session, message_id: int) -> Sequence[OutboxAttachment]:
    """Return the files that go with a message."""
    query = select(OutboxAttachment).where(OutboxAttachment.message_id == message_id)
    return session.exec(query.order_by(col(OutboxAttachment.id))).all()


def of_ticket(session: Session, ticket_id: int) -> Sequence[OutboxMessage]:
    """Return the messages about a ticket, oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.ticket_id == ticket_id)
    return session.exec(query.order_by(col(OutboxMessage.id))).all()


def undelivered(session: Session, limit: int = 100) -> Sequence[OutboxMessage]:
    """Return the messages that a person must look at, newest first."""
    query = select(OutboxMessage).where(OutboxMessage.status == MessageStatus.UNDELIVERED)
    return session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(limit)).all()
