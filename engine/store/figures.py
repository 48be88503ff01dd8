"""How many tickets were called back this month: added up by days, and past days are remembered.

A day that is over keeps its number: what it counts is written once. So a page asks about today
alone, however many tickets a month has.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import false, func, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from engine.models import Ticket, TicketEventRecord
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.settings import load_settings
from engine.terms import TicketEvent

SETTLED = timedelta(hours=1)  # what was begun before midnight is committed by then
Event = TicketEventRecord


def called_back_this_month(session: Session, now: datetime) -> int:
    """Return how many tickets were called back since the first of this month."""
    today = shanghai_date(now)
    days = [today.replace(day=1) + timedelta(days=past) for past in range(today.day)]
    return sum(_of_day(session, day, now) for day in days)


def _of_day(session: Session, day: date, now: datetime) -> int:
    remembered: dict[object, int] = session.info["database"].remembered
    if day in remembered:
        return remembered[day]
    found = _counted(session, day)
    if now >= end_of_day(day) + SETTLED:
        remembered[day] = found
    return found


def _counted(session: Session, day: date) -> int:
    """Return how many were called back that day for the first time in its month."""
    since, until = end_of_day(day - timedelta(days=1)), end_of_day(day)
    month = end_of_day(day.replace(day=1) - timedelta(days=1))
    earlier = aliased(Event)
    before = select(earlier.id).where(
        earlier.ticket_id == col(Event.ticket_id), earlier.event == TicketEvent.CALLBACK_ATTEMPT,
        earlier.at >= month, earlier.at < since,
    )  # fmt: skip
    its = select(Ticket.id).where(
        Ticket.id == col(Event.ticket_id),
        or_(true() if load_settings().demo_data else false(), col(Ticket.demonstration).is_(False)),
    )
    called = select(func.count(func.distinct(Event.ticket_id))).where(
        Event.event == TicketEvent.CALLBACK_ATTEMPT, Event.at >= since, Event.at < until,
        ~before.exists(), its.exists(),
    )  # fmt: skip
    return int(session.exec(called).one())
