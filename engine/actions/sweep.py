"""Climbs what fell due on one clock (升级): rungs in order, each once, one mail a recipient."""

from collections.abc import Iterable
from dataclasses import replace

from engine.actions import clocks, ladder_mail, promises, referrals
from engine.actions.actor import SYSTEM
from engine.actions.adjusting import resume_used_up
from engine.actions.asked_no_more import asks_no_more
from engine.actions.breaches import keep_breach, record_breach, why_of
from engine.actions.excused_breaches import is_excused
from engine.actions.ladder_mail import Caught
from engine.actions.letter_arrival import awaits_arrival
from engine.actions.letters import Proposal, propose_letter
from engine.actions.step import Step, Why, take
from engine.actions.told_units import asked_in_time
from engine.actions.unit_work import deem_signed
from engine.models import Clock, Letter, Ticket
from engine.rules.escalation import DueRung, due_rungs
from engine.rules.parameter_tables import WARNINGS
from engine.store import clocks as store
from engine.store import tickets as ticket_store
from engine.terms import (
    ClockKind,
    ClockState,
    LetterKind,
    RectificationGround,
    Rung,
    TicketEvent,
    TicketStatus,
)

NEGLECT: tuple[RectificationGround, ...] = (RectificationGround.DUTY_NOT_PERFORMED,)
UNSIGNED = (TicketStatus.DISPATCHED, TicketStatus.SUPERVISED)
MOOT = {*WARNINGS, Rung.DEEMED_SIGNED}
PROPOSED = {
    Rung.L2_SUPERVISION: LetterKind.SUPERVISION, Rung.L4_LETTER: LetterKind.RECTIFICATION,
}  # fmt: skip


def climb(step: Step, clock_id: int) -> list[Rung]:
    """Take every rung of a clock that is due at `step.now`; return those taken now.

    Nothing is taken when another sweep has the clock, or it is no longer due. A pause that is
    used up ends first: its clocks run on, and what fell due meanwhile is taken. A reply is due
    from nobody whom its letter has not reached, nor to a letter of which nothing stands (H-96).
    """
    step = replace(step, actor=SYSTEM)
    found = step.session.get(Clock, clock_id)
    if found is None:
        return []
    ticket = ticket_store.lock_ticket(step.session, found.ticket_id)
    clock = store.lock_due(step.session, clock_id, step.now)
    if clock is None or awaits_arrival(step, ticket, clock) or asks_no_more(step, ticket, clock):
        return []
    if clock.state is ClockState.PAUSED and clock.next_rung_at is not None:
        resume_used_up(step, ticket, clock.next_rung_at)
    taken = take_due(step, ticket, clock, _due(step, ticket, clock))
    clocks.plan(step, ticket, clock)
    return taken


def catch_up(step: Step, ticket: Ticket, clock: Clock) -> None:
    """Take what fell due on an overdue clock before it stops: no sweep will look at it again.

    Its warnings are moot, and so is a signature that nobody need deem any more; that it was not
    given in time stays a breach (H-11). A letter that never arrived is missed by nobody.
    """
    if clock.letter_id is not None and not asked_in_time(step.session, clock):
        return
    step = replace(step, actor=SYSTEM)
    due = _due(step, ticket, clock)
    take_due(step, ticket, clock, [rung for rung in due if rung.rung not in MOOT])
    for rung in due:
        if rung.rung is Rung.DEEMED_SIGNED:
            record_breach(step, ticket, clock, _breach_why(step, clock, rung))


def _breach_why(step: Step, clock: Clock, rung: DueRung) -> Why:
    return why_of(step, clock, rung._replace(rung=Rung.BREACH))


def _due(step: Step, ticket: Ticket, clock: Clock) -> tuple[DueRung, ...]:
    ladder = clocks.rungs_of(ticket, clock, step.rules)
    return due_rungs(ladder, store.taken(step.session, clock), step.now)


def take_due(step: Step, ticket: Ticket, clock: Clock, due: Iterable[DueRung]) -> list[Rung]:
    """Claim these rungs of a locked clock, do what they demand, and return those taken."""
    taken = [rung for rung in due if store.take_rung(step.session, clock, rung, step.now)]
    proposed = [_effect(step, ticket, clock, rung) for rung in taken]
    ladder_mail.tell(step, ticket, clock, Caught(tuple(taken), tuple(filter(None, proposed))))
    return [rung.rung for rung in taken]


def _effect(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> Letter | None:
    """Do what a rung demands and return the letter it proposed, if any."""
    why = why_of(step, clock, rung)
    if rung.rung in WARNINGS:
        take(step, ticket, TicketEvent.WARN, why)
    elif rung.rung is Rung.BREACH:
        record_breach(step, ticket, clock, why)
        if clock.kind is ClockKind.RECTIFICATION_REPLY:
            referrals.after_reply_breach(step, ticket, clock)
        elif clock.kind is ClockKind.PROMISE:
            promises.owe_verification(step, ticket)
    elif rung.rung is Rung.DEEMED_SIGNED:
        _deem_signed(step, ticket, clock, rung)
    else:
        take(step, ticket, TicketEvent.ESCALATE, why)
        return _propose(step, ticket, clock, rung)
    return None


def _deem_signed(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> None:
    """Record the signature when it was due (H-11), however late that is found, and its breach."""
    if ticket.status not in UNSIGNED:
        record_breach(step, ticket, clock, _breach_why(step, clock, rung))
        return
    keep_breach(step, ticket, clock)
    take(step, ticket, TicketEvent.DEEM_SIGNED, why_of(step, clock, rung))
    lead = ticket_store.current_lead(step.session, ticket)
    if lead is not None:
        deem_signed(step, ticket, lead, rung.at)


def _propose(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> Letter | None:
    kind = PROPOSED.get(rung.rung)
    if kind is None or clock.kind is not ClockKind.HANDLING or is_excused(step, clock):
        return None
    reason = f"{clock.limit_name}超期，已到“{rung.rung.label}”"
    proposal = Proposal(kind, rung.proposes or NEGLECT, reason)
    return propose_letter(step, ticket, proposal, tell=False)
