"""When a clock may stand still (停表), and which working days that takes out of the count."""

from collections.abc import Sequence
from datetime import date

from engine.rules.adjustments import Pause
from engine.rules.citations import Citation, cites
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.terms import TicketKind


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
def pause_refusal(
    kind: TicketKind, reason: str, pauses: Sequence[Pause], rules: RuleSet, on: date
) -> tuple[str, Citation] | None:
    """Return why a clock may not be paused now, with the clause; None when it may.

    `pauses` are the earlier ones, `on` the day of acceptance whose rules the ticket keeps.
    """
    maximum = rules.parameters["suspension.maximum"].on(on)
    reasons = pause_reasons(rules, on)
    if kind in rules.parameters["suspension.excluded_kinds"].on(on).value:
        return f"{kind.label}类工单不停表", maximum.citation
    if reason not in reasons:
        return f"停表理由只限：{'、'.join(reasons.values())}", maximum.citation
    if any(pause.end is None for pause in pauses):
        return "已在停表中，先恢复计时", maximum.citation
    if len(paused_days(pauses, rules, on)) >= maximum.value:
        return f"停表累计已满 {maximum.value} 个工作日", maximum.citation
    return None
