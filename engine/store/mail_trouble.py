"""Queries about mail that did not get through: by unit, and what has been waiting long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from engine.models import MailReply, OutboxMessage, Unit
from engine.terms import MailReplyStatus, MessageStatus

LONG = timedelta(hours=2)
MOST = 200


@dataclass(frozen=True)
class Failures:
    """The mails that did not reach one unit, or nobody's unit; newest first."""

    unit: Unit | None
    mails: tuple[OutboxMessage, ...]


def failures_by_unit(session: Session) -> list[Failures]:
    """Return what did not arrive, unit by unit, those with most first."""
    query = select(OutboxMessage).where(OutboxMessage.status == MessageStatus.UNDELIVERED)
    found = session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(MOST)).all()
    by_unit: dict[int | None, list[OutboxMessage]] = {}
    for one in found:
        by_unit.setdefault(one.unit_id, []).append(one)
    made = [
        Failures(session.get(Unit, unit_id) if unit_id else None, tuple(mails))
        for unit_id, mails in by_unit.items()
    ]
    return sorted(made, key=lambda one: -len(one.mails))


def long_tried(session: Session, now: datetime) -> list[OutboxMessage]:
    """Return the mails a server has put off for two hours and more, oldest first."""
    query = select(OutboxMessage).where(
        OutboxMessage.status == MessageStatus.PENDING, OutboxMessage.attempts > 0,
        col(OutboxMessage.created_at) <= now - LONG,
    )  # fmt: skip
    return list(session.exec(query.order_by(col(OutboxMessage.id)).limit(MOST)))


def waiting_mails(session: Session) -> int:
    """Return how many mails wait for a person: not arrived, or come in and kept aside."""
    failed = select(func.count()).where(OutboxMessage.status == MessageStatus.UNDELIVERED)
    aside = select(func.count()).where(MailReply.status == MailReplyStatus.ASIDE)
    both = select(failed.scalar_subquery() + aside.scalar_subquery())
    return int(session.exec(both).one())
