"""What a new or amended calendar does to a running deadline (期限重算)."""

from dataclasses import dataclass
from enum import StrEnum

from engine.rules.certificates import Certificate
from engine.rules.citations import Citation, cites, clause
from engine.rules.counting import Count
from engine.rules.rule_set import RuleSet
from engine.rules.time_limits import Deadline, deadline_of
from engine.rules.working_days import calendar_of_version
from engine.terms import DueStatus


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
def recomputed(old: Certificate, rules: RuleSet) -> Recomputation:
    """Return what the calendar of `rules` makes of a running deadline.

    A confirmed deadline is never shortened silently: an earlier date waits for a supervisor's
    decision. A provisional one moves either way. Closed tickets are not recomputed.
    """
    new = recounted(old, rules)
    return Recomputation(old, new, _change(old, new, rules), clause("house/H-09"))


@cites("house/H-09", "house/H-49")
def recounted(old: Certificate, rules: RuleSet) -> Deadline:
    """Return the deadline a certificate's facts give under `rules`: same start, limit, pauses."""
    return deadline_of(_count(old, rules))


@cites("house/H-49")
def certificate_difference(stored: Certificate, rules: RuleSet) -> str | None:
    """Return what a stored certificate says differently from a fresh count; None when it holds.

    The count uses the calendar version the certificate names.
    """
    calendar = calendar_of_version(stored.calendar_region, stored.calendar_version)
    fresh = recounted(stored, RuleSet(rules.parameters, calendar)).certificate
    for name in ("due_on", "due_at", "days", "limit", "unit", "rule_since"):
        was, now = getattr(stored, name), getattr(fresh, name)
        if was != now:
            return f"{name}：凭证为 {was}，重算为 {now}"
    return None


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
