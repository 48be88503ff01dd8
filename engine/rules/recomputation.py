"""What a new or amended calendar does to a running deadline (期限重算)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest

from engine.rules.certificates import Certificate, CountedDay
from engine.rules.citations import Citation, cites, clause
from engine.rules.counting import Count
from engine.rules.rule_set import RuleSet
from engine.rules.time_limits import Deadline, deadline_of
from engine.terms import DueStatus, Term

_COMPARED = {
    "due_on": "到期日",
    "due_at": "到期时刻",
    "status": "到期日状态",
    "days": "逐日计算",
    "unit": "单位",
    "rule_since": "规则起用日",
    "citation": "依据",
}


class Change(StrEnum):
    """What becomes of a due date: kept, now confirmed, moved, or held for a decision."""

    NONE = "none"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    NEEDS_DECISION = "needs_decision"


@dataclass(frozen=True)
class Recomputation:
    """The old and the new deadline, what follows, and by which clause."""

    old: Certificate
    new: Deadline
    change: Change
    citation: Citation


@cites("house/H-08", "house/H-09")
def recomputed(old: Certificate, rules: RuleSet, now: datetime | None = None) -> Recomputation:
    """Return what the calendar of `rules` makes of a running deadline.

    A confirmed deadline is never shortened silently: an earlier date waits for a supervisor's
    decision. A provisional one moves either way, but not into the past: a date that would be over
    at `now` waits too. Closed tickets are not recomputed.
    """
    new = recounted(old, rules)
    change = _change(old, new, rules)
    if change is Change.MOVED and now is not None and _over_at_once(old, new, now):
        change = Change.NEEDS_DECISION
    return Recomputation(old, new, change, clause("house/H-09"))


def _over_at_once(old: Certificate, new: Deadline, now: datetime) -> bool:
    return new.due_at < old.due_at and new.due_at <= now


@cites("house/H-09", "house/H-49")
def recounted(old: Certificate, rules: RuleSet) -> Deadline:
    """Return the deadline a certificate's facts give under `rules`: same start, limit, pauses."""
    return deadline_of(_count(old, rules))


@cites("house/H-49")
def certificate_difference(stored: Certificate, rules: RuleSet) -> str | None:
    """Return what a stored certificate says differently from a fresh count; None when it holds.

    The count uses the calendar version the certificate names.
    """
    calendar = rules.book.of_version(stored.calendar_region, stored.calendar_version)
    fresh = recounted(stored, replace(rules, calendar=calendar)).certificate
    for name, label in _COMPARED.items():
        was, now = getattr(stored, name), getattr(fresh, name)
        if was != now:
            return _difference(label, was, now)
    return None


def _difference(label: str, was: object, now: object) -> str:
    if isinstance(was, tuple) and isinstance(now, tuple) and not isinstance(was, CountedDay):
        was, now = next((pair for pair in zip_longest(was, now) if pair[0] != pair[1]), ("", ""))
    if isinstance(was, Citation) and isinstance(now, Citation) and was.label == now.label:
        return f"{label}：{was.label}的文字，凭证为“{was.words}”，重算为“{now.words}”"
    return f"{label}：凭证为 {_said(was)}，重算为 {_said(now)}"


def _said(value: object) -> object:
    if isinstance(value, CountedDay):
        number = f"第 {value.number} 日" if value.number else "不计"
        return f"{value.on} {number}（{value.kind.label}，{value.reason}）"
    return value.label if isinstance(value, (Citation, Term)) else value or "无"


def _change(old: Certificate, new: Deadline, rules: RuleSet) -> Change:
    setting = rules.parameters["recomputation.shortening_needs_decision"]
    earlier = new.due_on < old.due_on and old.status is DueStatus.CONFIRMED
    if earlier and setting.on(old.rules_on).value:
        return Change.NEEDS_DECISION
    if new.due_on != old.due_on:
        return Change.MOVED
    return Change.NONE if new.status is old.status else Change.CONFIRMED


def _count(old: Certificate, rules: RuleSet) -> Count:
    parameter = rules.parameters[old.rule]
    return Count(
        parameter,
        parameter.on(old.rules_on),
        old.limit,
        old.clock,
        old.kind,
        old.started_at,
        old.started_on,
        rules,
        old.rules_on,
        old.pauses,
        old.extensions,
    )
