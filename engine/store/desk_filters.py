"""Supervisors' lists of tickets by what they ask for: one filter for page, bulk act and export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, func, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from engine.lifecycle import OPEN
from engine.models import Clock, RungTaken, Ticket
from engine.rules.shanghai import end_of_day, shanghai_date, shanghai_moment
from engine.store.desk_views import ANSWERING, PAGE, Page, lines_of
from engine.store.light import among
from engine.store.paging import key_of, newest_first, read_key
from engine.terms import ClockState, Rung, TicketKind, TicketScope, TicketStatus

MOST_COUNTED = 1000  # a list says 1000+; what is due now is counted to MOST_DUE
MOST_DUE = 10_000
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
    def most(self) -> int:
        """Return how far the list is counted: what hangs on running clocks farther than archive."""
        return MOST_DUE if self.by_due else MOST_COUNTED

    @property
    def by_due(self) -> bool:
        """Return whether the list is ordered by due moment, longest due first."""
        return self.scope in BY_DUE


def selected(wanted: TicketFilter, now: datetime) -> Any:
    """Return the query of the ids that fit, in order, each with the moment it is ordered by.

    What is due by when it is due, nearest first; the rest by when it was taken in, newest first.
    """
    return _from(_unordered(wanted, now), wanted, "")


def _unordered(wanted: TicketFilter, now: datetime) -> Any:
    where = list(_conditions(wanted))
    if not wanted.by_due:
        return select(Ticket.id, col(Ticket.accepted_at).label("due")).where(*where)
    due = _due(wanted.scope, now)
    return select(Ticket.id, due.c.due).join(due, due.c.ticket_id == col(Ticket.id)).where(*where)


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
        found += _stands_on(wanted.rung)
    return found


def _stands_on(rung: Rung) -> list[ColumnElement[bool]]:
    """Return what is true of a ticket whose running clocks have climbed to a rung and no higher."""
    ladder = list(Rung)
    higher = ladder[ladder.index(rung) + 1 :]
    return [_reached([rung]), *([~_reached(higher)] if higher else [])]


def _reached(rungs: Sequence[Rung]) -> ColumnElement[bool]:
    """Return whether a running clock of the ticket has climbed one of those rungs.

    Arrays are one walk along an index: neither a look-up for each clock, nor every rung taken ever.
    """
    running = _array(select(Clock.id).where(Clock.state == ClockState.RUNNING))
    taken = select(RungTaken.ticket_id).where(
        col(RungTaken.rung).in_(rungs), col(RungTaken.clock_id) == running
    )
    found: ColumnElement[bool] = col(Ticket.id) == _array(taken)
    return found


def _array(query: Any) -> Any:
    return any_(func.array(query.scalar_subquery(), type_=ARRAY(BigInteger)))


def find(
    session: Session, wanted: TicketFilter, now: datetime, after: str = "", limit: int = PAGE
) -> tuple[Page, str]:
    """Return a page of the tickets that fit, and the key of the next; an odd key is the start."""
    query = _from(_unordered(wanted, now), wanted, after)
    rows = session.execute(query.limit(limit + 1)).all()
    ids = [row[0] for row in rows[:limit]]
    found = {one.id: one for one in session.exec(select(Ticket).where(among(Ticket.id, ids)))}
    page = Page(lines_of(session, [found[one] for one in ids]))
    if len(rows) <= limit:
        return page, ""
    last_id, due = rows[limit - 1]
    return page, key_of(due, last_id)


def _from(query: Any, wanted: TicketFilter, after: str) -> Any:
    """Return a query in the list's order, from a key on."""
    number, moment = col(Ticket.id), query.selected_columns[1]
    if not wanted.by_due:
        return newest_first(query, col(Ticket.accepted_at), number, after)
    key = read_key(after)
    if key is not None:
        query = query.where(tuple_(moment, number) > tuple_(*key))
    return query.order_by(moment, number)


def count(session: Session, wanted: TicketFilter, now: datetime) -> int:
    """Return how many tickets fit; counting stops past the filter's `most`."""
    some = _unordered(wanted, now).limit(wanted.most + 1).subquery()
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
    return list(session.exec(query.order_by(*in_order(wanted, some))))


def in_order(wanted: TicketFilter, some: Any) -> tuple[Any, ...]:
    """Return what keeps rows joined to `selected()` in the list's order."""
    by: tuple[Any, ...] = (some.c.due, col(Ticket.id))
    return by if wanted.by_due else tuple(one.desc() for one in by)


def by_numbers(session: Session, wanted: Sequence[str]) -> list[Ticket]:
    """Return tickets by their numbers, in the order of their ids."""
    query = select(Ticket).where(col(Ticket.number).in_(wanted))
    return list(session.exec(query.order_by(col(Ticket.id))))
