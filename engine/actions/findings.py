"""Findings (认定): one supervisor proposes, another agrees, the unit may appeal; none is lost."""

from typing import Any

from engine.actions import finding_mail
from engine.actions.actor import require_role
from engine.actions.finding_evidence import FindingForm, appealed_in, missing_fields
from engine.actions.recalling import excuse_in_letters
from engine.actions.stated import stated, within
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError, ConflictError, NotFoundError, NotPermittedError
from engine.models import Breach, Finding, Ticket
from engine.rules.findings import (
    appeal_until,
    exclusion_grounds,
    favours_the_unit,
    may_agree,
    may_rule,
    persons_needed,
)
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.store import findings as store
from engine.store import tickets as ticket_store
from engine.store.row_security import as_house
from engine.terms import BreachJudgement, FindingKind, FindingState, Indicator, Role, TicketEvent

LONGEST = 500
LONGEST_APPEAL = 5_000  # a unit appeals once
ANOTHER = "另作认定"
APPEALED = "申诉后改变"
GONE = "这条超期已经撤销，不再认定。"
WAITS = "这条超期已有一份认定待复核，请先复核。"


def judge_breach(step: Step, breach_id: int, form: FindingForm) -> Finding:
    """Write a finding beside a breach; excusing waits for another supervisor (超期认定).

    Raises:
        NotPermittedError: only supervisors judge.
        NotFoundError: there is no such breach.
        BadInputError: kind or reason is missing, or evidence that can be looked up.
        ConflictError: a finding of it waits already, the same one is in force, or it was withdrawn.
    """
    require_role(step.actor, Role.SUPERVISOR)
    breach, ticket = _locked(step, breach_id)
    fields = missing_fields(step, ticket, form, own=breach.unit_id is None)
    if fields or form.kind == FindingKind.EXCLUDED:
        raise BadInputError("".join(fields.values()) or "请选认定。", fields=fields)
    if breach.judgement == BreachJudgement.WITHDRAWN:
        raise ConflictError(GONE)
    kind = FindingKind.parse(form.kind)
    _refuse_second(step, breach, kind)
    finding = Finding(
        kind=kind, state=FindingState.PROPOSED, ticket_id=ticket.id, breach_id=breach.id,
        unit_id=breach.unit_id, reason=within(form.reason, "reason", LONGEST),
        evidence=form.evidence.strip(), proposed_by_id=step.actor.account_id or 0,
        proposed_at=step.now,
    )  # fmt: skip
    return propose(step, ticket, finding)


def _locked(step: Step, breach_id: int) -> tuple[Breach, Ticket]:
    breach = step.session.get(Breach, breach_id)
    if breach is None:
        message = "没有这条超期记录。"
        raise NotFoundError(message)
    return breach, ticket_store.lock_ticket(step.session, breach.ticket_id)


def _refuse_second(step: Step, breach: Breach, kind: FindingKind) -> None:
    if store.standing(step.session, breach.id, FindingState.PROPOSED) is not None:
        raise ConflictError(WAITS)
    in_force = store.standing(step.session, breach.id, FindingState.IN_FORCE)
    if in_force is not None and in_force.kind is kind:
        message = f"已经认定过“{kind.label}”，没有再记一次。要改认定，请改选另一项。"
        raise ConflictError(message)


def propose(step: Step, ticket: Ticket, finding: Finding) -> Finding:
    """Write a new finding of a locked ticket; it is in force at once where one person is enough."""
    step.session.add(finding)
    step.session.flush()
    needed = persons_needed(finding.kind, step.rules, shanghai_date(step.now))
    verb = "提出" if needed > 1 else ""
    _note(step, ticket, finding, f"{verb}{_named(step, finding)}。{finding.reason}", "propose")
    if needed == 1:
        _come_into_force(step, finding)
    return finding


def decide(step: Step, finding_id: int, *, agreed: bool, reason: str = "") -> Finding:
    """Agree to another supervisor's finding or refuse it (复核); the last needed one decides.

    Raises:
        NotPermittedError: only supervisors; nobody agrees to their own finding, or twice.
        ConflictError: it was decided already.
        BadInputError: refused without a reason.
    """
    require_role(step.actor, Role.SUPERVISOR)
    finding, ticket = _finding(step, finding_id)
    if finding.state is not FindingState.PROPOSED:
        message = "这条认定已经复核过了。"
        raise ConflictError(message)
    agreed_ids = {finding.proposed_by_id, *(one["id"] for one in finding.approvals)}
    _permitted(may_agree(step.actor.account_id or 0, agreed_ids))
    within(reason, "reason", LONGEST)
    if not agreed:
        stated(reason, "reason", "复核不通过的，请写明理由。")
    word = "复核同意" if agreed else "复核不同意"
    _note(step, ticket, finding, f"{word}{_named(step, finding)}。{reason.strip()}", "decide")
    if agreed:
        _agree(step, finding, reason)
    else:
        _decided(step, finding, FindingState.REFUSED, reason)
    return finding


def _named(step: Step, finding: Finding) -> str:
    """Return what is found, in words: of an exclusion (剔除) its indicator and its ground too."""
    if finding.kind is not FindingKind.EXCLUDED:
        return finding.kind.label
    grounds = exclusion_grounds(step.rules, shanghai_date(finding.proposed_at))
    ground = grounds.get(finding.ground, finding.ground)
    return f"{finding.kind.label}（{Indicator.parse(finding.indicator).label}；{ground}）"


def _permitted(refusal: str | None) -> None:
    if refusal is not None:
        raise NotPermittedError(refusal)


def _finding(step: Step, finding_id: int) -> tuple[Finding, Ticket]:
    found = store.one(step.session, finding_id)
    ticket = ticket_store.lock_ticket(step.session, found.ticket_id)
    step.session.refresh(found)
    return found, ticket


def _agree(step: Step, finding: Finding, reason: str) -> None:
    who = {"id": step.actor.account_id, "name": step.actor.name, "at": step.now.isoformat()}
    finding.approvals = [*finding.approvals, who]
    needed = persons_needed(finding.kind, step.rules, shanghai_date(step.now))
    if 1 + len(finding.approvals) >= needed:
        finding.decision_reason = reason.strip()
        _come_into_force(step, finding)


def _decided(step: Step, finding: Finding, state: FindingState, reason: str = "") -> None:
    finding.state, finding.decided_at = state, step.now
    finding.decided_by_id = step.actor.account_id
    finding.decision_reason = reason.strip() or finding.decision_reason
    if finding.unit_id is not None:
        if not favours_the_unit(finding.kind, finding.state):
            finding.appeal_until = appeal_until(shanghai_date(step.now), step.rules)
        ticket = step.session.get_one(Ticket, finding.ticket_id)
        finding_mail.tell_decided(step, ticket, finding)


def _come_into_force(step: Step, finding: Finding) -> None:
    if finding.kind is not FindingKind.CONFIRMED:
        _permitted(may_agree(step.actor.account_id or 0, {finding.proposed_by_id}))
    if finding.breach_id is not None:
        earlier = store.standing(step.session, finding.breach_id, FindingState.IN_FORCE)
        if earlier is not None:
            end(step, earlier, APPEALED if earlier.appeal_changed else ANOTHER)
            step.session.flush()
    _decided(step, finding, FindingState.IN_FORCE)
    finding.effective_at = step.now
    _show_beside(step, finding)
    excuse_in_letters(step, finding)


def _show_beside(step: Step, finding: Finding) -> None:
    """Write beside the breach which finding counts now, for lists that show no more."""
    if finding.breach_id is None:
        return
    breach = step.session.get_one(Breach, finding.breach_id)
    counts = finding.state is FindingState.IN_FORCE
    breach.judgement = finding.kind.value if counts else ""
    breach.judgement_reason = finding.reason if counts else ""
    breach.judged_by_id = finding.proposed_by_id if counts else None
    breach.judged_at = step.now if counts else None


def end(step: Step, finding: Finding, why: str) -> None:
    """End a finding: from now on it no longer counts."""
    finding.state, finding.ended_at, finding.end_reason = FindingState.ENDED, step.now, why
    _show_beside(step, finding)


def appeal(step: Step, finding_id: int, reason: str) -> Finding:
    """Appeal a decision about one's own unit within the window (申诉), once.

    Raises:
        NotFoundError: it is no decision about this unit.
        BadInputError: no reason was given.
        ConflictError: the window is over, or it was appealed already.
    """
    wanted = "请写明申诉理由，附上能查证的材料名称。"
    stated(reason, "reason", wanted, LONGEST_APPEAL, "请只写要点，材料写明名称，传到工单的附件里")
    found = store.one(step.session, finding_id)
    if found.unit_id is None or found.unit_id != step.actor.unit_id:
        message = "没有这条认定。"
        raise NotFoundError(message)
    with as_house(step.session):
        finding, ticket = _finding(step, finding_id)
        _appealable(step, finding)
        words = f"对“{finding.kind.label}”申诉。{reason.strip()}"
        finding.appealed_at, finding.appealed_by_id = step.now, step.actor.account_id
        finding.appeal_reason = reason.strip()
        _note(step, ticket, finding, words, "appeal", TicketEvent.APPEAL)
    return finding


def _appealable(step: Step, finding: Finding) -> None:
    if finding.appealed_at is not None:
        message = "这条认定已经申诉过了，请等裁定。"
        raise ConflictError(message)
    until = finding.appeal_until
    decided = finding.state in (FindingState.IN_FORCE, FindingState.REFUSED)
    if not decided or until is None or favours_the_unit(finding.kind, finding.state):
        message = "这条认定现在不能申诉。"
        raise ConflictError(message)
    if shanghai_date(step.now) > until:
        message = f"申诉期到{spoken_date(until)}为止，已经过了。"
        raise ConflictError(message)


def rule_on_appeal(step: Step, finding_id: int, *, changed: bool, reason: str) -> Finding:
    """Rule on an appeal (申诉裁定): the finding stays, or is changed.

    What was confirmed stays in force until another supervisor agrees to excuse it instead.

    Raises:
        NotPermittedError: only supervisors, and nobody who took part in what is appealed against.
        ConflictError: no appeal waits, or another finding of the breach waits already.
        BadInputError: no reason was given.
    """
    require_role(step.actor, Role.SUPERVISOR)
    stated(reason, "reason", "请写明裁定理由。", LONGEST)
    finding, ticket = _finding(step, finding_id)
    if finding.appealed_at is None or finding.appeal_ruled_at is not None:
        message = "没有待裁定的申诉。"
        raise ConflictError(message)
    _permitted(may_rule(step.actor.account_id or 0, deciders(finding)))
    finding.appeal_ruled_at, finding.appeal_ruled_by_id = step.now, step.actor.account_id
    finding.appeal_changed, finding.appeal_ruling = changed, reason.strip()
    word = "改变" if changed else "维持"
    words = f"申诉裁定：{word}“{finding.kind.label}”。{reason.strip()}"
    _note(step, ticket, finding, words, "rule")
    if changed:
        _change(step, finding)
    finding_mail.tell_ruled(step, ticket, finding)
    return finding


def deciders(finding: Finding) -> set[int | None]:
    """Return the accounts that proposed, agreed to or refused a finding."""
    agreed = (one["id"] for one in finding.approvals)
    return {finding.proposed_by_id, finding.decided_by_id, *agreed}


def _change(step: Step, finding: Finding) -> None:
    """Turn a finding round: what was refused counts, what counted ends; excuses are proposed."""
    if finding.state is FindingState.REFUSED:
        _come_into_force(step, finding)
        return
    if finding.state is not FindingState.IN_FORCE:
        return
    if finding.kind is FindingKind.CONFIRMED:
        _excuse_instead(step, finding)
    else:
        end(step, finding, APPEALED)


def _excuse_instead(step: Step, finding: Finding) -> None:
    """Propose to excuse what was confirmed; it comes into force as every excuse does."""
    if store.standing(step.session, finding.breach_id or 0, FindingState.PROPOSED) is not None:
        raise ConflictError(WAITS)
    excused = Finding(
        kind=FindingKind.EXCUSED, state=FindingState.PROPOSED, ticket_id=finding.ticket_id,
        breach_id=finding.breach_id, unit_id=finding.unit_id, reason=finding.appeal_ruling,
        evidence=appealed_in(step, finding), proposed_by_id=step.actor.account_id or 0,
        proposed_at=step.now,
    )  # fmt: skip
    step.session.add(excused)
    step.session.flush()


def _note(
    step: Step, ticket: Ticket, finding: Finding, words: str, part: str,
    event: TicketEvent | None = None,
) -> None:  # fmt: skip
    of_breach = finding.breach_id is not None
    event = event or (TicketEvent.JUDGE_BREACH if of_breach else TicketEvent.EXCLUDE)
    details: dict[str, Any] = {
        "finding": finding.id, "judgement": finding.kind.value, "step": part,
        **({"breach": finding.breach_id} if of_breach else {"indicator": finding.indicator}),
    }  # fmt: skip
    take(step, ticket, event, Why(words, details=details))
