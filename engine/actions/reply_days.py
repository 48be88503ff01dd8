"""By when a reminder (催办) is to be answered: the next working day, and when that day ends."""

from datetime import date, datetime, time, timedelta

from engine.actions.step import Step
from engine.errors import CalendarNotPublishedError
from engine.rules.shanghai import shanghai_date, shanghai_moment


def reply_day(step: Step, told: datetime) -> date:
    """Return by when what was told at a moment must be answered: the next working day."""
    return step.rules.calendar.next_working_day(shanghai_date(told))


def reply_end(step: Step, told: datetime) -> datetime | None:
    """Return when the day of that answer ends; None while no calendar says which day it is."""
    try:
        day = reply_day(step, told)
    except CalendarNotPublishedError:
        return None
    return shanghai_moment(day + timedelta(days=1), time(0))
