"""Who held tickets when (占用经过), read for many at once: events, lead assignments, returns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from engine.models import Assignment, ReturnRequest, Ticket, Unit
from engine.store.light import among
from engine.terms import AssignmentRole, ReturnRuling, TicketEvent, TicketStatus

# What moves neither status nor lead nor pause, so that who holds a ticket stays the same.
ASIDE = (
    TicketEvent.ROUTE, TicketEvent.WARN, TicketEvent.BREACH, TicketEvent.REMIND,
    TicketEvent.ESCALATE, TicketEvent.NOTE, TicketEvent.SUPPLEMENT, TicketEvent.JUDGE_BREACH,
    TicketEvent.EXCLUDE, TicketEvent.APPEAL, TicketEvent.PROPOSE_LETTER, TicketEvent.DRAFT_LETTER,
    TicketEvent.UNMASK, TicketEvent.ATTACH, TicketEvent.DOWNLOAD, TicketEvent.UNDELIVERED,
)  # fmt: skip
_EVENT_OF = {one.value: one for one in TicketEvent}
_STATUS_OF = {one.value: one for one in TicketStatus}
# Thousands of tickets are read at once: as plain words, not as rows of a table.
_EVENTS = text("""
SELECT ticket_id, event, at, to_status, CASE WHEN event IN ('pause', 'resume') THEN details END
FROM ticket_event
WHERE ticket_id = ANY(:ids) AND (event <> ALL(:aside) OR from_status IS DISTINCT FROM to_status)
ORDER BY ticket_id, seq
""")


class Happened(NamedTuple):
    """An event of a ticket, with what a pause says of itself and nothing of other events."""

    event: TicketEvent
    at: datetime
    status: TicketStatus
    details: dict[str, Any] | None


class Lead(NamedTuple):
    """An assignment of a lead unit."""

    id: int
    unit_id: int
    dispatched_at: datetime


class Returned(NamedTuple):
    """A unit's wish to send a ticket back, and its ruling."""

    assignment_id: int
    unit_id: int
    ruling: ReturnRuling


@dataclass(frozen=True)
class History:
    """What tells who held a ticket, each list oldest first."""

    accepted_at: datetime
    designated: bool
    events: list[Happened] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    returns: list[Returned] = field(default_factory=list)


def histories(session: Session, ids: Collection[int]) -> dict[int, History]:
    """Return the histories of some tickets by their ids."""
    of_tickets = select(Ticket.id, Ticket.accepted_at, Ticket.designated)
    found = {id_: History(accepted, designated) for id_, accepted, designated in session.exec(
        of_tickets.where(among(Ticket.id, ids)))}  # fmt: skip
    values = {"ids": sorted(ids), "aside": list(ASIDE)}
    for ticket_id, event, at, status, said in session.connection().execute(_EVENTS, values):
        happened = Happened(_EVENT_OF[event], at, _STATUS_OF[status], said)
        found[ticket_id].events.append(happened)
    for ticket_id, *row in session.execute(_leads(ids)):
        found[ticket_id].leads.append(Lead(*row))
    for ticket_id, *row in session.execute(_returns(ids)):
        found[ticket_id].returns.append(Returned(*row))
    return found


def _leads(ids: Collection[int]) -> Any:
    one = Assignment
    columns: tuple[Any, ...] = (one.ticket_id, one.id, one.unit_id, one.dispatched_at)
    query = select(*columns).where(among(one.ticket_id, ids), one.role == AssignmentRole.LEAD)
    return query.order_by(col(one.id))


def _returns(ids: Collection[int]) -> Any:
    one = ReturnRequest
    columns: tuple[Any, ...] = (one.ticket_id, one.assignment_id, one.unit_id, one.ruling)
    return select(*columns).where(among(one.ticket_id, ids)).order_by(col(one.id))


def units_by_id(session: Session) -> dict[int, Unit]:
    """Return every unit there is or was, by its id."""
    return {one.id: one for one in _every_unit(session)}


def _every_unit(session: Session) -> Sequence[Unit]:
    return session.exec(select(Unit)).all()
