"""Queries of the Open311 service: tickets that anybody with a key may know of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from engine.lifecycle import FINAL
from engine.models import Clock, IdempotencyRecord, Ticket, TicketEventRecord, Unit
from engine.terms import ClockKind, TicketKind


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for: numbers, or kinds, a span of acceptance and a state; the newest first."""

    numbers: Sequence[str] = ()
    kinds: Sequence[TicketKind] = ()
    start: datetime | None = None
    end: datetime | None = None
    closed: bool | None = None
    limit: int = 1000


@dataclass(frozen=True)
class Shown:
    """A ticket with its unit's name, when it last changed, and when it is due."""

    ticket: Ticket
    unit: str | None
    updated_at: datetime | None
    due_at: datetime | None


def requests(session: Session, wanted: Wanted) -> list[Shown]:
    """Return the tickets asked for that may be shown, newest first."""
    query = select(Ticket).where(
        Ticket.kind != TicketKind.REPORT, col(Ticket.confidential).is_(False)
    )
    if wanted.numbers:
        query = query.where(col(Ticket.number).in_(wanted.numbers))
    if wanted.kinds:
        query = query.where(col(Ticket.kind).in_(wanted.kinds))
    if wanted.start is not None:
        query = query.where(col(Ticket.accepted_at) >= wanted.start)
    if wanted.end is not None:
        query = query.where(col(Ticket.accepted_at) <= wanted.end)
    if wanted.closed is not None:
        final = col(Ticket.status).in_(list(FINAL))
        query = query.where(final if wanted.closed else ~final)
    ordered = query.order_by(col(Ticket.accepted_at).desc(), col(Ticket.id).desc())
    return _with_more(session, session.exec(ordered.limit(wanted.limit)).all())


def _with_more(session: Session, found: Sequence[Ticket]) -> list[Shown]:
    ids = [one.id for one in found]
    events = (
        select(TicketEventRecord.ticket_id, func.max(TicketEventRecord.recorded_at))
        .where(col(TicketEventRecord.ticket_id).in_(ids))
        .group_by(col(TicketEventRecord.ticket_id))
    )
    changed = dict(session.execute(events).tuples().all())
    clocks = select(Clock.ticket_id, Clock.due_at).where(
        col(Clock.ticket_id).in_(ids), Clock.kind == ClockKind.REQUESTER
    )
    dues = dict(session.execute(clocks.order_by(col(Clock.id))).tuples().all())
    names = dict(session.execute(select(Unit.id, Unit.name)).tuples().all())
    return [
        Shown(one, names.get(one.lead_unit_id or 0), changed.get(one.id), dues.get(one.id))
        for one in found
    ]


def number_of_token(session: Session, api_key_id: int, token: str, source: str) -> str | None:
    """Return the number of the ticket that a key wrote under a name of its own."""
    kept = (
        select(Ticket.number)
        .join(IdempotencyRecord, col(IdempotencyRecord.ticket_id) == col(Ticket.id))
        .where(
            IdempotencyRecord.api_key_id == api_key_id,
            col(IdempotencyRecord.key).in_([f"key:{token}", f"external:{source}:{token}"]),
        )
    )
    return session.exec(kept.order_by(col(IdempotencyRecord.id)).limit(1)).first()
