"""Queries about earlier tickets on the same matter or object; bounded, by index."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, or_, select

from engine.models import Requester, Ticket, TicketEventRecord
from engine.terms import TicketEvent, TicketStatus

MOST_OF_ONE = 20
MOST_IN_WINDOW = 200
BEGINNING = 300
WAITING = (TicketStatus.ACCEPTED, TicketStatus.TO_BE_DISPATCHED)


class Matter(NamedTuple):
    """What is compared of an earlier ticket; `requester` tells requesters apart."""

    id: int
    number: str
    received_at: datetime
    accused_unit_id: int | None
    text: str
    requester: str


def of_requester(
    session: Session, ticket: Ticket, requester: Requester, since: datetime
) -> Sequence[Matter]:
    """Return the earlier tickets of one requester: same number, enterprise or credit code."""
    same = [col(Requester.phone) == requester.phone]
    if requester.enterprise:
        same.append(col(Requester.enterprise) == requester.enterprise)
    if requester.credit_code:
        same.append(col(Requester.credit_code) == requester.credit_code)
    return _earlier(session, ticket, since, or_(*same), MOST_OF_ONE)


def in_window(session: Session, ticket: Ticket, since: datetime) -> Sequence[Matter]:
    """Return the tickets of everybody since a moment, newest first, as many as are compared."""
    return _earlier(session, ticket, since, None, MOST_IN_WINDOW)


def _earlier(
    session: Session, ticket: Ticket, since: datetime, same: ColumnElement[bool] | None, limit: int
) -> Sequence[Matter]:
    named = func.coalesce(
        func.nullif(Requester.credit_code, ""), func.nullif(Requester.enterprise, ""),
        Requester.phone,
    )  # fmt: skip
    text = func.concat(Ticket.title, func.substr(Ticket.content, 1, BEGINNING))
    query = (
        select(Ticket.id, Ticket.number, Ticket.accepted_at, Ticket.accused_unit_id)
        .add_columns(text, named)
        .join(Requester, col(Requester.ticket_id) == col(Ticket.id))
        .where(
            col(Ticket.accepted_at) >= since, col(Ticket.id) != ticket.id,
            col(Ticket.parent_id).is_(None),
        )
        .order_by(col(Ticket.accepted_at).desc(), col(Ticket.id).desc())
        .limit(limit)
    )  # fmt: skip
    if same is not None:
        query = query.where(same)
    return [Matter(*row) for row in session.execute(query)]


def children(session: Session, ticket: Ticket) -> Sequence[Ticket]:
    """Return the tickets split off from a ticket."""
    return session.exec(select(Ticket).where(Ticket.parent_id == ticket.id)).all()


def refusals_waiting(session: Session, before: datetime, limit: int) -> Sequence[Ticket]:
    """Return waiting tickets, registered before a moment, whose refusal nobody has decided."""
    query = (
        select(Ticket)
        .where(
            col(Ticket.status).in_(WAITING), col(Ticket.accepted_at) < before,
            _recorded(col(TicketEventRecord.event) == TicketEvent.PROPOSE_REFUSAL),
            ~_recorded(TicketEventRecord.details["deemed_accepted"].astext.is_not(None)),
        )
        .order_by(col(Ticket.id))
        .limit(limit)
    )  # fmt: skip
    return session.exec(query).all()


def _recorded(what: ColumnElement[bool]) -> ColumnElement[bool]:
    events = select(TicketEventRecord.id)
    return events.where(TicketEventRecord.ticket_id == col(Ticket.id), what).exists()
