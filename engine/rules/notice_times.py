"""When a notice may leave (通知时间): people in working time, requesters not at night."""

from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import NamedTuple

from engine.errors import CalendarNotPublishedError
from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import SHANGHAI, shanghai_date, shanghai_moment
from engine.terms import NoticeKind, Recipient, Urgency

# Who is written to in working time only, by which switch, but for which notices.
_UNITS = ("notices.units_in_working_time", "notices.units_any_hour")
_SUPERVISORS = ("notices.supervisors_in_working_time", "notices.supervisors_any_hour")
_WORKING_TIME = MappingProxyType(
    {
        Recipient.UNIT: _UNITS,
        Recipient.UNIT_LEADER: _UNITS,
        Recipient.SUPERVISOR: _SUPERVISORS,
    }
)


class Notice(NamedTuple):
    """What decides when a notice may leave: what it is, whom it is for, how urgent its matter."""

    kind: NoticeKind
    recipient: Recipient
    urgency: Urgency


@cites("house/H-50", "house/H-54")
def notice_leaves_at(moment: datetime, notice: Notice, rules: RuleSet, on: date) -> datetime:
    """Return the first moment (UTC) from `moment` on at which a notice may leave.

    `on` is the day whose rules hold. Where no calendar says which days are worked it leaves at
    once: a notice too many at night is better than none.
    """
    if not _waits(notice, rules, on):
        return moment.astimezone(UTC)
    try:
        return working_time_from(moment, rules, on)
    except CalendarNotPublishedError:
        return moment.astimezone(UTC)


def _waits(notice: Notice, rules: RuleSet, on: date) -> bool:
    """Return whether a notice leaves in working time only."""
    if notice.recipient not in _WORKING_TIME:
        return False
    switch, any_hour = _WORKING_TIME[notice.recipient]
    return (
        rules.parameters[switch].on(on).value
        and notice.kind not in rules.parameters[any_hour].on(on).value
        and notice.urgency not in rules.parameters["notices.exempt_urgencies"].on(on).value
    )


@cites("house/H-50")
def working_time_from(moment: datetime, rules: RuleSet, on: date) -> datetime:
    """Return the first moment (UTC) from `moment` on that lies in working time.

    Raises:
        CalendarNotPublishedError: the next working day lies in a year without a calendar.
    """
    opens, closes = _time("calendar.opens_at", rules, on), _time("calendar.closes_at", rules, on)
    today = shanghai_date(moment)
    if rules.calendar.is_working_day(today) and moment < shanghai_moment(today, closes):
        return max(moment.astimezone(UTC), shanghai_moment(today, opens))
    return shanghai_moment(rules.calendar.next_working_day(today), opens)


@cites("house/H-50")
def requester_notice_at(moment: datetime, rules: RuleSet, on: date) -> datetime:
    """Return the first moment (UTC) from `moment` on at which a requester may be texted."""
    opens = _time("notices.requester_from", rules, on)
    closes = _time("notices.requester_until", rules, on)
    local = moment.astimezone(SHANGHAI)
    if local.time() < opens:
        return shanghai_moment(local.date(), opens)
    if local.time() >= closes:
        return shanghai_moment(local.date() + timedelta(days=1), opens)
    return moment.astimezone(UTC)


def _time(key: str, rules: RuleSet, on: date) -> time:
    return time.fromisoformat(rules.parameters[key].on(on).value)
