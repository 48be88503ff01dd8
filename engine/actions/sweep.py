"""Climbs what fell due on one clock (升级): rungs in order, each once, one mail a recipient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.actions import clocks, post
from engine.actions.actor import SYSTEM
from engine.actions.dispatch import due_facts
from engine.actions.letter_facts import overdue_working_days
from engine.actions.letters import Proposal, propose_letter
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.actions.unit_work import mark_signed
from engine.models import Breach, Clock, Ticket, Unit
from engine.rules.certificates import Certificate
from engine.rules.escalation import DueRung, due_rungs
from engine.rules.shanghai import shanghai_date
from engine.store import clocks as store
from engine.store import tickets as ticket_store
from engine.terms import (
    ClockKind,
    LetterKind,
    NoticeKind,
    RectificationGround,
    Rung,
    TicketEvent,
    TicketStatus,
)

NEGLECT: tuple[RectificationGround, ...] = (RectificationGround.DUTY_NOT_PERFORMED,)
WARNINGS = frozenset({Rung.HALF_TIME, Rung.ONE_DAY_LEFT, Rung.DUE_DAY})


def climb(step: Step, clock_id: int) -> list[Rung]:
    """Take every rung of a clock that is due at `step.now`; return those taken now.

    Nothing is taken when another sweep has the clock, or it is no longer due.
    """
    step = replace(step, actor=SYSTEM)
    found = step.session.get(Clock, clock_id)
    if found is None:
        return []
    ticket = ticket_store.lock_ticket(step.session, found.ticket_id)
    clock = store.lock_due(step.session, clock_id, step.now)
    if clock is None:
        return []
    ladder = clocks.rungs_of(ticket, clock, step.rules)
    due = due_rungs(ladder, store.taken(step.session, clock), step.now)
    taken = [rung for rung in due if store.take_rung(step.session, clock, rung, step.now)]
    for rung in taken:
        _effect(step, ticket, clock, rung)
    _mails(step, ticket, clock, taken)
    clocks.plan(step, ticket, clock)
    return [rung.rung for rung in taken]


def _effect(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> None:
    if rung.rung in WARNINGS:
        take(step, ticket, TicketEvent.WARN, _why(clock, rung, step))
    elif rung.rung is Rung.BREACH:
        _breach(step, ticket, clock, rung)
    elif rung.rung is Rung.DEEMED_SIGNED:
        _deem_signed(step, ticket, clock, rung)
    else:
        take(step, ticket, TicketEvent.ESCALATE, _why(clock, rung, step))
        _propose(step, ticket, clock, rung)


def _why(clock: Clock, rung: DueRung, step: Step) -> Why:
    details = {"clock": clock.id, "rung": rung.rung.value, "fell_due_at": rung.at.isoformat(),
               "detected_at": step.now.isoformat()}  # fmt: skip
    reason = f"{clock.kind.label}（{clock.due_on:%Y-%m-%d} 到期）：{rung.rung.label}"
    return Why(reason, rung.cites.label, details)


def _breach(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> None:
    step.session.add(
        Breach(
            clock_id=clock.id, ticket_id=ticket.id, unit_id=clock.unit_id, kind=clock.kind,
            true_at=clock.due_at, detected_at=step.now,
        )
    )  # fmt: skip
    law = Certificate.from_json(clock.certificate).citation.label
    take(step, ticket, TicketEvent.BREACH, replace(_why(clock, rung, step), citation=law))


def _deem_signed(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> None:
    if ticket.status is not TicketStatus.DISPATCHED:
        return
    take(step, ticket, TicketEvent.DEEM_SIGNED, _why(clock, rung, step))
    lead = ticket_store.current_lead(step.session, ticket)
    if lead is not None:
        lead.deemed_signed = True
        mark_signed(step, ticket, lead)


def _propose(step: Step, ticket: Ticket, clock: Clock, rung: DueRung) -> None:
    if clock.kind is not ClockKind.HANDLING:
        return
    reason = f"{clock.kind.label}超期，已到“{rung.rung.label}”"
    if rung.rung is Rung.L2_SUPERVISION:
        propose_letter(step, ticket, Proposal(LetterKind.SUPERVISION, NEGLECT, reason))
    elif rung.rung is Rung.L4_LETTER:
        grounds = rung.proposes or NEGLECT
        propose_letter(step, ticket, Proposal(LetterKind.RECTIFICATION, grounds, reason))


@dataclass(frozen=True)
class Told:
    """One mail of a sweep: its rung, its addresses, the names of every rung caught up."""

    rung: DueRung
    addresses: tuple[str, ...]
    names: str


def _mails(step: Step, ticket: Ticket, clock: Clock, taken: Sequence[DueRung]) -> None:
    """Owe one mail a recipient: the highest rung of this sweep, naming the others."""
    unit = step.session.get(Unit, clock.unit_id) if clock.unit_id else None
    told: dict[str, DueRung] = {}
    for rung in taken:
        if rung.sends is not None:
            told.update(dict.fromkeys(post.addresses(step.session, unit, rung.recipients), rung))
    names = "；".join(one.rung.label for one in taken)
    for rung in dict.fromkeys(told.values()):
        to = tuple(address for address, highest in told.items() if highest is rung)
        _mail(step, ticket, clock, Told(rung, to, names), unit)


def _mail(step: Step, ticket: Ticket, clock: Clock, told: Told, unit: Unit | None) -> None:
    kind = told.rung.sends or NoticeKind.WARNING
    facts = {
        "unit": unit.name if unit else "热线",
        "rung": told.rung.rung.label,
        **due_facts(clock),
        "overdue_days": overdue_working_days(step, clock),
        "reason": f"{clock.kind.label}：{told.names}",
        "reply_by": step.rules.calendar.next_working_day(shanghai_date(step.now)),
        "letter_kind": LetterKind.RECTIFICATION.label,
    }
    key = f"clock:{clock.id}:{told.rung.rung.value}"
    post.post(step, ticket, Mail(key=key, kind=kind, facts=facts, unit=unit), told.addresses)
