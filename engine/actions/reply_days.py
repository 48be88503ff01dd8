"""By when a reminder (催办) is to be answered: the next working day, and when that day ends."""

from datetime import date, datetime, time, timedelta

from engine.actions import post
from engine.actions.post import Mail
from engine.actions.step import Step
from engine.errors import CalendarNotPublishedError
from engine.models import Ticket
from engine.rules.notice_times import working_time_from
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.terms import NoticeKind, Recipient


def reply_day(step: Step, told: datetime) -> date:
    """Return by when what was told at a moment must be answered: the next working day."""
    return step.rules.calendar.next_working_day(shanghai_date(told))


def reply_day_by_mail(step: Step, ticket: Ticket, kind: NoticeKind) -> date:
    """Return by when a unit must answer a mail written now, which may leave on a later day."""
    return reply_day(step, leaves_by_mail(step, ticket, kind))


def leaves_by_mail(step: Step, ticket: Ticket, kind: NoticeKind) -> datetime:
    """Return when a mail to a unit leaves that is written now: at once, or when work begins."""
    return post.leaves_at(step, ticket, Mail(key="", kind=kind, facts={}), Recipient.UNIT)


def reply_end(step: Step, told: datetime) -> datetime | None:
    """Return when the day of that answer ends; None while no calendar says which day it is.

    What was told outside of working time left when work began: its day counts from then on.
    """
    try:
        day = reply_day(step, working_time_from(told, step.rules, shanghai_date(told)))
    except CalendarNotPublishedError:
        return None
    return shanghai_moment(day + timedelta(days=1), time(0))
