"""The only place where a ticket's status changes: move, then write the event."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine import clock
from engine.actions.actor import Actor
from engine.actions.facts import gather
from engine.errors import NotPermittedError, RefusedTransitionError
from engine.lifecycle import (
    FINAL,
    UNGUARDED,
    Moved,
    Refused,
    TicketFacts,
    Transition,
    may,
    move,
)
from engine.models import Ticket, TicketEventRecord
from engine.rules.citations import clause
from engine.rules.rule_set import RuleSet
from engine.store import audit, chain
from engine.store.together import key_of
from engine.store.writing import made, write_row
from engine.terms import TicketEvent, TicketStatus


@dataclass(frozen=True)
class Why:
    """The words that go with an event: a reason for people, details for programs."""

    reason: str = ""
    citation: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """What every step needs: the transaction, the actor, the moment, the rules."""

    session: Session
    actor: Actor
    now: datetime
    rules: RuleSet


def take(
    step: Step, ticket: Ticket, event: TicketEvent, why: Why | None = None, **known: Any
) -> TicketEventRecord:
    """Move a locked ticket by `event` and return the event written; `known` are extra facts.

    Raises:
        NotPermittedError: the actor's role may never do this.
        RefusedTransitionError: the lifecycle refuses now; carries the clause.
    """
    _check_role(step.actor, event)
    moved = _moved(step, ticket, event, known)
    if isinstance(moved, Refused):
        allows = tuple(one.value for one in moved.allows)
        message = f"{ticket.number}：{moved.reason}"
        raise RefusedTransitionError(message, clause=_label(moved.clause), allows=allows)
    return _write(step, ticket, moved.transition, moved.target, why or Why())


def _moved(
    step: Step, ticket: Ticket, event: TicketEvent, known: dict[str, Any]
) -> Moved | Refused:
    """Ask the lifecycle; what guards look at is read only where there is one, or a refusal."""
    if event in UNGUARDED:
        moved = move(TicketFacts(status=ticket.status, kind=ticket.kind, **known), event)
        if isinstance(moved, Moved):
            return moved
    facts = gather(step.session, ticket, step.now, step.rules, **known)
    return move(facts, event, step.actor.role)


def _check_role(actor: Actor, event: TicketEvent) -> None:
    if actor.role is not None and not may(actor.role, event):
        message = f"{actor.role.label}不能“{event.label}”。"
        raise NotPermittedError(message)


def _write(
    step: Step, ticket: Ticket, transition: Transition, target: TicketStatus, why: Why
) -> TicketEventRecord:
    source, ticket.status = ticket.status, target
    ticket.version += 1
    if target in FINAL and ticket.closed_at is None:
        ticket.closed_at = step.now
    return append(step, ticket, transition.event, why, source, _label(transition.clause))


def append(
    step: Step, ticket: Ticket, event: TicketEvent, why: Why, source: TicketStatus | None,
    citation: str,
) -> TicketEventRecord:  # fmt: skip
    """Write one line of a ticket's history as it now stands."""
    first = source is None
    seq, previous = (0, chain.BEGINNING) if first else audit.last_event(step.session, ticket)
    record = made(
        TicketEventRecord,
        ticket_id=key_of(ticket),
        seq=seq + 1,
        event=event,
        at=step.now,
        recorded_at=clock.now(),
        actor_kind=step.actor.kind,
        actor_id=step.actor.account_id,
        actor_name=step.actor.name,
        unit_id=step.actor.unit_id,
        from_status=source,
        to_status=ticket.status,
        reason=why.reason,
        citation=why.citation or citation,
        details=why.details,
        words_digest=b"",
        link=b"",
    )
    _chain(record, ticket.number, previous)
    write_row(step.session, record)
    audit.remember(step.session, ticket, record)
    return record


def _chain(record: TicketEventRecord, number: str, previous: bytes) -> None:
    record.words_digest = chain.words_digest(chain.event_words(record))
    facts = chain.event_facts(record)
    record.link = chain.link(previous, f"ticket:{number}", record.seq, facts, record.words_digest)


def _label(anchor: str) -> str:
    return clause(anchor).label
