"""Moves a running deadline by the rules: extensions (延期) and pauses (停表)."""

from dataclasses import replace
from datetime import datetime

from engine.actions import clocks
from engine.actions.actor import SYSTEM
from engine.actions.moved_breaches import follow_limits
from engine.actions.moved_days import Was, tell_moved
from engine.actions.own_words import Own
from engine.actions.step import Step, Why, append, take
from engine.actions.telling import tell_lead
from engine.actions.told_days import told_due
from engine.actions.unit_work import assignment_of
from engine.errors import BadInputError, ConflictError, NotFoundError, RefusedTransitionError
from engine.lifecycle import WITH_UNIT
from engine.models import Clock, ExtensionRequest, Ticket
from engine.rules.adjustments import Extension, Pause
from engine.rules.citations import clause
from engine.rules.extension import ExtensionRuling, extended_deadline, extension_check
from engine.rules.pauses import AskedPause, pause_reasons, pause_refusal
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.store import clocks as store
from engine.store import extensions
from engine.store import tickets as ticket_store
from engine.terms import ClockKind, ClockState, NoticeKind, Role, TicketEvent

MOVED = (ClockKind.REQUESTER, ClockKind.HANDLING)
PAUSED_TOO = (*MOVED, ClockKind.ASSISTING)


def request_extension(
    step: Step, ticket: Ticket, working_days: int, reason: str
) -> ExtensionRequest:
    """Ask for more working days (申请延期); a supervisor decides.

    Raises:
        BadInputError: no reason, or the rules forbid it; says which and how much they allow.
        ConflictError: one waits for its decision already.
        RefusedTransitionError: the ticket is not in hand.
    """
    assignment_of(step, ticket, lead=True)
    clock = _running(step, ticket, ClockKind.HANDLING)
    if extensions.is_pending(step.session, clock):
        message = f"工单 {ticket.number} 已有一份延期申请待主管批，请等批复。"
        raise ConflictError(message)
    ruling = _ruling(step, ticket, clock, working_days)
    _check(step, ruling, reason)
    words = f"申请延期 {working_days} 个工作日：{reason.strip()}"
    take(step, ticket, TicketEvent.REQUEST_EXTENSION, Why(words, ruling.citation.label))
    request = ExtensionRequest(
        ticket_id=ticket.id, clock_id=clock.id, working_days=working_days, reason=reason.strip(),
        requested_by_id=step.actor.account_id or 0, requested_at=step.now,
    )  # fmt: skip
    step.session.add(request)
    step.session.flush()
    return request


def _ruling(step: Step, ticket: Ticket, clock: Clock, working_days: int) -> ExtensionRuling:
    deadline = clocks.stored_deadline(ticket, clock, step.rules)
    used = extensions.granted(step.session, ticket)
    return extension_check(deadline, working_days, step.now, step.rules, used=used)


def _check(step: Step, ruling: ExtensionRuling, reason: str) -> None:
    fields = {}
    if ruling.refusal is not None:
        fields["working_days"] = f"{ruling.refusal}。"
    if Role.UNIT_LEADER.value in ruling.approvers and step.actor.role is Role.HANDLER:
        fields["working_days"] = "第二次延期须由承办单位负责人提出。"
    if not reason.strip():
        fields["reason"] = "请写明延期理由。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def decide_extension(step: Step, request_id: int, *, granted: bool, reason: str) -> None:
    """Grant or refuse an extension; a granted one moves the requester's and the unit's clock.

    Raises:
        NotFoundError: there is no such request.
        ConflictError: it was decided already, or the unit's clock it asked for has stopped.
        BadInputError: refused without a reason.
    """
    request = step.session.get(ExtensionRequest, request_id)
    if request is None:
        message = f"没有延期申请 {request_id}。"
        raise NotFoundError(message)
    ticket = ticket_store.lock_ticket(step.session, request.ticket_id)
    step.session.refresh(request)
    _undecided(request, granted=granted, reason=reason)
    request.decided_by_id, request.decided_at = step.actor.account_id, step.now
    request.state = extensions.GRANTED if granted else extensions.REFUSED
    request.decision_reason = reason.strip()
    if granted:
        _grant(step, ticket, request)
    else:
        _refuse(step, ticket, request)


def _undecided(request: ExtensionRequest, *, granted: bool, reason: str) -> None:
    if request.state != extensions.PENDING:
        message = "这份延期申请已经批过了。"
        raise ConflictError(message)
    if not granted and not reason.strip():
        words = "不同意延期的，请写明理由。"
        raise BadInputError(words, fields={"reason": words})


def _grant(step: Step, ticket: Ticket, request: ExtensionRequest) -> None:
    if _running(step, ticket, ClockKind.HANDLING).id != request.clock_id:
        message = f"工单 {ticket.number} 已改由新的承办时限计时，这份延期申请只能不同意。"
        raise ConflictError(message)
    extension = Extension(request.working_days, step.now, request.reason)
    moved = store.running(step.session, ticket.id, MOVED)
    old = {clock.kind: clock.due_on for clock in moved}
    for clock in moved:
        deadline = clocks.stored_deadline(ticket, clock, clocks.own_rules(clock, step.rules))
        clocks.set_deadline(step, ticket, clock, extended_deadline(deadline, extension))
    new = {clock.kind: told_due(clock) for clock in moved}
    kind = ClockKind.HANDLING
    words = f"延期 {request.working_days} 个工作日，办结期限改为{spoken_date(new[kind].ends)}"
    details = {one.value: [old[one].isoformat(), new[one].ends.isoformat()] for one in new}
    record = take(step, ticket, TicketEvent.GRANT_EXTENSION, Why(words, details=details))
    told = f"{spoken_date(shanghai_date(step.now))}同意延期"
    whats = [(one, f"{told}，{one.kind.label}改为{spoken_date(one.due_on)}") for one in moved]
    follow_limits(step, ticket, whats, "house/H-19")
    facts = {"decision": "同意延期", "reason": request.reason, "old_due_on": old[kind],
             "new_due_on": new[kind]}  # fmt: skip
    tell_lead(step, ticket, NoticeKind.EXTENSION, f"event:{record.id}", facts)


def _refuse(step: Step, ticket: Ticket, request: ExtensionRequest) -> None:
    clock = step.session.get_one(Clock, request.clock_id)
    why = Why(f"不同意延期：{request.decision_reason}")
    record = take(step, ticket, TicketEvent.REFUSE_EXTENSION, why)
    facts = {"decision": "不同意延期", "reason": request.decision_reason,
             "old_due_on": told_due(clock), "new_due_on": told_due(clock)}  # fmt: skip
    tell_lead(step, ticket, NoticeKind.EXTENSION, f"event:{record.id}", facts)


def pause(step: Step, ticket: Ticket, reason: str) -> None:
    """Let a ticket's clocks stand still for an allowed reason (停表), up to the cap.

    Raises:
        RefusedTransitionError: not for this kind, not for this reason, or the cap is reached.
    """
    on = shanghai_date(ticket.accepted_at)
    main = _running(step, ticket, ClockKind.REQUESTER)
    asked = AskedPause(ticket.kind, reason, shanghai_date(step.now), main.due_on)
    refusal = pause_refusal(asked, clocks.pauses_of(main), step.rules, on)
    if refusal is not None:
        raise RefusedTransitionError(refusal[0] + "。", clause=refusal[1].label)
    words = pause_reasons(step.rules, on)[reason]
    take(step, ticket, TicketEvent.PAUSE, Why(f"停表：{words}", details={"reason": reason}))
    for clock in store.running(step.session, ticket.id, PAUSED_TOO):
        clock.state = ClockState.PAUSED
        pauses = (*clocks.pauses_of(clock), Pause(step.now, None, reason))
        clocks.set_pauses(step, ticket, clock, pauses)


def resume(step: Step, ticket: Ticket) -> None:
    """Let paused clocks run on; the working days they stood still no longer count.

    Raises:
        RefusedTransitionError: nothing is paused.
    """
    paused = _paused(step, ticket)
    if not paused:
        message = f"工单 {ticket.number} 没有停表。"
        raise RefusedTransitionError(message)
    before = _run_on(step, ticket, paused, step.now)
    due = paused[0].due_on
    record = take(step, ticket, TicketEvent.RESUME, Why(f"恢复计时，到期日{spoken_date(due)}"))
    tell_moved(step, ticket, record, before, Own("停表结束，恢复计时"))


def resume_used_up(step: Step, ticket: Ticket, at: datetime) -> None:
    """Let a ticket's clocks run on because its pause was used up at `at` (停表已满)."""
    step = replace(step, actor=SYSTEM)
    paused = _paused(step, ticket)
    before = _run_on(step, ticket, paused, at)
    words = f"停表已满，恢复计时，到期日{spoken_date(paused[0].due_on)}"
    details = {"fell_due_at": at.isoformat(), "detected_at": step.now.isoformat()}
    citation = clause("house/H-22").label
    why = Why(words, citation, details)
    if ticket.status in WITH_UNIT:
        record = take(step, ticket, TicketEvent.RESUME, why)
    else:
        record = append(step, ticket, TicketEvent.RESUME, why, ticket.status, citation)
    tell_moved(step, ticket, record, before, Own("停表已满，恢复计时"))


def _paused(step: Step, ticket: Ticket) -> list[Clock]:
    """Return a ticket's paused clocks, the requester's first."""
    found = store.running(step.session, ticket.id, PAUSED_TOO)
    paused = (one for one in found if one.state is ClockState.PAUSED)
    return sorted(paused, key=lambda one: PAUSED_TOO.index(one.kind))


def _run_on(step: Step, ticket: Ticket, paused: list[Clock], ended_at: datetime) -> list[Was]:
    """Let these clocks run on; return on which day each ended before it stood still."""
    before = [(clock, clocks.day_unpaused(step, ticket, clock)) for clock in paused]
    for clock in paused:
        clock.state = ClockState.RUNNING
        clocks.end_pause(step, ticket, clock, ended_at)
    return before


def _running(step: Step, ticket: Ticket, kind: ClockKind) -> Clock:
    found = store.running(step.session, ticket.id, [kind])
    if not found:
        message = f"工单 {ticket.number} 没有在计时的{kind.label}。"
        raise RefusedTransitionError(message)
    return found[0]
