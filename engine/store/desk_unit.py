"""What a handling unit's desk shows: its open work, and the letters it must answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select

from engine.models import Assignment, Clock, Letter, Ticket
from engine.rules.letter_life import OPEN_REPLY
from engine.rules.standing import is_asked_no_more
from engine.store.desk_views import LIVE, Line, lines_of
from engine.store.light import among
from engine.terms import AssignmentRole, ClockKind, LetterKind, TicketStatus

MOST = 60
LATER = datetime(9999, 1, 1, tzinfo=UTC)
# When the unit's own running clock on a ticket ends: what its work is sorted by.
_DUE: Any = func.coalesce(
    select(func.min(Clock.due_at))
    .where(Clock.assignment_id == Assignment.id, col(Clock.state).in_(LIVE))
    .correlate(Assignment)
    .scalar_subquery(),
    LATER,
)
DONE = (TicketStatus.ANSWERED, TicketStatus.CALLBACK_DUE)


@dataclass(frozen=True)
class Card:
    """One piece of a unit's work: the ticket, its own slip, and the clock to watch."""

    line: Line
    part: Assignment

    @property
    def clock(self) -> Clock | None:
        """Return the unit's own clock to watch: the one that ends first."""
        kinds = (ClockKind.SIGN_FOR, ClockKind.HANDLING, ClockKind.ASSISTING,
                 ClockKind.FIRST_CONTACT)  # fmt: skip
        mine = [one for one in self.line.clocks if one.assignment_id == self.part.id]
        if self.part.signed_at is not None:
            mine = [one for one in mine if one.kind is not ClockKind.SIGN_FOR]
        live = [one for one in mine if one.state in LIVE and one.kind in kinds]
        if live:
            return min(live, key=lambda one: (one.due_at, kinds.index(one.kind)))
        stopped = [one for one in mine if one.kind in kinds[1:3]]
        return stopped[-1] if stopped else None

    @property
    def answering(self) -> Clock | None:
        """Return the clock that ends with the unit's answer."""
        kind = ClockKind.HANDLING if self.leads else ClockKind.ASSISTING
        found = [one for one in self.line.clocks
                 if one.assignment_id == self.part.id and one.kind is kind]  # fmt: skip
        return found[-1] if found else None

    @property
    def leads(self) -> bool:
        """Return whether the unit has the lead."""
        return self.part.role is AssignmentRole.LEAD

    def group(self, now: datetime, today_ends: datetime) -> str:
        """Return under which heading of the desk this work stands."""
        if not self.leads:
            return "answered" if self.part.answered_at else "assisting"
        if self.line.ticket.status in DONE:
            return "answered"
        if self.line.ticket.status is TicketStatus.RETURNED:
            return "returned"
        clock = self.answering
        if clock is not None and clock.state in LIVE and clock.due_at <= today_ends:
            return "overdue" if clock.due_at <= now else "today"
        return "to_sign" if self.part.signed_at is None else "in_hand"


def cards(
    session: Session, unit_id: int, after: str = "", most: int = MOST
) -> tuple[tuple[Card, ...], str]:
    """Return a page of a unit's open work, nearest due first, and the key of the next page.

    What waits for others, its clocks stopped, comes last. An odd key is the start.
    """
    query = select(Assignment, _DUE).where(
        Assignment.unit_id == unit_id, col(Assignment.ended_at).is_(None)
    )
    found = session.exec(
        _past(query, after).order_by(_DUE, col(Assignment.id)).limit(most + 1)
    ).all()
    parts = [part for part, _ in found[:most]]
    ids = [one.ticket_id for one in parts]
    tickets = {one.id: one for one in session.exec(select(Ticket).where(among(Ticket.id, ids)))}
    lines = lines_of(session, [tickets[one] for one in dict.fromkeys(ids)])
    by_ticket = {line.ticket.id: line for line in lines}
    made = tuple(Card(by_ticket[one.ticket_id], one) for one in parts)
    if len(found) <= most:
        return made, ""
    last, due = found[most - 1]
    return made, f"{due.isoformat()}~{last.id}"


def _past(query: Any, after: str) -> Any:
    due, _, number = after.partition("~")
    try:
        key = datetime.fromisoformat(due), int(number)
    except ValueError:
        return query
    return query.where(tuple_(_DUE, col(Assignment.id)) > tuple_(*key))


def letters_to_answer(session: Session, unit_id: int) -> Sequence[Letter]:
    """Return the letters a unit has not (sufficiently) answered, oldest first.

    Without those whose reply is asked for no more (H-96).
    """
    query = select(Letter).where(
        Letter.unit_id == unit_id, col(Letter.status).in_(OPEN_REPLY),
        Letter.kind != LetterKind.CORRECTION,
    )  # fmt: skip
    found = session.exec(query.order_by(col(Letter.id)).limit(50)).all()
    limits = reply_clocks(session, found)
    ended = {of for of, one in limits.items() if is_asked_no_more(one.stop_reason)}
    return [one for one in found if one.id not in ended]


def reply_clocks(session: Session, letters: Sequence[Letter]) -> dict[int, Clock]:
    """Return the newest reply clock of each letter."""
    ids = [one.id for one in letters]
    if not ids:
        return {}
    query = select(Clock).where(
        col(Clock.letter_id).in_(ids), Clock.kind == ClockKind.RECTIFICATION_REPLY
    )
    found = session.exec(query.order_by(col(Clock.id)))
    return {one.letter_id: one for one in found if one.letter_id is not None}


def last_closed(session: Session, unit_id: int) -> datetime | None:
    """Return when the unit's latest ticket was closed."""
    query = (
        select(Assignment.ended_at)
        .where(Assignment.unit_id == unit_id, Assignment.end_reason == "办结")
        .order_by(col(Assignment.ended_at).desc())
        .limit(1)
    )
    return session.exec(query).first()
