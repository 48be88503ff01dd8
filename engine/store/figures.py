"""The month's figures of the supervisors' desk: added up by days, and past days are remembered.

A day that is over keeps its figures: what they count is written once. So a page asks about today
alone, however many tickets a month has.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from engine.models import Clock, TicketEventRecord
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.terms import ClockKind, ClockState, TicketEvent

SETTLED = timedelta(hours=1)  # what was begun before midnight is committed by then
Event = TicketEventRecord


@dataclass(frozen=True)
class Tally:
    """What happened: tickets closed, those of them answered in time, tickets called back first."""

    closed: int = 0
    in_time: int = 0
    called_back: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(
            self.closed + other.closed, self.in_time + other.in_time,
            self.called_back + other.called_back,
        )  # fmt: skip


def month_so_far(session: Session, now: datetime) -> Tally:
    """Return what happened since the first of this month."""
    today = shanghai_date(now)
    days = [today.replace(day=1) + timedelta(days=past) for past in range(today.day)]
    return sum((_of_day(session, day, now) for day in days), Tally())


def _of_day(session: Session, day: date, now: datetime) -> Tally:
    remembered: dict[object, Tally] = session.info["database"].remembered
    if day in remembered:
        return remembered[day]
    found = _counted(session, day)
    if now >= end_of_day(day) + SETTLED:
        remembered[day] = found
    return found


def _counted(session: Session, day: date) -> Tally:
    since, until = end_of_day(day - timedelta(days=1)), end_of_day(day)
    month = end_of_day(day.replace(day=1) - timedelta(days=1))
    on_time = func.count().filter(col(Clock.stopped_at) < col(Clock.due_at))
    closed = (
        select(func.count(), on_time)
        .select_from(Event)
        .join(Clock, col(Clock.ticket_id) == col(Event.ticket_id))
        .where(
            Event.event == TicketEvent.CLOSE, Event.at >= since, Event.at < until,
            Clock.kind == ClockKind.REQUESTER, Clock.state == ClockState.STOPPED,
        )
    )  # fmt: skip
    earlier = aliased(Event)
    before = select(earlier.id).where(
        earlier.ticket_id == col(Event.ticket_id), earlier.event == TicketEvent.CALLBACK_ATTEMPT,
        earlier.at >= month, earlier.at < since,
    )  # fmt: skip
    called = select(func.count(func.distinct(Event.ticket_id))).where(
        Event.event == TicketEvent.CALLBACK_ATTEMPT, Event.at >= since, Event.at < until,
        ~before.exists(),
    )  # fmt: skip
    total, in_time = session.exec(closed).one()
    return Tally(int(total), int(in_time), session.exec(called).one())
