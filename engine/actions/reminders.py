"""Reminders (催办) as evidence: when each reached its unit, and till when nothing was done.

A reminder is the hotline's own act: what speaks against a unit is that it then did nothing. Who
was sent none, or was sent one that never arrived, left nothing undone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from engine.actions.reply_days import reply_end
from engine.actions.step import Step
from engine.models import Clock, OutboxMessage, Ticket, TicketEventRecord, Unit
from engine.store import outbox
from engine.store import tickets as store
from engine.terms import AssignmentRole, ClockKind, MessageStatus, Rung, TicketEvent

# What a unit had not done, by the limit its reminder was about.
UNDONE = {
    ClockKind.SIGN_FOR: "未签收", ClockKind.FIRST_CONTACT: "未联系",
    ClockKind.HANDLING: "未答复", ClockKind.ASSISTING: "未答复",
    ClockKind.RECTIFICATION_REPLY: "未反馈",
}  # fmt: skip

# What a mail about a limit asks for, of its unit or of the hotline.
TO_DO = {
    ClockKind.SIGN_FOR: "签收工单", ClockKind.FIRST_CONTACT: "联系诉求人",
    ClockKind.RECTIFICATION_REPLY: "书面反馈", ClockKind.ASSISTING: "提出协办意见",
    ClockKind.PROMISE: "办结承诺事项",
    # the hotline's own
    ClockKind.REQUESTER: "督促办理、答复诉求人", ClockKind.REVIEW: "审核答复",
    ClockKind.RETURN_RULING: "裁定退单", ClockKind.ARBITRATION: "会商裁定",
    ClockKind.VERIFICATION: "核查承诺事项",
}  # fmt: skip


class Reminder(NamedTuple):
    """When a reminder arrived, and the end of the day it asks an answer by, where known."""

    arrived: datetime
    until: datetime | None


def is_reminder(record: TicketEventRecord) -> bool:
    """Return whether an event urges a unit: a person's reminder, or the ladder's (红牌催办)."""
    return record.event is TicketEvent.REMIND or is_red(record)


def is_red(record: TicketEventRecord) -> bool:
    """Return whether an event is the ladder's own reminder."""
    urged = record.details.get("rung") == Rung.L1_REMINDER.value
    return record.event is TicketEvent.ESCALATE and urged


def arrived(
    step: Step, ticket: Ticket, records: Sequence[TicketEventRecord]
) -> Mapping[int, Reminder]:
    """Return of each reminder that reached its unit by now, by its event's number, when it did."""
    found = {one.seq: _arrival(step, ticket, one) for one in records if is_reminder(one)}
    return {seq: Reminder(at, reply_end(step, at)) for seq, at in found.items() if at}


def words_of(record: TicketEventRecord, clock: Clock | None) -> str:
    """Return what a reminder was: of the ladder's own, about which limit, if not the answer's."""
    if not is_red(record):
        return "热线催办"
    if clock is None or clock.kind is ClockKind.HANDLING:
        return "红牌催办"
    return f"就{clock.limit_name}红牌催办"


def undone_words(record: TicketEventRecord, clock: Clock | None) -> str:
    """Return what a unit left undone after a reminder: what that one asked for, no more."""
    if not is_red(record) or clock is None:
        return "未回复催办"
    return UNDONE.get(clock.kind, "未办")


def _arrival(step: Step, ticket: Ticket, record: TicketEventRecord) -> datetime | None:
    """Return when a reminder's mail came through; without an address the desk is where it is.

    One about the hotline's own limit reached no unit, nor did a copy that went to the hotline.
    """
    clock = step.session.get(Clock, record.details.get("clock", 0))
    if clock is not None and clock.unit_id is None:
        return None
    mails = (one for key in _keys(step, record) for one in outbox.under(step.session, key))
    own = [one for one in mails if one.unit_id is not None]
    if (came := _first(own)) or any(one.status is not MessageStatus.SUPERSEDED for one in own):
        return came
    unit = _reminded(step, ticket, record)
    if unit is None or not (unit.email or unit.leader_email):
        return record.at
    since = outbox.to_unit(step.session, unit.id, ticket, record.at)
    return _first(one for one in since if own or one.ticket_id is None)


def _keys(step: Step, record: TicketEventRecord) -> tuple[str, ...]:
    if record.event is TicketEvent.REMIND:
        return (f"event:{record.id}",)
    clock = step.session.get(Clock, record.details.get("clock", 0))
    return (outbox.ladder_key(clock, Rung.L1_REMINDER),) if clock else ()


def _first(mails: Iterable[OutboxMessage]) -> datetime | None:
    """Return when the first of these mails came through."""
    came = [one.sent_at or one.next_attempt_at for one in mails
            if one.status is MessageStatus.SENT]  # fmt: skip
    return min(came, default=None)


def _reminded(step: Step, ticket: Ticket, record: TicketEventRecord) -> Unit | None:
    """Return which unit a reminder was for: that of its clock, or the lead at that moment."""
    clock = step.session.get(Clock, record.details.get("clock", 0))
    leads = [one.unit_id for one in store.assignments(step.session, ticket)
             if one.role is AssignmentRole.LEAD and one.dispatched_at <= record.at]  # fmt: skip
    unit_id = clock.unit_id if clock else next(iter(leads[::-1]), ticket.lead_unit_id)
    return step.session.get(Unit, unit_id) if unit_id else None
