"""Proposals not to accept a matter (提议不予受理): which still stand, and sending one back."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from engine.actions.actor import require_role
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.errors import ConflictError
from engine.lifecycle import BY_EVENT
from engine.lifecycle_guards import SECOND_PERSON
from engine.models import Ticket, TicketEventRecord
from engine.rules.citations import clause
from engine.store import tickets as store
from engine.store.matters import DECLINED
from engine.terms import RefusalReason, Role, TicketEvent

OPEN_TO_IT = frozenset(one for row in BY_EVENT[TicketEvent.REFUSE] for one in row.sources)


def standing(session: Session, ticket: Ticket) -> list[TicketEventRecord]:
    """Return the proposals nobody has sent back, oldest first; none once the ticket has moved."""
    return standing_among(ticket, store.events(session, ticket))


def standing_among(ticket: Ticket, events: Iterable[TicketEventRecord]) -> list[TicketEventRecord]:
    """Return the proposals of a history that nobody has sent back; none once the ticket moved."""
    return still_standing(events) if ticket.status in OPEN_TO_IT else []


def still_standing(events: Iterable[TicketEventRecord]) -> list[TicketEventRecord]:
    """Return those proposals of a history that came after the last one was sent back."""
    found: list[TicketEventRecord] = []
    for one in events:
        if DECLINED in one.details:
            found = []
        elif one.event is TicketEvent.PROPOSE_REFUSAL:
            found.append(one)
    return found


def proposed_reason(record: TicketEventRecord) -> RefusalReason:
    """Return the ground that a proposal names."""
    return RefusalReason.parse(str(record.details["reason"]))


def sent_back_among(
    ticket: Ticket, events: Sequence[TicketEventRecord]
) -> TicketEventRecord | None:
    """Return why the last proposal was sent back, while the ticket still waits as it did then."""
    found = [one for one in events if DECLINED in one.details]
    waits = ticket.status in OPEN_TO_IT and not still_standing(events)
    return found[-1] if found and waits else None


def decline_refusal(step: Step, ticket: Ticket, words: str) -> None:
    """Send a proposal back (不同意不予受理); the ticket goes on as it was, its history says why.

    Raises:
        NotPermittedError: only a supervisor decides.
        ConflictError: no proposal stands.
        BadInputError: it is not said why.
    """
    require_role(step.actor, Role.SUPERVISOR)
    if not standing(step.session, ticket):
        message = f"工单 {ticket.number} 没有待决定的不予受理提议。"
        raise ConflictError(message)
    reason = stated(words, "words", "不同意的，请写明理由，提议的人看得到。")
    why = Why(f"不同意不予受理，退回提议：{reason}", clause("house/H-35").label, {DECLINED: True})
    take(step, ticket, TicketEvent.NOTE, why)


def what_is_missing(
    proposals: Sequence[TicketEventRecord], reason: RefusalReason, decider: int | None
) -> str:
    """Return why a refusal does not stand yet: who has to propose what, in words for its page."""
    same = [one for one in proposals if one.details.get("reason") == reason.value]
    if any(one.actor_id != decider for one in same):
        return ""
    if same:
        return f"“{reason.label}”是您自己提议的，{SECOND_PERSON}"
    if not proposals:
        return f"{SECOND_PERSON}还没有人提议不予受理，请另一人先提议。"
    last = proposals[-1]
    asked = proposed_reason(last).label
    return (
        f"{last.actor_name}提议的理由是“{asked}”，您选的是“{reason.label}”；"
        f"换理由的，{SECOND_PERSON}"
    )
