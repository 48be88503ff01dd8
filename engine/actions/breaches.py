"""Records that a limit was missed (超期): when it truly was, and when it was noticed."""

from dataclasses import replace

from engine.actions.actor import SYSTEM
from engine.actions.step import Step, Why, take
from engine.models import Breach, Clock, Ticket
from engine.rules.citations import Citation
from engine.rules.escalation import DueRung
from engine.store import clocks as store
from engine.store.writing import made, write_row
from engine.terms import BreachJudgement, TicketEvent


def why_of(step: Step, clock: Clock, rung: DueRung) -> Why:
    """Return the words of a rung's event: which clock, due when, fallen due and found when."""
    details = {"clock": clock.id, "rung": rung.rung.value, "fell_due_at": rung.at.isoformat(),
               "detected_at": step.now.isoformat()}  # fmt: skip
    reason = f"{clock.limit_name}（{clock.due_on:%Y-%m-%d} 到期）：{rung.rung.label}"
    return Why(reason, rung.cites.label, details)


def record_breach(step: Step, ticket: Ticket, clock: Clock, why: Why) -> None:
    """Write the breach of a clock whose limit was missed, and its event (`why_of`)."""
    keep_breach(step, ticket, clock)
    law = Citation.from_json(clock.certificate["citation"]).label
    take(replace(step, actor=SYSTEM), ticket, TicketEvent.BREACH, replace(why, citation=law))


def keep_breach(step: Step, ticket: Ticket, clock: Clock) -> None:
    """Write a clock's breach alone, where another event tells of it already (视为签收).

    A clock has one. Where its limit was moved it is missed from the end of the new one on, and one
    that was withdrawn for that stands again.
    """
    known = store.breach_of(step.session, clock.id) if clock.past else None
    if known is not None:
        known.true_at, known.detected_at = clock.due_at, step.now
        if known.judgement == BreachJudgement.WITHDRAWN:
            known.judgement, known.judgement_reason, known.judged_at = "", "", None
        return
    write_row(step.session, made(
        Breach, clock_id=clock.id, ticket_id=ticket.id, unit_id=clock.unit_id, kind=clock.kind,
        task_rows=list(ticket.task_rows), true_at=clock.due_at, detected_at=step.now,
    ))  # fmt: skip
