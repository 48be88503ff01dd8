"""Mail that is held (静默时段) and is not true any more: taken back before anybody reads it."""

from sqlmodel import Session, col

from engine.models import OutboxMessage
from engine.store.outbox import under
from engine.store.unsent import unsent
from engine.terms import MessageStatus


def take_back(session: Session, key: str, why: str) -> bool:
    """Take back what is not sent yet under a key; return whether nobody was or will be sent it."""
    taken = unsent(session, col(OutboxMessage.key) == key)
    for message in taken:
        message.status, message.last_error = MessageStatus.SUPERSEDED, why
    session.flush()
    return bool(taken) and all(
        one.status is MessageStatus.SUPERSEDED for one in under(session, key)
    )
