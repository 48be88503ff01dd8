"""The arithmetic of a limit: from a start to a due date, in whole days or in hours."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from engine.rules.adjustments import Extension, Pause
from engine.rules.citations import cites
from engine.rules.parameters import Parameter, Value
from engine.rules.pauses import paused_days
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import end_of_day, shanghai_date, shanghai_moment
from engine.terms import ClockKind, LimitUnit, TicketKind

END_OF_DAY = "end_of_day"
HOUR_UNITS = (LimitUnit.HOUR.value, LimitUnit.MINUTE.value)
_WORKING_DAY = LimitUnit.WORKING_DAY.value
_HOURS = {"hour": timedelta(hours=1), "minute": timedelta(minutes=1)}


class Count(NamedTuple):
    """One limit to be counted: what, from when, how long, by which rules."""

    parameter: Parameter
    value: Value
    limit: int
    clock: ClockKind
    kind: TicketKind
    started_at: datetime
    started_on: date
    rules: RuleSet
    rules_on: date
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()


@cites("civil-code/201", "civil-code/203", "house/H-02", "house/H-04", "house/H-05", "house/H-06")
def due(count: Count) -> tuple[date, datetime]:
    """Return the last day of a limit in Shanghai, and the UTC instant at which it ends.

    Days: the day of the start is never counted, whatever its hour. Hours and minutes run from
    the start, day and night, holidays included.
    """
    if count.parameter.unit != _WORKING_DAY:
        return _due_otherwise(count)
    working_days = count.limit
    if count.pauses or count.extensions:
        working_days = _adjusted_length(count)
    due_on, due_at = count.rules.calendar.due_after(count.started_on, working_days)
    if count.rules.due_moment.on(count.rules_on).value != END_OF_DAY:
        due_at = _close_of_business(due_on, count)
    return due_on, due_at


def _adjusted_length(count: Count) -> int:
    """Return the limit with its extensions and the paused working days that fall within it."""
    wanted = count.limit + sum(extension.working_days for extension in count.extensions)
    paused = paused_days(count.pauses, count.rules, count.rules_on)
    earlier = bisect_right(paused, count.started_on)
    skipped = 0
    while True:
        due_on = count.rules.calendar.nth_working_day_after(count.started_on, wanted + skipped)
        inside = bisect_right(paused, due_on) - earlier
        if inside == skipped:
            return wanted + skipped
        skipped = inside


def _due_otherwise(count: Count) -> tuple[date, datetime]:
    unit = count.parameter.unit
    if unit in _HOURS:
        due_at = count.started_at.astimezone(UTC) + count.limit * _HOURS[unit]
        return shanghai_date(due_at), due_at
    due_on = count.started_on + timedelta(days=count.limit)
    if not count.rules.calendar.is_working_day(due_on):
        due_on = count.rules.calendar.next_working_day(due_on)
    if count.rules.due_moment.on(count.rules_on).value != END_OF_DAY:
        return due_on, _close_of_business(due_on, count)
    return due_on, end_of_day(due_on)


def _close_of_business(day: date, count: Count) -> datetime:
    closes_at = count.rules.parameters["calendar.closes_at"].on(count.rules_on).value
    return shanghai_moment(day, time.fromisoformat(closes_at))
