"""What supervisors see of routing: heat, words no lexicon knows, a ticket's serial returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func
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


@dataclass(frozen=True)
class Heat:
    """How many tickets a row or unit got, how many are open, and how many came back to it."""

    name: str
    total: int
    open: int
    returned: int
    reworked: int


def _heat_columns() -> tuple[Any, ...]:
    open_ones = col(Ticket.closed_at).is_(None)
    return (
        func.count(), func.count(case((open_ones, 1))), func.sum(Ticket.returns),
        func.count(case((col(Ticket.reworks) > 0, 1))),
    )  # fmt: skip


def heat_by_unit(session: Session, since: datetime) -> list[Heat]:
    """Return the units whose tickets were taken in since a moment, the busiest first."""
    query = (
        select(Unit.name, *_heat_columns())
        .join(Unit, col(Unit.id) == col(Ticket.lead_unit_id))
        .where(col(Ticket.accepted_at) >= since)
        .group_by(col(Unit.name))
        .order_by(func.count().desc(), col(Unit.name))
    )
    return [Heat(*row) for row in session.exec(query)]


def heat_by_row(session: Session, since: datetime) -> list[Heat]:
    """Return the rows of the list cited by tickets taken in since a moment, the hottest first.

    A row's name is its number and the version of the list: 74@2023-19.
    """
    row = func.jsonb_array_elements_text(Ticket.task_rows)
    columns: tuple[Any, ...] = (Ticket.id, func.concat(row, "@", Ticket.catalogue_version))
    cited = (
        select(columns[0], columns[1].label("name"))
        .where(col(Ticket.accepted_at) >= since)
        .subquery()
    )
    query = (
        select(cited.c.name, *_heat_columns())
        .select_from(Ticket)
        .join(cited, cited.c.id == col(Ticket.id))
        .group_by(cited.c.name)
        .order_by(func.count().desc(), cited.c.name)
    )
    return [Heat(*found) for found in session.exec(query)]


@dataclass(frozen=True)
class DecisionCounts:
    """How often routing was sure, asked, turned away, or saw a conflict; and was overridden."""

    decided: dict[str, int]
    dispatched: int
    overridden: int


def decisions(session: Session, since: datetime) -> DecisionCounts:
    """Return what routing said of tickets taken in since a moment, and what people made of it."""
    recent = col(Ticket.accepted_at) >= since
    query = select(Ticket.routing_decision, func.count()).where(recent)
    counted = session.exec(query.group_by(col(Ticket.routing_decision))).all()
    proposed = func.jsonb_extract_path_text(Ticket.routing, "candidates", "0", "unit")
    led = (
        select(func.count(), func.count(case((proposed != Unit.name, 1))))
        .select_from(Ticket)
        .join(Unit, col(Unit.id) == col(Ticket.lead_unit_id))
        .where(recent)
    )
    dispatched, overridden = session.exec(led).one()
    decided = {str(one): count for one, count in counted if one is not None}
    return DecisionCounts(decided, dispatched, overridden)


def unrouted_texts(session: Session, since: datetime, limit: int = 1000) -> Sequence[str]:
    """Return title and content of tickets routing was not sure of, the newest first."""
    query = (
        select(Ticket.title + "。" + Ticket.content)
        .where(
            col(Ticket.accepted_at) >= since,
            col(Ticket.routing_decision).is_distinct_from(RoutingDecision.DISPATCH),
            col(Ticket.confidential).is_(False),
            Ticket.status != TicketStatus.MERGED,
        )
        .order_by(col(Ticket.id).desc())
        .limit(limit)
    )
    return session.exec(query).all()


def names_since(session: Session, since: datetime) -> set[str]:
    """Return the names of requesters and their enterprises, so that no statistic shows them.

    Raises:
        KeysError: names cannot be opened, so none could be kept out.
    """
    query = (
        select(Requester)
        .join(Ticket, col(Ticket.id) == col(Requester.ticket_id))
        .where(col(Ticket.accepted_at) >= since)
    )
    found = session.exec(query.execution_options(yield_per=1000))
    return {name for one in found for name in (one.enterprise, one.contact_name) if name}
