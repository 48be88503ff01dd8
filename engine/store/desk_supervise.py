"""What the supervisors' desk counts and lists; every count is by an index."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import (
    Clock,
    ExtensionRequest,
    RungTaken,
    Ticket,
    TicketEventRecord,
    Unit,
)
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.store import desk_views
from engine.terms import ClockKind, ClockState, Rung, TicketEvent, TicketStatus

WITH_UNIT = (TicketStatus.DISPATCHED, TicketStatus.SIGNED_FOR, TicketStatus.IN_PROGRESS,
             TicketStatus.REWORK, TicketStatus.SUPERVISED)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The five figures at the top of the supervisors' desk."""

    overdue: int
    due_today: int
    closed: int
    closed_in_time: int
    called_back: int
    to_call_back: int
    letters: int

    @property
    def in_time(self) -> str:
        """Return the share of this month's closed tickets that were answered in time."""
        return f"{100 * self.closed_in_time / self.closed:.1f}%" if self.closed else "—"


def figures(session: Session, now: datetime) -> Figures:
    """Return how the district stands now."""
    month = shanghai_moment(shanghai_date(now).replace(day=1), time(0))
    closed, in_time = _closed_since(session, month)
    owed = desk_views.status_counts(session, (TicketStatus.CALLBACK_DUE,))
    return Figures(
        overdue=desk_views.overdue_count(session, now),
        due_today=desk_views.due_today_count(session, now),
        closed=closed, closed_in_time=in_time,
        called_back=_called_back_since(session, month),
        to_call_back=owed.get(TicketStatus.CALLBACK_DUE, 0),
        letters=desk_views.letters_waiting(session),
    )  # fmt: skip


def _closed_since(session: Session, since: datetime) -> tuple[int, int]:
    in_time = func.count().filter(col(Clock.stopped_at) < col(Clock.due_at))
    query = (
        select(func.count(), in_time)
        .select_from(TicketEventRecord)
        .join(Clock, col(Clock.ticket_id) == col(TicketEventRecord.ticket_id))
        .where(
            TicketEventRecord.at >= since, TicketEventRecord.event == TicketEvent.CLOSE,
            Clock.kind == ClockKind.REQUESTER, Clock.state == ClockState.STOPPED,
        )
    )  # fmt: skip
    closed, good = session.exec(query).one()
    return int(closed), int(good)


def _called_back_since(session: Session, since: datetime) -> int:
    event = TicketEventRecord
    query = select(func.count(func.distinct(event.ticket_id))).where(
        event.at >= since, event.event == TicketEvent.CALLBACK_ATTEMPT
    )
    return session.exec(query).one()


def rung_counts(session: Session) -> dict[Rung, int]:
    """Return how many tickets have a running clock on each step of the ladder (升级阶梯)."""
    query = (
        select(RungTaken.rung, func.count(func.distinct(RungTaken.ticket_id)))
        .join(Clock, col(Clock.id) == col(RungTaken.clock_id))
        .where(Clock.state == ClockState.RUNNING)
        .group_by(col(RungTaken.rung))
    )
    return {Rung.parse(rung): count for rung, count in session.exec(query)}


@dataclass(frozen=True)
class Load:
    """How much a unit has in hand, and how much of it is late."""

    name: str
    total: int
    bad: int


def unit_load(session: Session, now: datetime, limit: int = 12) -> list[Load]:
    """Return the units with work in hand, those with most late first."""
    query = (
        select(Ticket.lead_unit_id, func.count())
        .where(col(Ticket.status).in_(WITH_UNIT), col(Ticket.lead_unit_id).is_not(None))
        .group_by(col(Ticket.lead_unit_id))
    )
    held = dict(session.exec(query).all())
    late = _late_by_unit(session, now)
    units = desk_views.units_by_id(session, held)
    loads = [Load(units[one].name, held[one], min(late.get(one, 0), held[one])) for one in units]
    return sorted(loads, key=lambda one: (-one.bad, -one.total, one.name))[:limit]


def _late_by_unit(session: Session, now: datetime) -> dict[int | None, int]:
    query = (
        select(Clock.unit_id, func.count(func.distinct(Clock.ticket_id)))
        .where(
            Clock.state == ClockState.RUNNING, Clock.due_at <= now,
            Clock.kind == ClockKind.HANDLING,
        )
        .group_by(col(Clock.unit_id))
    )  # fmt: skip
    return dict(session.exec(query).all())


@dataclass(frozen=True)
class ExtensionRow:
    """One wish for more days, with its ticket and the clock it would move."""

    request: ExtensionRequest
    ticket: Ticket
    clock: Clock
    unit: Unit | None


def extensions_waiting(session: Session, limit: int = 50) -> list[ExtensionRow]:
    """Return the extensions nobody has decided, oldest first."""
    query = _extension_rows().where(ExtensionRequest.state == "pending")
    found = session.exec(query.order_by(col(ExtensionRequest.id)).limit(limit)).all()
    return [ExtensionRow(*one) for one in found]


def _extension_rows() -> Any:
    return (
        select(ExtensionRequest, Ticket, Clock, Unit)
        .join(Ticket, col(Ticket.id) == col(ExtensionRequest.ticket_id))
        .join(Clock, col(Clock.id) == col(ExtensionRequest.clock_id))
        .join(Unit, col(Unit.id) == col(Ticket.lead_unit_id), isouter=True)
    )


def extension(session: Session, request_id: int) -> ExtensionRow:
    """Return one wish for more days.

    Raises:
        NotFoundError: there is none.
    """
    query = _extension_rows().where(ExtensionRequest.id == request_id)
    found = session.exec(query).one_or_none()
    if found is None:
        message = "没有这份延期申请。"
        raise NotFoundError(message)
    return ExtensionRow(*found)
