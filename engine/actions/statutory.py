"""A longer limit by another law (法定时限优先): claimed by the unit, granted by a supervisor.

The staged reply (阶段性答复) stays due within the document's own limit; only then does the
follow-up clock (跟踪督办) stand alone.
"""

from typing import Any

from engine.actions import clocks
from engine.actions.actor import require_role
from engine.actions.step import Step, Why, take
from engine.actions.telling import tell_lead
from engine.actions.told_days import told_due
from engine.actions.unit_work import SHORTEST_ANSWER, assignment_of
from engine.errors import BadInputError, ConflictError, RefusedTransitionError
from engine.models import Clock, Ticket, TicketEventRecord
from engine.rules.citations import clause
from engine.rules.shanghai import spoken_date
from engine.rules.statutory import StatutoryClaim, claim_refusal, statutory_deadlines
from engine.rules.time_limits import Deadline
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.terms import ClockKind, NoticeKind, Role, TicketEvent

CLAIM = "statutory_claim"
CLAIMED, GRANTED, REFUSED = "claimed", "granted", "refused"
STAGED_REPLY = "staged_reply"
# Technical: longer names of laws than these are mistakes.
LONGEST = 100
MOST_DAYS = 2000


def claim_statutory_limit(step: Step, ticket: Ticket, claim: StatutoryClaim) -> TicketEventRecord:
    """Claim that a law, named with its article, gives more working days; a supervisor decides.

    Raises:
        BadInputError: law, article or days are missing or do not help.
        ConflictError: a claim waits already, or was granted.
        NotPermittedError: the ticket is not with the actor's unit as lead.
    """
    assignment_of(step, ticket, lead=True)
    _requester_clock(step, ticket)
    _check(step, ticket, claim)
    if _state(step, ticket) in (CLAIMED, GRANTED):
        message = f"工单 {ticket.number} 已主张过法定时限。"
        raise ConflictError(message)
    _later(step, ticket, claim)
    days = f"{claim.working_days} 个工作日"
    words = f"主张法定时限：{claim.law.strip()}{claim.article.strip()}，{days}"
    details = {CLAIM: CLAIMED, **_stored(claim)}
    return take(step, ticket, TicketEvent.NOTE, Why(words, _law(), details))


def _check(step: Step, ticket: Ticket, claim: StatutoryClaim) -> None:
    fields = {
        name: f"最多 {LONGEST} 字。"
        for name in ("law", "article")
        if len(getattr(claim, name)) > LONGEST
    }
    if claim.working_days > MOST_DAYS:
        fields["working_days"] = f"天数有误：最多 {MOST_DAYS} 个工作日。"
    refusal = claim_refusal(claim, ticket.kind, ticket.accepted_at, step.rules)
    if refusal is not None:
        named = claim.law.strip() and claim.article.strip()
        fields["working_days" if named else "law"] = f"{refusal}。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _law() -> str:
    return clause("house/H-21").label


def _stored(claim: StatutoryClaim) -> dict[str, Any]:
    return {"law": claim.law.strip(), "article": claim.article.strip(),
            "working_days": claim.working_days}  # fmt: skip


def _deadline(step: Step, ticket: Ticket, claim: StatutoryClaim) -> Deadline:
    found = statutory_deadlines(claim, ticket.kind, ticket.accepted_at, step.rules)
    if found is None:
        message = f"{ticket.kind.label}类工单不设时限，无须主张法定时限。"
        raise BadInputError(message)
    return found.follow_up


def _later(step: Step, ticket: Ticket, claim: StatutoryClaim) -> Deadline:
    """Return the deadline of a claim that helps: later than the date that holds now."""
    follow_up, now_due = _deadline(step, ticket, claim), _requester_clock(step, ticket).due_on
    if follow_up.due_on <= now_due:
        law, now = spoken_date(follow_up.due_on), spoken_date(now_due)
        words = f"按 {claim.working_days} 个工作日到{law}，不晚于现到期日{now}，无须主张。"
        raise BadInputError(words, fields={"working_days": words})
    return follow_up


def decide_statutory_claim(step: Step, ticket: Ticket, *, granted: bool, reason: str) -> None:
    """Grant or refuse a claim; granted, the follow-up clock runs from registration by that law.

    The requester's and the unit's clock keep their dates: the staged reply is due by them.

    Raises:
        NotPermittedError: only a supervisor decides.
        ConflictError: no claim waits.
        BadInputError: refused without a reason.
    """
    require_role(step.actor, Role.SUPERVISOR)
    waiting = claim_of(step, ticket)
    if waiting is None or waiting.details[CLAIM] != CLAIMED:
        message = f"工单 {ticket.number} 没有待决定的法定时限主张。"
        raise ConflictError(message)
    if not granted and not reason.strip():
        words = "不同意的，请写明理由。"
        raise BadInputError(words, fields={"reason": words})
    claim = StatutoryClaim(*(waiting.details[name] for name in ("law", "article", "working_days")))
    if granted:
        _grant(step, ticket, claim, reason.strip())
    else:
        details = {CLAIM: REFUSED, **_stored(claim)}
        why = Why(f"不同意按法定时限办理：{reason.strip()}", _law(), details)
        _tell(step, ticket, take(step, ticket, TicketEvent.NOTE, why), "不同意按法定时限办理")


def _grant(step: Step, ticket: Ticket, claim: StatutoryClaim, reason: str) -> None:
    clock = _follow_up(step, ticket, claim)
    law = f"{claim.law}{claim.article}"
    words = f"同意按{law}（{claim.working_days} 个工作日）跟踪督办至{spoken_date(clock.due_on)}"
    words = f"{words}；阶段性答复仍按原时限。{reason}"
    why = Why(words, _law(), {CLAIM: GRANTED, **_stored(claim)})
    _tell(step, ticket, take(step, ticket, TicketEvent.NOTE, why), "同意按法定时限跟踪督办")


def _follow_up(step: Step, ticket: Ticket, claim: StatutoryClaim) -> Clock:
    deadline = _later(step, ticket, claim)
    return clocks.start_counted(
        step, ticket, ClockKind.FOLLOW_UP, ticket.lead_unit_id, ticket.accepted_at, deadline
    )


def _tell(step: Step, ticket: Ticket, record: TicketEventRecord, decision: str) -> None:
    staged = clock_store.one(step.session, ticket.id, ClockKind.REQUESTER)
    follow_up = clock_store.one(step.session, ticket.id, ClockKind.FOLLOW_UP)
    old = told_due(staged) if staged else None
    facts: dict[str, object] = {"decision": decision, "reason": record.reason, "old_due_on": old,
             "new_due_on": told_due(follow_up) if follow_up else old}  # fmt: skip
    tell_lead(step, ticket, NoticeKind.EXTENSION, f"event:{record.id}", facts)


def staged_reply(step: Step, ticket: Ticket, text: str) -> None:
    """File the staged reply (阶段性答复): the document's limit is met, the law's own runs on.

    Raises:
        RefusedTransitionError: no claim was granted, or the staged reply was given.
        BadInputError: the text is too short.
    """
    assignment_of(step, ticket, lead=True)
    if _state(step, ticket) != GRANTED:
        message = f"工单 {ticket.number} 没有获准的法定时限，请直接办结答复。"
        raise RefusedTransitionError(message, clause=_law())
    _requester_clock(step, ticket)
    if len(text.strip()) < SHORTEST_ANSWER:
        words = f"阶段性答复至少写 {SHORTEST_ANSWER} 个字，写清进展和预计办结时间。"
        raise BadInputError(words, fields={"text": words})
    why = Why(f"阶段性答复：{text.strip()}", _law(), {STAGED_REPLY: True})
    take(step, ticket, TicketEvent.NOTE, why)
    answering = [ClockKind.REQUESTER, ClockKind.HANDLING]
    clocks.stop(step, ticket, answering, "已作阶段性答复")


def _requester_clock(step: Step, ticket: Ticket) -> Clock:
    found = clock_store.running(step.session, ticket.id, [ClockKind.REQUESTER])
    if not found:
        message = f"工单 {ticket.number} 没有在计时的诉求人时限。"
        raise RefusedTransitionError(message, clause=_law())
    return found[0]


def claim_of(step: Step, ticket: Ticket) -> TicketEventRecord | None:
    """Return the newest event of a statutory claim on a ticket, if there is one."""
    found = [one for one in store.events(step.session, ticket) if CLAIM in one.details]
    return found[-1] if found else None


def _state(step: Step, ticket: Ticket) -> str:
    newest = claim_of(step, ticket)
    return newest.details[CLAIM] if newest else ""
