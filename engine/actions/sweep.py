"""Climbs what fell due on one clock (升级): rungs in order, each once, one mail a recipient."""

from dataclasses import dataclass, replace

from engine.actions import clocks, post, referrals
from engine.actions.actor import SYSTEM
from engine.actions.adjusting import resume_used_up
from engine.actions.breaches import record_breach, why_of
from engine.actions.dispatch import due_facts
from engine.actions.letter_facts import overdue_working_days
from engine.actions.letters import Proposal, propose_letter
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.actions.unit_work import mark_signed
from engine.models import Clock, Letter, Ticket, Unit
from engine.rules.escalation import DueRung, due_rungs
from engine.rules.parameter_tables import WARNINGS
from engine.rules.shanghai import shanghai_date
from engine.store import clocks as store
from engine.store import tickets as ticket_store
from engine.terms import (
    ClockKind,
    ClockState,
    LetterKind,
    NoticeKind,
    Recipient,
    RectificationGround,
    Rung,
    TicketEvent,
    TicketStatus,
)

NEGLECT: tuple[RectificationGround, ...] = (RectificationGround.DUTY_NOT_PERFORMED,)
PROPOSED = {
    Rung.L2_SUPERVISION: LetterKind.SUPERVISION, Rung.L4_LETTER: LetterKind.RECTIFICATION,
}  # fmt: skip


def climb(step: Step, clock_id: int) -> list[Rung]:
    """Take every rung of a clock that is due at `step.now`; return those taken now.

    Nothing is taken when another sweep has the clock, or it is no longer due. A pause that is
    used up ends first: its clocks run on, and what fell due meanwhile is taken.
    """
    step = replace(step, actor=SYSTEM)
    found = step.session.get(Clock, clock_id)
    if found is None:
        return []
    ticket = ticket_store.lock_ticket(step.session, found.ticket_id)
    clock = store.lock_due(step.session, clock_id, step.now)
    if clock is None:
        return []
    if clock.state is ClockState.PAUSED and clock.next_rung_at is not None:
        resume_used_up(step, ticket, clock.next_rung_at)
    ladder = clocks.rungs_of(ticket, clock, step.rules)
    due = due_rungs(ladder, store.taken(step.session, clock), step.now)
    taken = [rung for rung in due if store.take_rung(step.session, clock, rung, step.now)]
    proposed = [_effect(step, ticket, clock, rung) for rung in taken]
    _mails(step, ticket, clock, Caught(tuple(taken), tuple(one for one in proposed if one)))
    clocks.plan(step, ticket, clock)
    return [rung.rung for rung in taken]


def _effect(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> Letter | None:
    """Do what a rung demands and return the letter it proposed, if any."""
    why = why_of(step, clock, rung)
    if rung.rung in WARNINGS:
        take(step, ticket, TicketEvent.WARN, why)
    elif rung.rung is Rung.BREACH:
        record_breach(step, ticket, clock, rung)
        if clock.kind is ClockKind.RECTIFICATION_REPLY:
            referrals.after_reply_breach(step, ticket, clock)
    elif rung.rung is Rung.DEEMED_SIGNED:
        _deem_signed(step, ticket, why)
    else:
        take(step, ticket, TicketEvent.ESCALATE, why)
        return _propose(step, ticket, clock, rung)
    return None


def _deem_signed(step: Step, ticket: Ticket, why: Why) -> None:
    if ticket.status is not TicketStatus.DISPATCHED:
        return
    take(step, ticket, TicketEvent.DEEM_SIGNED, why)
    lead = ticket_store.current_lead(step.session, ticket)
    if lead is not None:
        lead.deemed_signed = True
        mark_signed(step, ticket, lead)


def _propose(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> Letter | None:
    kind = PROPOSED.get(rung.rung)
    if kind is None or clock.kind is not ClockKind.HANDLING:
        return None
    reason = f"{clock.kind.label}超期，已到“{rung.rung.label}”"
    proposal = Proposal(kind, rung.proposes or NEGLECT, reason)
    return propose_letter(step, ticket, proposal, tell=False)


@dataclass(frozen=True)
class Caught:
    """What one sweep caught up on a clock: the rungs, and the letters they proposed."""

    rungs: tuple[DueRung, ...]
    letters: tuple[Letter, ...]

    @property
    def names(self) -> str:
        """Return the name of every rung caught up."""
        return "；".join(one.rung.label for one in self.rungs)


def _mails(step: Step, ticket: Ticket, clock: Clock, caught: Caught) -> None:
    """Owe one mail a recipient: the highest rung of this sweep, naming the others."""
    unit = step.session.get(Unit, clock.unit_id) if clock.unit_id else None
    told: dict[str, DueRung] = {}
    for rung in caught.rungs:
        if rung.sends is not None:
            to = post.addresses(step.session, unit, _told_of(clock, rung))
            told.update(dict.fromkeys(to, rung))
    for rung in dict.fromkeys(told.values()):
        addresses = [address for address, highest in told.items() if highest is rung]
        mail = _mail(step, clock, rung, caught, unit)
        post.post(step, ticket, mail, addresses)


def _told_of(clock: Clock, rung: DueRung) -> tuple[Recipient, ...]:
    """Return whom a rung tells: a step against a unit takes a person first (H-24)."""
    if rung.needs_person and clock.kind is ClockKind.HANDLING:
        return (Recipient.SUPERVISOR,)
    return rung.recipients


def _notice(clock: Clock, rung: DueRung, caught: Caught) -> NoticeKind:
    """Return which notice tells of a rung; it speaks of a proposal only where there is one."""
    if rung.needs_person and clock.kind is ClockKind.HANDLING:
        return NoticeKind.LETTER_PROPOSED
    if rung.sends is NoticeKind.LETTER_PROPOSED and not caught.letters:
        return NoticeKind.BREACH
    return rung.sends or NoticeKind.WARNING


def _mail(step: Step, clock: Clock, rung: DueRung, caught: Caught, unit: Unit | None) -> Mail:
    wanted = [letter.kind.label for letter in caught.letters] or [rung.rung.label]
    facts = {
        "unit": unit.name if unit else "热线",
        "rung": rung.rung.label,
        **due_facts(clock),
        "overdue_days": overdue_working_days(step, clock),
        "reason": f"{clock.kind.label}：{caught.names}",
        "reply_by": step.rules.calendar.next_working_day(shanghai_date(step.now)),
        "letter_kind": "、".join(wanted),
    }
    key = f"clock:{clock.id}:{clock.due_on:%Y%m%d}:{rung.rung.value}"
    return Mail(key=key, kind=_notice(clock, rung, caught), facts=facts, unit=unit)
