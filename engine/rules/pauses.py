"""When a clock may stand still (停表), and which working days that takes out of the count."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from engine.rules.adjustments import Pause
from engine.rules.citations import Citation, cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import end_of_day, shanghai_date, spoken_date
from engine.terms import TicketKind

NEVER = "{}类工单不停表"


@cites("house/H-22")
def pause_reasons(rules: RuleSet, on: date) -> dict[str, str]:
    """Return the reasons for which a clock may be paused: key and Chinese words."""
    return dict(rules.parameters["suspension.reasons"].on(on).value)


@cites("house/H-22")
def paused_days(pauses: Sequence[Pause], rules: RuleSet, on: date) -> tuple[date, ...]:
    """Return the working days that pauses take out of a count, up to the cap, in order.

    The day a pause begins still counts and the day it ends does not, as with every period, so a
    pause within a weekend takes out nothing. A pause that still stands is reckoned up to the cap:
    the due date is then the latest possible one. Days past the cap count again.
    """
    cap: int = rules.parameters["suspension.maximum"].on(on).value
    days: set[date] = set()
    for pause in pauses:
        days.update(_days_of(pause, cap, rules))
    return tuple(sorted(days)[:cap])


def _days_of(pause: Pause, cap: int, rules: RuleSet) -> tuple[date, ...]:
    calendar, begins = rules.calendar, shanghai_date(pause.start)
    if pause.end is None:
        return calendar.working_days_after(begins, cap)
    length = calendar.working_days_between(begins, shanghai_date(pause.end))
    return calendar.working_days_after(begins, length) if length else ()


@cites("house/H-22")
def pause_ends_at(pauses: Sequence[Pause], rules: RuleSet, on: date) -> datetime | None:
    """Return when a standing pause is used up (停表已满): 24:00 of its last working day, in UTC.

    None where no pause stands. `on` is the day of acceptance, whose cap the ticket keeps.
    """
    if all(pause.end is not None for pause in pauses):
        return None
    days = paused_days(pauses, rules, on)
    standing = max(pause.start for pause in pauses)
    return max(end_of_day(days[-1]), standing) if days else standing


class AskedPause(NamedTuple):
    """A pause that is asked for: the ticket's kind, the reason, today, the clock's due date."""

    kind: TicketKind
    reason: str
    today: date
    due_on: date


@cites("house/H-22")
def pause_refusal(
    asked: AskedPause, pauses: Sequence[Pause], rules: RuleSet, on: date
) -> tuple[str, Citation] | None:
    """Return why a clock may not be paused now, with the clause; None when it may.

    `pauses` are the earlier ones, `on` the day of acceptance whose rules the ticket keeps.
    """
    maximum = rules.parameters["suspension.maximum"].on(on)
    refusal = _ineligible(asked, rules, on) or _spent(pauses, rules, on)
    return (refusal, maximum.citation) if refusal else None


@cites("house/H-22")
def never_paused(kind: TicketKind, rules: RuleSet, on: date) -> bool:
    """Return whether the clocks of a kind of ticket never stand still, whatever the reason."""
    return kind in rules.parameters["suspension.excluded_kinds"].on(on).value


def _ineligible(asked: AskedPause, rules: RuleSet, on: date) -> str:
    reasons = pause_reasons(rules, on)
    if never_paused(asked.kind, rules, on):
        return NEVER.format(asked.kind.label)
    if asked.reason not in reasons:
        return f"停表理由只限：{'、'.join(reasons.values())}"
    if asked.today >= asked.due_on:
        return f"到期日{spoken_date(asked.due_on)}当日及以后不停表"
    return ""


def _spent(pauses: Sequence[Pause], rules: RuleSet, on: date) -> str:
    cap = rules.parameters["suspension.maximum"].on(on).value
    if any(pause.end is None for pause in pauses):
        return "已在停表中，先恢复计时"
    if len(paused_days(pauses, rules, on)) >= cap:
        return f"停表累计已满 {cap} 个工作日"
    return ""
