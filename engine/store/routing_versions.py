"""Queries about versions of routing, and about the tickets that routing learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import ReturnRequest, RoutingVersion, Ticket, Unit
from engine.store.questions import Question
from engine.store.writing import run
from engine.terms import ReturnRuling, TicketKind, TicketStatus

LOCK = 4_0003  # our advisory lock: one change of routing at a time


@dataclass(frozen=True)
class Settled:
    """A ticket's words and the unit that was right for it; of a return, the one that was not."""

    ticket_id: int
    title: str
    content: str
    kind: TicketKind
    unit: str


SETTLED: tuple[Any, ...] = (Ticket.id, Ticket.title, Ticket.content, Ticket.kind, Unit.name)


class Stamp(NamedTuple):
    """Which version of routing is in force, and a digest of its content."""

    id: int
    digest: str


STAMP = Question("SELECT id, digest FROM routing_version WHERE kept ORDER BY id DESC LIMIT 1")


def stamp(session: Session) -> Stamp | None:
    """Return id and digest of the version in force: a few microseconds, one index."""
    found = run(session, *STAMP).fetchone()
    return Stamp(*found) if found else None


def in_force(session: Session) -> RoutingVersion | None:
    """Return the version in force; none is the lexicon as shipped."""
    query = select(RoutingVersion).where(col(RoutingVersion.kept))
    return session.exec(query.order_by(col(RoutingVersion.id).desc()).limit(1)).one_or_none()


def newest(session: Session) -> RoutingVersion | None:
    """Return the newest version, kept or not."""
    query = select(RoutingVersion).order_by(col(RoutingVersion.id).desc()).limit(1)
    return session.exec(query).one_or_none()


def versions(session: Session, limit: int = 50) -> Sequence[RoutingVersion]:
    """Return the versions, newest first."""
    query = select(RoutingVersion).order_by(col(RoutingVersion.id).desc()).limit(limit)
    return session.exec(query).all()


def version(session: Session, number: int) -> RoutingVersion:
    """Return a version by its number.

    Raises:
        NotFoundError: there is none.
    """
    found = session.get(RoutingVersion, number)
    if found is None:
        message = f"没有第 {number} 版派单规则。"
        raise NotFoundError(message)
    return found


def lock(session: Session) -> None:
    """Let one transaction at a time change routing."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def confirmed(session: Session, limit: int) -> list[Settled]:
    """Return closed tickets whose lead stayed (已确认的派单), the newest first.

    Demonstration tickets teach nothing.
    """
    query = (
        select(*SETTLED)
        .join(Unit, col(Unit.id) == col(Ticket.lead_unit_id))
        .where(Ticket.status == TicketStatus.CLOSED, col(Ticket.demonstration).is_(False))
        .order_by(col(Ticket.closed_at).desc(), col(Ticket.id).desc())
        .limit(limit)
    )
    return [Settled(*row) for row in session.execute(query)]


def upheld_returns(session: Session, limit: int) -> list[Settled]:
    """Return tickets that a unit rightly sent back, with that unit, the newest first."""
    query = (
        select(*SETTLED)
        .join(ReturnRequest, col(ReturnRequest.ticket_id) == col(Ticket.id))
        .join(Unit, col(Unit.id) == col(ReturnRequest.unit_id))
        .where(ReturnRequest.ruling == ReturnRuling.UPHELD, col(Ticket.demonstration).is_(False))
        .order_by(col(ReturnRequest.id).desc())
        .limit(limit)
    )
    return [Settled(*row) for row in session.execute(query)]
