"""Mail that is held (静默时段) and is not true any more: taken back before anybody reads it."""

from sqlmodel import Session, col, select

from engine.models import OutboxMessage
from engine.store.outbox import under
from engine.terms import MessageStatus


def take_back(session: Session, key: str, why: str) -> bool:
    """Take back what is not sent yet under a key; return whether nobody was or will be sent it."""
    query = select(OutboxMessage).where(
        OutboxMessage.key == key, OutboxMessage.status == MessageStatus.PENDING,
        col(OutboxMessage.claimed_until).is_(None),
    )  # fmt: skip
    locked = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    taken = session.exec(locked).all()
    for message in taken:
        message.status, message.last_error = MessageStatus.SUPERSEDED, why
    session.flush()
    return bool(taken) and all(
        one.status is MessageStatus.SUPERSEDED for one in under(session, key)
    )
