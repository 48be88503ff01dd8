"""Supervisors' lists of tickets by what they ask for: one filter for page, bulk act and export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, tuple_
from sqlmodel import Session, col, select

from engine.lifecycle import OPEN
from engine.models import Clock, RungTaken, Ticket
from engine.rules.shanghai import end_of_day, shanghai_date, shanghai_moment
from engine.store.desk_views import ANSWERING, PAGE, Page, lines_of
from engine.terms import ClockState, Rung, TicketKind, TicketScope, TicketStatus

MOST_COUNTED = 10_000
BY_DUE = (TicketScope.OVERDUE, TicketScope.TODAY)
STATUSES = {
    TicketScope.OPEN: tuple(OPEN),
    TicketScope.CALLBACK: (TicketStatus.CALLBACK_DUE,),
    TicketScope.CLOSED: (TicketStatus.CLOSED,),
}


@dataclass(frozen=True)
class TicketFilter:
    """What a list is asked for (条件): scope, unit, kind, rung reached, days of acceptance."""

    scope: TicketScope = TicketScope.OVERDUE
    unit_id: int | None = None
    kind: TicketKind | None = None
    rung: Rung | None = None
    since: date | None = None
    until: date | None = None

    @property
    def by_due(self) -> bool:
        """Return whether the list is ordered by due moment, longest due first."""
        return self.scope in BY_DUE


def selected(wanted: TicketFilter, now: datetime) -> Any:
    """Return the query of the ids that fit, in order, with the moment each is due by (or None)."""
    where = list(_conditions(wanted))
    if not wanted.by_due:
        query = select(Ticket.id, col(Ticket.closed_at)).where(*where)
        return query.order_by(col(Ticket.id).desc())
    due = _due(wanted.scope, now)
    query = select(Ticket.id, due.c.due).join(due, due.c.ticket_id == col(Ticket.id)).where(*where)
    return query.order_by(due.c.due, col(Ticket.id))


def _due(scope: TicketScope, now: datetime) -> Any:
    end = end_of_day(shanghai_date(now))
    late = col(Clock.due_at) <= now
    today = (col(Clock.due_at) > now) & (col(Clock.due_at) <= end)
    return (
        select(Clock.ticket_id, func.min(Clock.due_at).label("due"))
        .where(
            Clock.state == ClockState.RUNNING, col(Clock.kind).in_(ANSWERING),
            late if scope is TicketScope.OVERDUE else today,
        )
        .group_by(col(Clock.ticket_id))
        .subquery()
    )  # fmt: skip


def _conditions(wanted: TicketFilter) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.scope in STATUSES:
        found.append(col(Ticket.status).in_(STATUSES[wanted.scope]))
    if wanted.unit_id is not None:
        found.append(col(Ticket.lead_unit_id) == wanted.unit_id)
    if wanted.kind is not None:
        found.append(col(Ticket.kind) == wanted.kind)
    if wanted.since is not None:
        found.append(col(Ticket.accepted_at) >= shanghai_moment(wanted.since, time(0)))
    if wanted.until is not None:
        next_day = shanghai_moment(wanted.until + timedelta(days=1), time(0))
        found.append(col(Ticket.accepted_at) < next_day)
    if wanted.rung is not None:
        found.append(_reached(wanted.rung))
    return found


def _reached(rung: Rung) -> ColumnElement[bool]:
    """Return whether a running clock of the ticket has climbed a rung."""
    return (
        exists()
        .where(
            col(RungTaken.ticket_id) == col(Ticket.id), col(RungTaken.rung) == rung,
            col(RungTaken.clock_id) == col(Clock.id), col(Clock.state) == ClockState.RUNNING,
        )
        .correlate(Ticket)
    )  # fmt: skip


def find(
    session: Session, wanted: TicketFilter, now: datetime, after: str = "", limit: int = PAGE
) -> tuple[Page, str]:
    """Return a page of the tickets that fit, and the key of the next; an odd key is the start."""
    query = _past(selected(wanted, now), wanted, after)
    rows = session.execute(query.limit(limit + 1)).all()
    ids = [row[0] for row in rows[:limit]]
    found = {one.id: one for one in session.exec(select(Ticket).where(col(Ticket.id).in_(ids)))}
    page = Page(lines_of(session, [found[one] for one in ids]))
    if len(rows) <= limit:
        return page, ""
    last_id, due = rows[limit - 1]
    return page, f"{last_id}~{due.isoformat()}" if wanted.by_due else str(last_id)


def _past(query: Any, wanted: TicketFilter, after: str) -> Any:
    number, _, due = after.partition("~")
    if not number.isdigit():
        return query
    if not wanted.by_due:
        return query.where(col(Ticket.id) < int(number))
    try:
        moment = datetime.fromisoformat(due)
    except ValueError:
        return query
    key = query.selected_columns[1]
    return query.where(tuple_(key, col(Ticket.id)) > tuple_(moment, int(number)))


def count(session: Session, wanted: TicketFilter, now: datetime) -> int:
    """Return how many tickets fit; counting stops past `MOST_COUNTED`."""
    some = selected(wanted, now).order_by(None).limit(MOST_COUNTED + 1).subquery()
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())


def next_due(session: Session, now: datetime) -> datetime | None:
    """Return when the next answer falls due (下一个到期), if any runs."""
    query = select(func.min(Clock.due_at)).where(
        Clock.state == ClockState.RUNNING, col(Clock.kind).in_(ANSWERING), Clock.due_at > now
    )
    return session.exec(query).one()


def numbers(session: Session, wanted: TicketFilter, now: datetime, limit: int) -> list[str]:
    """Return the numbers of the tickets that fit, in the list's order."""
    some = selected(wanted, now).limit(limit).subquery()
    query = select(Ticket.number).join(some, some.c.id == col(Ticket.id))
    by_due = (some.c.due, col(Ticket.id)) if wanted.by_due else (col(Ticket.id).desc(),)
    return list(session.exec(query.order_by(*by_due)))


def by_numbers(session: Session, wanted: Sequence[str]) -> list[Ticket]:
    """Return tickets by their numbers, in the order of their ids."""
    query = select(Ticket).where(col(Ticket.number).in_(wanted))
    return list(session.exec(query.order_by(col(Ticket.id))))
