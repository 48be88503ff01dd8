"""A longer limit set by a law (法定时限优先): claimed with article and days, never silently."""

from dataclasses import dataclass
from datetime import datetime

from engine.rules.citations import Citation, cites, clause
from engine.rules.rule_set import RuleSet
from engine.rules.time_limits import Deadline, answer_deadline, clock_deadline
from engine.terms import ClockKind, TicketKind


@dataclass(frozen=True)
class StatutoryClaim:
    """A unit's claim that another law gives it longer: which law, article, how many days."""

    law: str
    article: str
    working_days: int


@dataclass(frozen=True)
class StatutoryDeadlines:
    """The two dates of a claim: a staged reply (阶段性答复) in time, then the law's own."""

    staged_reply: Deadline
    follow_up: Deadline
    citation: Citation


@cites("house/H-21", "civil-code/204")
def claim_refusal(
    claim: StatutoryClaim, kind: TicketKind, received_at: datetime, rules: RuleSet
) -> str | None:
    """Return why a claim cannot stand, in Chinese; None when it can go to the supervisor."""
    if not claim.law.strip() or not claim.article.strip():
        return "主张法定时限须写明法律名称和条款"
    ordinary = answer_deadline(kind, received_at, rules)
    if ordinary is None:
        return f"{kind.label}类工单不设时限，无须主张法定时限"
    if claim.working_days <= ordinary.counted.limit:
        return f"法定时限须长于原时限 {ordinary.counted.limit} 个工作日"
    return None


@cites("house/H-21", "civil-code/204", "chengzhong-2023-19/101/persistence")
def statutory_deadlines(
    claim: StatutoryClaim, kind: TicketKind, received_at: datetime, rules: RuleSet
) -> StatutoryDeadlines | None:
    """Return when the staged reply and the final answer are due under an approved claim.

    The staged reply keeps the requester's own limit; the follow-up clock (跟踪督办) runs from
    registration too. None where the kind has no limit at all.
    """
    staged = answer_deadline(kind, received_at, rules)
    follow_up = clock_deadline(
        ClockKind.FOLLOW_UP, received_at, rules, kind=kind, working_days=claim.working_days
    )
    if staged is None or follow_up is None:
        return None
    return StatutoryDeadlines(staged, follow_up, clause("house/H-21"))
