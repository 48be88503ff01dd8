"""What the supervisors' desk counts and lists; every count is by an index."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import (
    Clock,
    ExtensionRequest,
    Ticket,
    Unit,
)
from engine.rules.indicators import Count
from engine.store import desk_views, figure_days
from engine.store.extensions import decidable
from engine.store.figure_days import BySums
from engine.store.light import light_clocks
from engine.terms import Indicator, TicketStatus

MOST_COUNTED = 9999


@dataclass(frozen=True)
class Figures:
    """The five figures at the top of the supervisors' desk."""

    overdue: int
    due_today: int
    on_time: Count
    called_back: int
    to_call_back: int
    letters: int


def figures(session: Session, now: datetime, period: tuple[date, date]) -> Figures:
    """Return how the district stands now; what is in hand is not counted past `MOST_COUNTED`.

    What was answered in time and called back in the period are the indicators' own counts, from
    their summaries: nothing is counted that they have counted already.
    """
    kept = figure_days.sums(session, *period)
    overdue = desk_views.overdue_count(session, now, MOST_COUNTED)
    session.info[desk_views.OVERDUE] = overdue  # the menu of the same page asks no more
    owed = desk_views.status_counts(session, (TicketStatus.CALLBACK_DUE,), MOST_COUNTED)
    return Figures(
        overdue=overdue,
        due_today=desk_views.due_today_count(session, now, MOST_COUNTED),
        on_time=_raw(kept, Indicator.ANSWERED_ON_TIME),
        called_back=_raw(kept, Indicator.SOLVED).n,
        to_call_back=owed.get(TicketStatus.CALLBACK_DUE, 0),
        letters=desk_views.letters_waiting(session),
    )  # fmt: skip


def _raw(kept: BySums, indicator: Indicator) -> Count:
    found = kept.get(indicator)
    return found.raw if found else Count()


@dataclass(frozen=True)
class ExtensionRow:
    """One wish for more days, with its ticket and the clock it would move."""

    request: ExtensionRequest
    ticket: Ticket
    clock: Clock
    unit: Unit | None


def extensions_waiting(session: Session, limit: int = 50) -> list[ExtensionRow]:
    """Return the extensions nobody has decided, oldest first."""
    query = _extension_rows().where(decidable()).options(*light_clocks())
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
