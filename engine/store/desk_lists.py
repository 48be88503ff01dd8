"""Lists of tickets by what is due, and what belongs to letters."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from engine.models import Clock, Letter, OutboxMessage, Ticket
from engine.rules.letter_life import GONE_OUT
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store.desk_views import ANSWERING, Line, lines_of
from engine.store.light import among
from engine.terms import ClockState


def overdue(session: Session, now: datetime, limit: int = 100) -> tuple[Line, ...]:
    """Return the tickets past due, longest first."""
    return _by_clock(session, col(Clock.due_at) <= now, limit)


def due_today(session: Session, now: datetime, limit: int = 100) -> tuple[Line, ...]:
    """Return the tickets that fall due today, nearest first."""
    end = end_of_day(shanghai_date(now))
    return _by_clock(session, (col(Clock.due_at) > now) & (col(Clock.due_at) <= end), limit)


def _by_clock(session: Session, when: ColumnElement[bool], limit: int) -> tuple[Line, ...]:
    query = (
        select(Clock.ticket_id)
        .where(Clock.state == ClockState.RUNNING, col(Clock.kind).in_(ANSWERING), when)
        .order_by(col(Clock.due_at), col(Clock.id))
        .limit(limit)
    )
    ids = list(dict.fromkeys(session.exec(query)))
    found = {one.id: one for one in session.exec(select(Ticket).where(among(Ticket.id, ids)))}
    return lines_of(session, [found[one] for one in ids])


def tickets_by_id(session: Session, ids: Iterable[int]) -> dict[int, Ticket]:
    """Return tickets by their ids."""
    query = select(Ticket).where(among(Ticket.id, ids))
    return {one.id: one for one in session.exec(query)}


def mails_of_letter(session: Session, letter_id: int) -> Sequence[OutboxMessage]:
    """Return the messages that carried a letter out, oldest first; not those that tell of it."""
    brings = col(OutboxMessage.key).startswith("letter:")
    query = select(OutboxMessage).where(OutboxMessage.letter_id == letter_id, brings)
    return session.exec(query.order_by(col(OutboxMessage.id))).all()


def letters_of_unit(session: Session, unit_id: int, but: int, limit: int = 10) -> Sequence[Letter]:
    """Return the other letters that went to a unit, newest first."""
    query = select(Letter).where(
        Letter.unit_id == unit_id, Letter.id != but, col(Letter.status).in_(GONE_OUT)
    )
    return session.exec(query.order_by(col(Letter.id).desc()).limit(limit)).all()
