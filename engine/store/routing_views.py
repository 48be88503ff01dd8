"""What supervisors see of routing: words no lexicon knows, a ticket's serial returns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from engine.models import Account, Assignment, Requester, ReturnRequest, Ticket, Unit
from engine.terms import (
    AssignmentRole,
    RoutingDecision,
    TicketStatus,
)


@dataclass(frozen=True)
class ReturnLine:
    """One return of a ticket: who, when, why, on what basis, whom it named, and the ruling."""

    unit: str
    requested_at: datetime
    requested_by: str
    reason: str
    explanation: str
    legal_basis: str
    suggested: str
    ruling: str
    ruled_at: datetime | None
    ruled_by: str
    ruling_reason: str


@dataclass(frozen=True)
class Stay:
    """A unit's time with a ticket as its lead, and how it ended."""

    unit: str
    since: datetime
    until: datetime | None
    ended: str


@dataclass(frozen=True)
class SerialReturns:
    """A ticket's way from unit to unit (连续退单) as one picture."""

    number: str
    stays: tuple[Stay, ...]
    returns: tuple[ReturnLine, ...]
    designated: bool

    @property
    def serial(self) -> bool:
        """Return whether units disagreed more than once."""
        return len(self.returns) > 1


def serial_returns(session: Session, ticket: Ticket) -> SerialReturns:
    """Return who had a ticket, who sent it back and why, and what was ruled, oldest first."""
    return SerialReturns(
        ticket.number, _stays(session, ticket), _returns(session, ticket), ticket.designated
    )


def _stays(session: Session, ticket: Ticket) -> tuple[Stay, ...]:
    query = (
        select(Unit.name, Assignment.dispatched_at, Assignment.ended_at, Assignment.end_reason)
        .join(Unit, col(Unit.id) == col(Assignment.unit_id))
        .where(Assignment.ticket_id == ticket.id, Assignment.role == AssignmentRole.LEAD)
        .order_by(col(Assignment.id))
    )
    return tuple(Stay(*row) for row in session.exec(query))


def _returns(session: Session, ticket: Ticket) -> tuple[ReturnLine, ...]:
    wanted, asker, judge = aliased(Unit), aliased(Account), aliased(Account)
    columns: tuple[Any, ...] = (ReturnRequest, Unit, wanted, asker, judge)
    query = (
        select(*columns)
        .join(Unit, col(Unit.id) == col(ReturnRequest.unit_id))
        .join(wanted, wanted.id == col(ReturnRequest.suggested_unit_id), isouter=True)
        .join(asker, asker.id == col(ReturnRequest.requested_by_id))
        .join(judge, judge.id == col(ReturnRequest.ruled_by_id), isouter=True)
        .where(ReturnRequest.ticket_id == ticket.id)
        .order_by(col(ReturnRequest.id))
    )
    return tuple(_line(*row) for row in session.exec(query))


def _line(
    one: ReturnRequest, unit: Unit, wanted: Unit | None, asker: Account, judge: Account | None
) -> ReturnLine:
    return ReturnLine(
        unit=unit.name, requested_at=one.requested_at, requested_by=asker.name,
        reason=one.reason.label, explanation=one.explanation, legal_basis=one.legal_basis,
        suggested=wanted.name if wanted else "", ruling=one.ruling.label, ruled_at=one.ruled_at,
        ruled_by=judge.name if judge else "", ruling_reason=one.ruling_reason,
    )  # fmt: skip


def unrouted_texts(session: Session, since: datetime, limit: int = 1000) -> dict[int, str]:
    """Return title and content of tickets routing was not sure of, by ticket, the newest first."""
    query = (
        select(Ticket.id, Ticket.title + "。" + Ticket.content)
        .where(
            col(Ticket.accepted_at) >= since,
            col(Ticket.routing_decision).is_distinct_from(RoutingDecision.DISPATCH),
            col(Ticket.confidential).is_(False),
            Ticket.status != TicketStatus.MERGED,
        )
        .order_by(col(Ticket.id).desc())
        .limit(limit)
    )
    return dict(session.exec(query).all())


def names_of(session: Session, tickets: Iterable[int]) -> set[str]:
    """Return the names of tickets' requesters and enterprises, so that no statistic shows them.

    Raises:
        KeysError: names cannot be opened, so none could be kept out.
    """
    found = session.exec(select(Requester).where(col(Requester.ticket_id).in_(tickets)))
    return {name for one in found for name in (one.enterprise, one.contact_name) if name}
