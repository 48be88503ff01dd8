"""The days that notices name, with what is sure of them (暂定): of a clock, or of the calendar."""

from dataclasses import replace
from datetime import date, datetime

from engine.actions.step import Step
from engine.documents.told_days import ToldDay
from engine.models import Clock
from engine.rules.shanghai import shanghai_date
from engine.terms import DueStatus


def told_due(clock: Clock) -> ToldDay:
    """Return the day by which a limit ends, as it was counted."""
    return ToldDay(clock.due_on, clock.due_status is DueStatus.PROVISIONAL)


def told_moment(clock: Clock) -> ToldDay:
    """Return the moment by which a limit ends, as it was counted."""
    return replace(told_due(clock), ends=clock.due_at)


def told_by_calendar(step: Step, ends: date) -> ToldDay:
    """Return a day, or the moment that ends one, which the calendar gives and no clock keeps."""
    day = ends
    if isinstance(ends, datetime):  # 24:00 of a day is the next day's first moment
        day = shanghai_date(ends - datetime.resolution)
    return ToldDay(ends, day > step.rules.calendar.confirmed_through)
