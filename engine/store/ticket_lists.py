"""Lists of tickets for other systems: filtered, in the order they were written, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from engine.errors import BadInputError
from engine.models import Clock, Ticket, TicketEventRecord
from engine.store.tickets import unit_by_name
from engine.terms import ClockState, TicketKind, TicketStatus

Tickets = SelectOfScalar[Ticket]


@dataclass(frozen=True, kw_only=True)
class TicketFilter:
    """Which tickets a list shows; `after` is the number of the last one seen.

    `since` and `until` are about acceptance, the latter excluded; `overdue` asks whether a clock
    that runs is past its due moment at `now`.
    """

    now: datetime
    statuses: Sequence[TicketStatus] = ()
    kinds: Sequence[TicketKind] = ()
    unit: str = ""
    source: str = ""
    external_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    updated_since: datetime | None = None
    overdue: bool | None = None
    after: str = ""
    limit: int = 50


def tickets_page(session: Session, wanted: TicketFilter) -> Sequence[Ticket]:
    """Return a page of tickets in the order they were written, with one more when more follow.

    Raises:
        NotFoundError: there is no such unit.
        BadInputError: `after` is no ticket's number.
    """
    query = _of_whom(session, _of_what(select(Ticket), wanted), wanted)
    query = _of_when(query, wanted)
    if wanted.after:
        query = query.where(col(Ticket.id) > _id_of(session, wanted.after))
    return session.exec(query.order_by(col(Ticket.id)).limit(wanted.limit + 1)).all()


def _of_what(query: Tickets, wanted: TicketFilter) -> Tickets:
    if wanted.statuses:
        query = query.where(col(Ticket.status).in_(wanted.statuses))
    if wanted.kinds:
        query = query.where(col(Ticket.kind).in_(wanted.kinds))
    return query


def _of_whom(session: Session, query: Tickets, wanted: TicketFilter) -> Tickets:
    if wanted.unit:
        query = query.where(Ticket.lead_unit_id == unit_by_name(session, wanted.unit).id)
    if wanted.source:
        query = query.where(Ticket.source == wanted.source)
    if wanted.external_id:
        query = query.where(Ticket.external_id == wanted.external_id)
    return query


def _of_when(query: Tickets, wanted: TicketFilter) -> Tickets:
    if wanted.since is not None:
        query = query.where(col(Ticket.accepted_at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(Ticket.accepted_at) < wanted.until)
    if wanted.updated_since is not None:
        events = select(TicketEventRecord.ticket_id)
        changed = events.where(col(TicketEventRecord.recorded_at) >= wanted.updated_since)
        query = query.where(col(Ticket.id).in_(changed))
    if wanted.overdue is not None:
        late = select(Clock.ticket_id).where(
            Clock.state == ClockState.RUNNING, col(Clock.due_at) <= wanted.now
        )
        is_late = col(Ticket.id).in_(late)
        query = query.where(is_late if wanted.overdue else ~is_late)
    return query


def _id_of(session: Session, number: str) -> int:
    found = session.exec(select(Ticket.id).where(Ticket.number == number)).one_or_none()
    if found is None:
        message = f"没有工单 {number}，不能从它往后列。"
        raise BadInputError(message, fields={"after": message})
    return found
