"""Mails that a server has taken: recorded, and what their leaving sets going."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import literal
from sqlmodel import Session, col, select, tuple_

from engine.models import OutboxMessage
from engine.store.writing import run
from engine.terms import MessageStatus


class Left(NamedTuple):
    """What a mail that has just left sets going: a letter's reply, a first contact still owed.

    `untold` is the assignment deemed signed (视为签收) that no mail told its unit of before.
    """

    letter_id: int | None = None
    untold: int | None = None


def record_sent(session: Session, message_id: int, now: datetime) -> Left:
    """Record that a mail server took a message; return what its leaving sets going."""
    taken = run(session, _TAKEN, {"id": message_id, "now": now}).fetchone()
    return Left(*taken) if taken is not None else Left()


def what_follows(session: Session, message_id: int) -> Left:
    """Return what the leaving of a message sets going that has left before."""
    found = run(session, _FOLLOWS, {"id": message_id}).fetchone()
    return Left(*found) if found is not None else Left()


def letters_before(session: Session, ids: Sequence[int], moment: datetime) -> Sequence[int]:
    """Return which of these mails bring a letter, wait still, and were written before then."""
    query = select(OutboxMessage.id).where(
        col(OutboxMessage.id).in_(ids), col(OutboxMessage.letter_id).is_not(None),
        OutboxMessage.status == MessageStatus.PENDING, OutboxMessage.created_at < moment,
    )  # fmt: skip
    return session.exec(query.order_by(col(OutboxMessage.id))).all()


def tickets_of_letters(session: Session, ids: Sequence[int]) -> Sequence[int]:
    """Return the tickets of which these mails bring letters, where they wait still."""
    query = select(OutboxMessage.ticket_id).where(
        col(OutboxMessage.id).in_(ids), col(OutboxMessage.letter_id).is_not(None),
        OutboxMessage.status == MessageStatus.PENDING,
    )  # fmt: skip
    return [one for one in session.exec(query.distinct()).all() if one is not None]


def letters_of_tickets(
    session: Session, ids: Sequence[int], ticket_ids: Sequence[int]
) -> Sequence[int]:
    """Return which of these mails bring a letter about one of those tickets, and wait still."""
    query = select(OutboxMessage.id).where(
        col(OutboxMessage.id).in_(ids), col(OutboxMessage.letter_id).is_not(None),
        col(OutboxMessage.ticket_id).in_(ticket_ids), OutboxMessage.status == MessageStatus.PENDING,
    )  # fmt: skip
    return session.exec(query.order_by(col(OutboxMessage.id))).all()


def left_before(session: Session, message: OutboxMessage) -> bool:
    """Return whether another mail of the same debt to the same unit has left before this one.

    Before this one left, where it has left by now: of those of one moment the first.
    """
    query = select(OutboxMessage.id).where(
        OutboxMessage.key == message.key, OutboxMessage.unit_id == message.unit_id,
        OutboxMessage.id != message.id, OutboxMessage.status == MessageStatus.SENT,
    )  # fmt: skip
    if message.status is MessageStatus.SENT:
        place = tuple_(col(OutboxMessage.sent_at), col(OutboxMessage.id))
        query = query.where(place < tuple_(literal(message.sent_at), literal(message.id)))
    return session.exec(query).first() is not None


_SETS_GOING = """letter_id, CASE WHEN key LIKE 'assignment:%%' THEN (
  SELECT a.id FROM assignment a WHERE a.id = split_part(key, ':', 2)::bigint AND a.role = 'lead'
    AND a.deemed_signed AND a.contacted_at IS NULL AND a.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM clock WHERE assignment_id = a.id AND kind = 'first_contact')) END
"""
_TAKEN = f"""
UPDATE outbox_message SET status = 'sent', sent_at = %(now)s, attempts = attempts + 1,
  last_error = '', claimed_until = NULL, sending_until = NULL WHERE id = %(id)s
RETURNING {_SETS_GOING}"""
_FOLLOWS = f"SELECT {_SETS_GOING} FROM outbox_message WHERE id = %(id)s"
