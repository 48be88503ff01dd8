"""Lists of tickets by what is due, by words, and what belongs to letters."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from engine.models import Assignment, Clock, Letter, OutboxMessage, Requester, Ticket
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store.desk_views import ANSWERING, PAGE, Line, Page, lines_of
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
    found = {one.id: one for one in session.exec(select(Ticket).where(col(Ticket.id).in_(ids)))}
    return lines_of(session, [found[one] for one in ids])


def search(session: Session, words: str, unit_id: int | None, limit: int = PAGE) -> Page:
    """Return tickets by number (or its end), enterprise, initials or the phone's last digits.

    A unit finds only what is, or was, in its own hands.
    """
    wanted = words.strip()
    query = select(Ticket).join(Requester, col(Requester.ticket_id) == col(Ticket.id))
    like = wanted.replace("\\", "").replace("%", "").replace("_", "")
    query = query.where(
        or_(
            col(Ticket.number) == like.upper(), col(Ticket.number).endswith(like.upper()),
            col(Requester.enterprise).contains(like),
            col(Requester.initials).startswith(like.lower()),
            col(Requester.phone).endswith(like), col(Ticket.title).contains(like),
        )
    )  # fmt: skip
    if unit_id is not None:
        mine = select(Assignment.ticket_id).where(
            Assignment.unit_id == unit_id, col(Assignment.ended_at).is_(None)
        )
        query = query.where(col(Ticket.id).in_(mine))
    found = session.exec(query.order_by(col(Ticket.id).desc()).limit(limit)).all()
    return Page(lines_of(session, found))


def tickets_by_id(session: Session, ids: Iterable[int]) -> dict[int, Ticket]:
    """Return tickets by their ids."""
    query = select(Ticket).where(col(Ticket.id).in_(set(ids)))
    return {one.id: one for one in session.exec(query)}


def mails_of_letter(session: Session, letter_id: int) -> Sequence[OutboxMessage]:
    """Return the messages that carried a letter out, oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.letter_id == letter_id)
    return session.exec(query.order_by(col(OutboxMessage.id))).all()


def letters_of_unit(session: Session, unit_id: int, but: int, limit: int = 10) -> Sequence[Letter]:
    """Return the other letters that went to a unit, newest first."""
    query = select(Letter).where(Letter.unit_id == unit_id, Letter.id != but, Letter.number != "")
    return session.exec(query.order_by(col(Letter.id).desc()).limit(limit)).all()
