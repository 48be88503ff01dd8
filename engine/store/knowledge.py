"""Queries about the knowledge base (知识库) and the consultations it does not answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, text
from sqlmodel import Session, col, or_, select

from engine.errors import NotFoundError
from engine.models import KnowledgeEntry, KnowledgeUse, KnowledgeVersion, Unit
from engine.rules.knowledge import Asked
from engine.store.matters import BEGINNING
from engine.terms import KnowledgeReview, KnowledgeState

MOST_ENTRIES = 2000
MOST_ASKED = 200
_ASKED = text(f"""
SELECT t.number, concat(t.title, ' ', substr(t.content, 1, {BEGINNING})), t.title FROM ticket t
WHERE t.accepted_at > :since AND t.kind = 'consultation' AND NOT t.confidential
  AND t.status NOT IN ('voided', 'merged')
  AND NOT EXISTS (SELECT 1 FROM knowledge_use u WHERE u.ticket_id = t.id)
ORDER BY t.accepted_at DESC LIMIT :most
""")


@dataclass(frozen=True)
class Row:
    """An entry with its owner, the version in force, and how often it was cited."""

    entry: KnowledgeEntry
    unit: Unit
    version: KnowledgeVersion | None
    used: int
    waiting: bool


def entry(session: Session, entry_id: int, *, lock: bool = False) -> KnowledgeEntry:
    """Return one entry.

    Raises:
        NotFoundError: there is none.
    """
    query = select(KnowledgeEntry).where(KnowledgeEntry.id == entry_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        message = "知识库没有这一条。"
        raise NotFoundError(message)
    return found


def of_unit(session: Session, unit_id: int) -> Sequence[KnowledgeEntry]:
    """Return a unit's entries that are wanted or in use."""
    query = select(KnowledgeEntry).where(
        KnowledgeEntry.unit_id == unit_id, KnowledgeEntry.state != KnowledgeState.WITHDRAWN
    )
    return session.exec(query.order_by(col(KnowledgeEntry.id))).all()


def versions(session: Session, entry_id: int) -> Sequence[KnowledgeVersion]:
    """Return every version of an entry, newest first."""
    query = select(KnowledgeVersion).where(KnowledgeVersion.entry_id == entry_id)
    return session.exec(query.order_by(col(KnowledgeVersion.number).desc())).all()


def questions(session: Session, today: date) -> dict[int, str]:
    """Return the questions of the entries that may be used today, by version."""
    query = (
        select(KnowledgeVersion.id, KnowledgeVersion.question)
        .join(KnowledgeEntry, col(KnowledgeEntry.version_id) == col(KnowledgeVersion.id))
        .where(KnowledgeEntry.state == KnowledgeState.IN_FORCE,
               col(KnowledgeEntry.valid_until) >= today)
        .limit(MOST_ENTRIES)
    )  # fmt: skip
    return dict(session.exec(query).all())


def usable(session: Session, version_id: int, today: date) -> KnowledgeVersion | None:
    """Return a version if it is in force and valid today."""
    query = (
        select(KnowledgeVersion)
        .join(KnowledgeEntry, col(KnowledgeEntry.version_id) == col(KnowledgeVersion.id))
        .where(KnowledgeVersion.id == version_id, KnowledgeEntry.state == KnowledgeState.IN_FORCE,
               col(KnowledgeEntry.valid_until) >= today)
    )  # fmt: skip
    return session.exec(query).one_or_none()


def by_version(session: Session, ids: Sequence[int]) -> list[tuple[KnowledgeVersion, Unit]]:
    """Return some versions with their owners, in that order."""
    query = (
        select(KnowledgeVersion, Unit)
        .join(KnowledgeEntry, col(KnowledgeEntry.id) == col(KnowledgeVersion.entry_id))
        .join(Unit, col(Unit.id) == col(KnowledgeEntry.unit_id))
        .where(col(KnowledgeVersion.id).in_(ids))
    )
    found = {version.id: (version, unit) for version, unit in session.exec(query)}
    return [found[one] for one in ids if one in found]


def rows(
    session: Session, unit_id: int | None = None, ids: Sequence[int] | None = None
) -> list[Row]:
    """Return entries with owners, the next to end first; of one unit, or of some versions."""
    query = select(KnowledgeEntry, Unit).join(Unit, col(Unit.id) == col(KnowledgeEntry.unit_id))
    if unit_id is not None:
        query = query.where(KnowledgeEntry.unit_id == unit_id)
    if ids is not None:
        query = query.where(col(KnowledgeEntry.version_id).in_(ids))
    order = (col(KnowledgeEntry.state) != KnowledgeState.WANTED, col(KnowledgeEntry.valid_until),
             col(KnowledgeEntry.id))  # fmt: skip
    found = session.exec(query.order_by(*order).limit(MOST_ENTRIES)).all()
    used, waiting = _used(session), _waiting(session)
    current = _versions(session, [one.version_id for one, _ in found if one.version_id])
    return [
        Row(one, unit, current.get(one.version_id or 0), used.get(one.id, 0), one.id in waiting)
        for one, unit in found
    ]


def _versions(session: Session, ids: Sequence[int]) -> dict[int, KnowledgeVersion]:
    query = select(KnowledgeVersion).where(col(KnowledgeVersion.id).in_(ids))
    return {one.id: one for one in session.exec(query)}


def _used(session: Session) -> dict[int, int]:
    query = select(KnowledgeUse.entry_id, func.count()).group_by(col(KnowledgeUse.entry_id))
    return dict(session.exec(query).all())


def _waiting(session: Session) -> set[int]:
    query = select(KnowledgeVersion.entry_id).where(
        KnowledgeVersion.review == KnowledgeReview.PROPOSED
    )
    return set(session.exec(query).all())


def asked(session: Session, since: datetime) -> list[Asked]:
    """Return the newest consultations since a moment that no entry has answered."""
    found = session.connection().execute(_ASKED, {"since": since, "most": MOST_ASKED})
    return [Asked(*row) for row in found]


def known(session: Session, today: date) -> tuple[list[str], set[str]]:
    """Return the questions that are answered or asked for, and the tickets asked for already."""
    query = select(KnowledgeEntry.question, KnowledgeEntry.asked).where(or_(
        col(KnowledgeEntry.state) == KnowledgeState.WANTED,
        (col(KnowledgeEntry.state) == KnowledgeState.IN_FORCE)
        & (col(KnowledgeEntry.valid_until) >= today),
    ))  # fmt: skip
    found = session.exec(query).all()
    return [question for question, _ in found], {one for _, some in found for one in some}


def ending(session: Session, until: date) -> list[tuple[KnowledgeEntry, Unit]]:
    """Return the entries in force whose last day is by then, with their owners."""
    query = (
        select(KnowledgeEntry, Unit)
        .join(Unit, col(Unit.id) == col(KnowledgeEntry.unit_id))
        .where(KnowledgeEntry.state == KnowledgeState.IN_FORCE,
               col(KnowledgeEntry.valid_until) <= until)
        .order_by(col(KnowledgeEntry.id))
    )  # fmt: skip
    return list(session.exec(query).all())
