"""Queries about official letters."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, cast

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, exists, func, or_, select

from engine.errors import NotFoundError
from engine.models import Bulletin, Letter, LetterSerial
from engine.rules.letter_life import GONE_OUT, IN_HAND, UNFINISHED
from engine.terms import LetterKind, LetterStatus


def letter(session: Session, letter_id: int, *, lock: bool = False) -> Letter:
    """Return one letter, locked for this transaction when asked.

    Raises:
        NotFoundError: there is none.
    """
    query = select(Letter).where(Letter.id == letter_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        message = f"没有函件 {letter_id}。"
        raise NotFoundError(message)
    return found


def by_number(session: Session, number: str) -> Letter:
    """Return the letter that carries an official number (发文字号).

    Raises:
        NotFoundError: no letter has it.
    """
    found = session.exec(select(Letter).where(Letter.number == number)).one_or_none()
    if found is None:
        message = f"没有发文字号为“{number}”的函件。"
        raise NotFoundError(message)
    return found


def by_numbers(session: Session, numbers: AbstractSet[str]) -> Sequence[Letter]:
    """Return the letters that carry these official numbers."""
    query = select(Letter).where(col(Letter.number).in_(numbers))
    return session.exec(query).all() if numbers else []


def in_hand(
    session: Session, ticket_id: int, kind: LetterKind, unit_id: int | None = None
) -> Letter | None:
    """Return the letter of a kind that is being prepared for a ticket, if any.

    A unit has one of a kind in hand at most; what another unit left undone is its own letter.
    """
    query = select(Letter).where(
        Letter.ticket_id == ticket_id, Letter.kind == kind, col(Letter.status).in_(UNFINISHED)
    )
    if unit_id is not None:
        query = query.where(Letter.unit_id == unit_id)
    return session.exec(query.order_by(col(Letter.id))).first()


def of_ticket(session: Session, ticket_id: int) -> Sequence[Letter]:
    """Return every letter about a ticket, oldest first."""
    query = select(Letter).where(Letter.ticket_id == ticket_id)
    return session.exec(query.order_by(col(Letter.id))).all()


def locked_of_ticket(session: Session, ticket_id: int) -> Sequence[Letter]:
    """Return the letters about a locked ticket, locked, oldest first.

    One that somebody decides on at this moment is left to them: they look at the ticket next.
    """
    query = select(Letter).where(Letter.ticket_id == ticket_id).order_by(col(Letter.id))
    locked = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return session.exec(locked).all()


def waiting(session: Session, limit: int = 200) -> Sequence[Letter]:
    """Return the letters a supervisor must look at, oldest first."""
    query = select(Letter).where(col(Letter.status).in_(UNFINISHED))
    return session.exec(query.order_by(col(Letter.id)).limit(limit)).all()


def referral_about(session: Session, accused_unit_id: int) -> Letter | None:
    """Return the oldest referral about a unit that is being prepared and not signed yet, locked.

    One that somebody is at work on at this moment is left to them, and not found.
    """
    about = cast("Any", Letter.facts)["accused_unit_id"].as_integer()
    query = select(Letter).where(
        Letter.kind == LetterKind.REFERRAL, about == accused_unit_id,
        col(Letter.status).in_(IN_HAND),
    )  # fmt: skip
    locked = query.order_by(col(Letter.id)).limit(1).with_for_update(skip_locked=True)
    return session.exec(locked.execution_options(populate_existing=True)).first()


def proposed_referrals(session: Session, accused_unit_id: int) -> Sequence[Letter]:
    """Return the referrals about a unit that nobody has drafted yet, locked.

    One that somebody is at work on at this moment is left to them, and not found.
    """
    about = cast("Any", Letter.facts)["accused_unit_id"].as_integer()
    query = select(Letter).where(
        Letter.kind == LetterKind.REFERRAL, about == accused_unit_id,
        Letter.status == LetterStatus.PROPOSED,
    )  # fmt: skip
    return session.exec(query.order_by(col(Letter.id)).with_for_update(skip_locked=True)).all()


def tickets_of_referrals(session: Session, accused_unit_ids: AbstractSet[int]) -> set[int]:
    """Return the tickets that have a referral about one of those units, in hand or sent."""
    about = cast("Any", Letter.facts)["accused_unit_id"].as_integer()
    query = select(Letter.ticket_id).where(
        Letter.kind == LetterKind.REFERRAL, about.in_(accused_unit_ids),
        col(Letter.status).not_in((LetterStatus.DROPPED, LetterStatus.VOIDED)),
    )  # fmt: skip
    return set(session.exec(query.distinct()).all()) if accused_unit_ids else set()


def kinds_waiting(session: Session, limit: int) -> Sequence[LetterKind]:
    """Return of which kinds those letters are: a count needs no texts."""
    query = select(Letter.kind).where(col(Letter.status).in_(UNFINISHED))
    found = session.exec(query.order_by(col(Letter.id)).limit(limit))
    return [LetterKind.parse(one) for one in found]


def sent(session: Session, before: int | None = None, limit: int = 200) -> Sequence[Letter]:
    """Return the letters that have gone out, newest first, down from a key."""
    query = select(Letter).where(col(Letter.status).in_(GONE_OUT))
    if before is not None:
        query = query.where(col(Letter.id) < before)
    return session.exec(query.order_by(col(Letter.id).desc()).limit(limit)).all()


def voided(session: Session, limit: int = 200) -> Sequence[Letter]:
    """Return the letters whose number was voided, newest first."""
    query = select(Letter).where(Letter.status == LetterStatus.VOIDED)
    return session.exec(query.order_by(col(Letter.id).desc()).limit(limit)).all()


def numbered(session: Session, year: int) -> Sequence[Letter]:
    """Return every letter that took a number in a year, in the order of the numbers."""
    query = select(Letter).where(Letter.year == year, Letter.number != "")
    return session.exec(query.order_by(col(Letter.organ_code), col(Letter.serial))).all()


def series_of(session: Session, year: int) -> Sequence[tuple[str, int]]:
    """Return the organ codes that gave numbers in a year, each with the last one given."""
    query = select(LetterSerial.organ_code, LetterSerial.last).where(LetterSerial.year == year)
    return session.exec(query.order_by(LetterSerial.organ_code)).all()


def corrections_of(session: Session, letter_id: int) -> Sequence[Letter]:
    """Return the letters that correct a letter and were not dropped or voided, oldest first."""
    gone = (LetterStatus.DROPPED, LetterStatus.VOIDED)
    query = select(Letter).where(Letter.corrects_id == letter_id, col(Letter.status).not_in(gone))
    return session.exec(query.order_by(col(Letter.id))).all()


def sent_to_unit_since(session: Session, unit_id: int, since: datetime) -> Sequence[Letter]:
    """Return the rectification letters sent to a unit since a moment."""
    left = func.coalesce(col(Letter.sent_at), col(Letter.approved_at))
    query = select(Letter).where(
        Letter.unit_id == unit_id, Letter.kind == LetterKind.RECTIFICATION,
        col(Letter.status).in_(GONE_OUT), left >= since,
    )  # fmt: skip
    return session.exec(query).all()


def sent_to_unit(session: Session, unit_id: int, limit: int = 20) -> Sequence[Letter]:
    """Return the newest letters that went to a unit, oldest first."""
    query = select(Letter).where(Letter.unit_id == unit_id, col(Letter.status).in_(GONE_OUT))
    found = session.exec(query.order_by(col(Letter.id).desc()).limit(limit)).all()
    return found[::-1]


def next_serial(session: Session, organ_code: str, year: int) -> int:
    """Return the next number of an organ code and year; the row lock keeps the series gap-free."""
    statement = insert(LetterSerial).values(organ_code=organ_code, year=year, last=1)
    grown = statement.on_conflict_do_update(
        index_elements=["organ_code", "year"], set_={"last": LetterSerial.last + 1}
    ).returning(col(LetterSerial.last))
    return int(session.exec(grown).scalar_one())


def is_given(session: Session, number: str) -> bool:
    """Return whether a letter or a bulletin has an official number already."""
    given = (exists().where(col(one.number) == number) for one in (Letter, Bulletin))
    return bool(session.exec(select(or_(*given))).one())
