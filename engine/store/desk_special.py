"""What rarer forms of the desks ask: dates that wait to become earlier, links of evaluations."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from engine.lifecycle import WITH_UNIT
from engine.models import Clock, Ticket, TicketEventRecord
from engine.rules.recomputation import Change
from engine.store import evaluations
from engine.store.recomputing import IN_USE
from engine.terms import TicketEvent


def shortenings_of(session: Session, ticket: Ticket) -> list[tuple[Clock, TicketEventRecord]]:
    """Return a ticket's clocks whose shorter date waits for a supervisor, with the question."""
    details: Any = col(TicketEventRecord.details)
    query = select(TicketEventRecord).where(
        TicketEventRecord.ticket_id == ticket.id, details["recompute"].astext.is_not(None)
    )
    records = session.exec(query.order_by(col(TicketEventRecord.seq))).all()
    last = {one.details["clock"]: one for one in records}
    asked = {key: one for key, one in last.items()
             if one.details["recompute"] == Change.NEEDS_DECISION.value}  # fmt: skip
    if not asked:
        return []
    clocks = select(Clock).where(col(Clock.id).in_(asked), col(Clock.state).in_(IN_USE))
    return [(one, asked[one.id]) for one in session.exec(clocks.order_by(col(Clock.due_at)))]


class LinkState(StrEnum):
    """How a link of an evaluation stands: to be used, used, over, or none of ours."""

    OPEN = "open"
    USED = "used"
    OVER = "over"
    UNKNOWN = "unknown"


def link_state(session: Session, secret: str, now: datetime) -> LinkState:
    """Return how the link with that secret stands; nothing of its ticket is told."""
    digest = hashlib.sha256(secret.encode(errors="replace")).digest()
    link = evaluations.by_hash(session, digest)
    if link is None:
        return LinkState.UNKNOWN
    if link.used_at is not None:
        return LinkState.USED
    over = link.closed_at is not None or link.expires_at <= now
    return LinkState.OVER if over else LinkState.OPEN


def claims_waiting(session: Session, limit: int = 50) -> list[tuple[Ticket, TicketEventRecord]]:
    """Return the claims of another law's limit that wait for a supervisor, oldest first."""
    details: Any = col(TicketEventRecord.details)
    query = (
        select(Ticket, TicketEventRecord)
        .join(TicketEventRecord, col(TicketEventRecord.ticket_id) == col(Ticket.id))
        .where(
            col(Ticket.status).in_(WITH_UNIT), TicketEventRecord.event == TicketEvent.NOTE,
            details["statutory_claim"].astext.is_not(None),
        )
        .order_by(col(TicketEventRecord.id))
    )  # fmt: skip
    last = {ticket.id: (ticket, event) for ticket, event in session.exec(query)}
    return [one for one in last.values() if one[1].details["statutory_claim"] == "claimed"][:limit]
