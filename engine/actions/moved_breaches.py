"""A breach follows its limit: one that a granted extension makes untrue is withdrawn (已撤销)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from engine.actions import findings
from engine.actions.actor import SYSTEM
from engine.actions.breaches import record_breach
from engine.actions.clocks import is_overdue
from engine.actions.recalling import follow_grounds
from engine.actions.step import Step, Why, take
from engine.actions.untrue_mail import take_back_breach
from engine.models import Breach, Clock, Ticket
from engine.rules.citations import clause
from engine.rules.letter_life import FELL
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.store import clocks as store
from engine.store import findings as finding_store
from engine.terms import BreachJudgement, FindingState, Rung, TicketEvent

WITHDRAWN = BreachJudgement.WITHDRAWN.value
STANDING = (FindingState.PROPOSED, FindingState.IN_FORCE)


def follow_limits(
    step: Step, ticket: Ticket, moved: Sequence[tuple[Clock, str]], cites: str
) -> None:
    """Let the breaches of clocks follow their moved limits; beside each, what moved it.

    The letters that rest on them follow once all are judged: it is one act, and told once.
    """
    reasons = [_follow_limit(step, ticket, clock, what, cites) for clock, what in moved]
    if told := [one for one in reasons if one]:
        follow_grounds(step, ticket, told[-1])


def _follow_limit(step: Step, ticket: Ticket, clock: Clock, what: str, cites: str) -> str:
    """Let a breach follow its moved limit and return why it did; nothing where it stays.

    While the new limit is still to come, or was kept, there is no breach. One that is over already
    is missed from its own end on; what was found of the breach stays beside it.
    """
    breach = store.breach_of(step.session, clock.id)
    gone = breach is not None and breach.judgement == WITHDRAWN
    if breach is None or (not gone and breach.true_at == clock.due_at):
        return ""
    if is_overdue(clock, step.now):
        return _miss_anew(step, ticket, clock, what)
    if gone:
        return ""
    was = shanghai_date(breach.true_at - timedelta(microseconds=1))
    reason = f"{what}，原到期日{spoken_date(was)}届满不计超期"
    withdraw_breach(step, ticket, breach, reason, cites)
    return reason


def _miss_anew(step: Step, ticket: Ticket, clock: Clock, what: str) -> str:
    words = f"{clock.limit_name}（{clock.due_on:%Y-%m-%d} 到期）：{what}，仍超期"
    details = {
        "clock": clock.id, "rung": Rung.BREACH.value, "detected_at": step.now.isoformat(),
        "fell_due_at": clock.due_at.isoformat(), "moved": True,
    }  # fmt: skip
    record_breach(step, ticket, clock, Why(words, details=details))
    return FELL


def withdraw_breach(step: Step, ticket: Ticket, breach: Breach, reason: str, cites: str) -> None:
    """Withdraw a breach with why, as an event too; what was found of it ends.

    Its mails that have not left are taken back. Whoever withdraws lets the letters follow that rest
    on it (`follow_grounds`).
    """
    step = replace(step, actor=SYSTEM)
    for state in STANDING:
        finding = finding_store.standing(step.session, breach.id, state)
        if finding is not None:
            findings.end(step, finding, BreachJudgement.WITHDRAWN.label)
    breach.judgement, breach.judgement_reason = WITHDRAWN, reason
    breach.judged_by_id, breach.judged_at = None, step.now
    details = {"breach": breach.id, "clock": breach.clock_id, "judgement": WITHDRAWN,
               "step": "withdraw"}  # fmt: skip
    why = Why(f"撤销{breach.kind.label}的超期记录：{reason}", clause(cites).label, details)
    take(step, ticket, TicketEvent.JUDGE_BREACH, why)
    take_back_breach(step, ticket, breach.clock_id)
