"""Mail that nobody has sent or reserved yet (未发): what may still be taken back."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from engine.models import OutboxMessage
from engine.terms import MessageStatus


def unsent(session: Session, *which: ColumnElement[bool]) -> Sequence[OutboxMessage]:
    """Lock and return those of these messages; what a sender has in hand is left to it."""
    query = select(OutboxMessage).where(
        col(OutboxMessage.status) == MessageStatus.PENDING,
        col(OutboxMessage.claimed_until).is_(None), *which,
    )  # fmt: skip
    locked = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return session.exec(locked).all()


def take_back_others(session: Session, prefix: str, key: str, why: str) -> None:
    """Take back the unsent mails of a kind of key but those of one: it tells all there is."""
    of_the_kind = col(OutboxMessage.key).startswith(prefix)
    for message in unsent(session, of_the_kind, col(OutboxMessage.key) != key):
        message.status, message.last_error = MessageStatus.SUPERSEDED, why
