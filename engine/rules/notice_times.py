"""When a notice may leave (通知时间): units in working time, requesters not at night."""

from datetime import UTC, date, datetime, time, timedelta

from engine.rules.citations import cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import SHANGHAI, shanghai_date, shanghai_moment
from engine.terms import Urgency


@cites("house/H-50")
def unit_notice_at(moment: datetime, urgency: Urgency, rules: RuleSet, on: date) -> datetime:
    """Return the first moment (UTC) from `moment` on at which a unit may be written to.

    特急 and 紧急 tickets are written about at any hour.
    """
    exempt = rules.parameters["notices.exempt_urgencies"].on(on).value
    limited: bool = rules.parameters["notices.units_in_working_time"].on(on).value
    if not limited or urgency in exempt:
        return moment.astimezone(UTC)
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
