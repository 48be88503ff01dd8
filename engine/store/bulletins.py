"""Queries about bulletins and monitoring reports."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import Bulletin
from engine.rules.letter_life import UNFINISHED
from engine.terms import ReportKind


def bulletin(session: Session, bulletin_id: int, *, lock: bool = False) -> Bulletin:
    """Return one bulletin, locked for this transaction when asked.

    Raises:
        NotFoundError: there is none.
    """
    query = select(Bulletin).where(Bulletin.id == bulletin_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        message = f"没有通报 {bulletin_id}。"
        raise NotFoundError(message)
    return found


def by_number(session: Session, number: str) -> Bulletin | None:
    """Return the bulletin that carries an official number (发文字号), if any."""
    query = select(Bulletin).where(Bulletin.number == number, Bulletin.number != "")
    return session.exec(query).one_or_none()


def in_hand(session: Session, kind: ReportKind, days: tuple[date, date]) -> Bulletin | None:
    """Return the report of a kind and period that is being prepared, locked, if any."""
    query = select(Bulletin).where(
        Bulletin.kind == kind,
        Bulletin.since == days[0],
        Bulletin.until == days[1],
        col(Bulletin.status).in_(UNFINISHED),
    )
    return session.exec(query.with_for_update()).one_or_none()


def waiting(session: Session, limit: int = 100) -> Sequence[Bulletin]:
    """Return the bulletins a supervisor must look at, oldest first."""
    query = select(Bulletin).where(col(Bulletin.status).in_(UNFINISHED))
    return session.exec(query.order_by(col(Bulletin.id)).limit(limit)).all()


def newest(session: Session, kind: ReportKind, limit: int = 24) -> Sequence[Bulletin]:
    """Return the newest reports of a kind, whatever became of them."""
    query = select(Bulletin).where(Bulletin.kind == kind)
    return session.exec(query.order_by(col(Bulletin.id).desc()).limit(limit)).all()


def numbered(session: Session, year: int) -> Sequence[Bulletin]:
    """Return every bulletin that took a number in a year."""
    query = select(Bulletin).where(Bulletin.year == year, Bulletin.number != "")
    return session.exec(query.order_by(col(Bulletin.serial))).all()
