"""What a finding says for itself (认定的理由和证据), looked up on its ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.actions.step import Step
from engine.actions.told_units import heard_of, never_told
from engine.models import Assignment, Clock, Finding, Ticket, TicketEventRecord
from engine.rules.findings import Said, missing_in_finding
from engine.store import attachments
from engine.store import tickets as ticket_store
from engine.terms import AssignmentRole, ClockKind, NoticeKind, TicketEvent

# Only who was told of a ticket can keep these.
OF_THE_TOLD = (ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT, ClockKind.HANDLING, ClockKind.ASSISTING)


@dataclass(frozen=True, kw_only=True)
class FindingForm:
    """A finding as typed: of what kind, why, and what proves it."""

    kind: str
    reason: str
    evidence: str = ""


def missing_fields(
    step: Step, ticket: Ticket, form: FindingForm, *, own: bool = False
) -> dict[str, str]:
    """Return the fields a finding of a ticket lacks; `own`: it is the hotline's breach."""
    events = {one.seq for one in ticket_store.events(step.session, ticket)}
    files = [one.name for one in attachments.of_ticket(step.session, ticket.id)]
    return missing_in_finding(Said(
        kind=form.kind, reason=form.reason, evidence=form.evidence, events=events, files=files,
        own=own,
    ))  # fmt: skip


def excuse_of_the_untold(step: Step, ticket: Ticket, clock: Clock) -> FindingForm | None:
    """Return what may be said for a unit that no mail told of a ticket (派单通知送达失败).

    Nothing may where any other mail about it reached the unit, or its leader, before the limit
    ended, or where the unit did anything on it until then: it knew of it.
    """
    if clock.kind not in OF_THE_TOLD or clock.assignment_id is None:
        return None
    assignment = step.session.get_one(Assignment, clock.assignment_id)
    if not never_told(step, assignment.id) or _knew(step, ticket, assignment, clock.due_at):
        return None
    leads = assignment.role is AssignmentRole.LEAD
    told = f"{(NoticeKind.ASSIGNMENT if leads else NoticeKind.ASSISTING).label}没有送达"
    shown = _last(step, ticket, lambda one: (
        one.event is TicketEvent.UNDELIVERED and one.reason.startswith(told)
        and one.at >= assignment.dispatched_at))  # fmt: skip
    if not shown:
        return None
    reason = f"{told}，单位在时限内无从知道这件工单。"
    return FindingForm(kind="excused", reason=reason, evidence=shown)


def _knew(step: Step, ticket: Ticket, assignment: Assignment, limit: datetime) -> bool:
    since = assignment.dispatched_at
    acts = (one.at for one in ticket_store.events(step.session, ticket)
            if one.unit_id == assignment.unit_id)  # fmt: skip
    return any(since <= at < limit for at in acts) or heard_of(step, ticket, assignment, limit)


def appealed_in(step: Step, finding: Finding) -> str:
    """Return the appeal as evidence: the number of its event, where its words stand."""
    ticket = step.session.get_one(Ticket, finding.ticket_id)
    shown = _last(step, ticket, lambda one: (
        one.event is TicketEvent.APPEAL and one.details.get("finding") == finding.id))  # fmt: skip
    return f"{shown}，单位申诉：{finding.appeal_reason}"


def _last(step: Step, ticket: Ticket, tells: Callable[[TicketEventRecord], bool]) -> str:
    """Return the newest event that tells of it, as evidence names it; empty where none does."""
    seqs = [one.seq for one in ticket_store.events(step.session, ticket) if tells(one)]
    return f"事件第{seqs[-1]}号" if seqs else ""
