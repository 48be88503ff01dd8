"""Tables → answers: what a caller may see of a ticket, its deadlines and its history."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from api import schemas
from api.deadline_views import Units, clocks_of, deadline, ticket_url, unit_ref
from api.dependencies import Call
from api.schemas import Word
from engine.actions import event_feed
from engine.models import Assignment, Callback, Ticket, TicketEventRecord
from engine.store import api_views
from engine.store import tickets as store
from engine.store.api_views import Followed
from engine.store.unit_sight import called_back, for_units, seen_by_units
from engine.terms import (
    ActorKind,
    AssignmentRole,
    RoutingDecision,
    TicketEvent,
    TicketStatus,
)

PROPOSALS = 3
SAID = (TicketEvent.SUPPLEMENT, TicketEvent.WITHDRAW, TicketEvent.ASK_WITHDRAWAL)
# What rules and limits alone say of these quotes nobody; the reason of any other event may.
UNQUOTING = frozenset({
    TicketEvent.ACCEPT, TicketEvent.DEEM_SIGNED, TicketEvent.WARN, TicketEvent.BREACH,
    TicketEvent.ESCALATE, TicketEvent.RECOMPUTE, TicketEvent.RESUME, TicketEvent.SUPPLEMENT,
    TicketEvent.CALLBACK_ATTEMPT, TicketEvent.EVALUATE, TicketEvent.ORDER_REWORK,
    TicketEvent.SUPERVISE, TicketEvent.REMIND, TicketEvent.CLOSE, TicketEvent.WITHDRAW,
    TicketEvent.ASK_WITHDRAWAL, TicketEvent.ATTACH,
})  # fmt: skip


def suggestion(stored: dict[str, object]) -> schemas.Suggestion:
    """Return what routing says of a text that is not kept: every candidate, and its evidence."""
    candidates = stored["candidates"]
    found = candidates if isinstance(candidates, list) else []
    names = ("confidence", "not_ours", "lexicon_version", "routing_version")
    content = {
        **routing_fields(stored),
        **{name: stored[name] for name in names},
        "proposals": [_candidate(one) for one in found],
    }
    return schemas.Suggestion.model_validate(content)


def _candidate(one: dict[str, object]) -> schemas.Candidate:
    proposal = _proposal(one).model_dump()
    return schemas.Candidate.model_validate({**proposal, "evidence": one["evidence"]})


def routing_fields(stored: dict[str, object] | None) -> dict[str, object]:
    """Return the fields that routing fills: decision, reason, category, three proposals."""
    routing = stored or {}
    candidates = routing.get("candidates") or []
    found = candidates[:PROPOSALS] if isinstance(candidates, list) else []
    return {
        "decision": Word.of(RoutingDecision.parse(str(routing.get("decision", "choose")))),
        "reason": str(routing.get("reason") or ""),
        "category": str(routing.get("category") or ""),
        "proposals": [_proposal(one) for one in found],
        "catalogue_version": str(routing.get("catalogue_version") or ""),
    }


def _proposal(one: dict[str, object]) -> schemas.Proposal:
    role = Word.of(AssignmentRole.parse(str(one["role"])))
    names = ("unit", "score", "tasks", "supports", "why")
    return schemas.Proposal.model_validate({**{name: one[name] for name in names}, "role": role})


def head(
    ticket: Ticket, assignments: Iterable[Assignment], units: Units, status: TicketStatus
) -> dict[str, object]:
    """Return what every answer about a ticket says of it."""
    refs = [(one.role, unit_ref(units[one.unit_id])) for one in assignments]
    return {
        "number": ticket.number,
        "source": ticket.source,
        "external_id": ticket.external_id,
        "kind": Word.of(ticket.kind),
        "urgency": Word.of(ticket.urgency),
        "status": Word.of(status),
        "accepted_at": ticket.accepted_at,
        "category": routing_fields(ticket.routing)["category"],
        "lead": next((ref for role, ref in refs if role is AssignmentRole.LEAD), None),
        "supports": [ref for role, ref in refs if role is AssignmentRole.ASSISTING],
        "url": ticket_url(ticket),
    }


def ticket_view(call: Call, ticket: Ticket) -> schemas.TicketView:
    """Return a ticket as it stands now; the requester only for keys that may see it."""
    session = call.step.session
    rows, units = clocks_of(call, ticket)
    made = store.open_assignments(session, ticket)
    units |= api_views.units_by_id(session, (one.unit_id for one in made))
    decision = ticket.routing_decision
    return schemas.TicketView.model_validate({
        **head(ticket, made, units, ticket.status),
        "version": ticket.version,
        "confidential": ticket.confidential,
        "demonstration": ticket.demonstration,
        "closed_at": ticket.closed_at,
        "returns": ticket.returns,
        "reworks": ticket.reworks,
        "decision": Word.of(decision) if decision else None,
        "decision_reason": shown_reason(call, ticket),
        "deadlines": [deadline(row, ticket, units, call.step.now) for row in rows],
        "private": _private(call, ticket) if call.private else None,
    })  # fmt: skip


def shown_reason(call: Call, ticket: Ticket) -> str:
    """Return why routing decided so, for keys that may see it: it quotes, and names the accused."""
    return str((ticket.routing or {}).get("reason") or "") if call.private else ""


def shown_candidates(call: Call, ticket: Ticket) -> list[dict[str, object]]:
    """Return the units that routing proposed; none where they may tell whom somebody accuses."""
    stored = ticket.routing or {}
    accusing = event_feed.is_secret(ticket) or stored.get("decision") == RoutingDecision.CONFLICT
    return [] if accusing and not call.private else stored.get("candidates") or []


def shown_proposals(call: Call, ticket: Ticket) -> list[schemas.Proposal]:
    """Return the best three, with the words that quote for keys that may see them."""
    found = [_proposal(one) for one in shown_candidates(call, ticket)[:PROPOSALS]]
    return found if call.private else [one.model_copy(update={"why": ""}) for one in found]


def _private(call: Call, ticket: Ticket) -> schemas.Private:
    who = store.requester_of(call.step.session, ticket)
    trouble = who.trouble
    requester = schemas.Requester(
        enterprise=who.enterprise, credit_code=who.credit_code, answer_by=who.answer_by,
        contact_name="" if trouble else who.contact_name, phone="" if trouble else who.phone,
        unreadable=trouble,
    )  # fmt: skip
    return schemas.Private(
        title=ticket.title, content=ticket.content, place=ticket.place, requester=requester
    )


def ticket_page(call: Call, found: Sequence[Ticket], limit: int) -> schemas.TicketPage:
    """Return a page of tickets; `found` may hold one more than the page shows."""
    shown = found[:limit]
    made = api_views.open_assignments_of(call.step.session, shown)
    units = api_views.units_by_id(call.step.session, (one.unit_id for one in made))
    items = [
        schemas.TicketHead.model_validate(
            head(one, [a for a in made if a.ticket_id == one.id], units, one.status)
        )
        for one in shown
    ]
    more = len(found) > limit
    return schemas.TicketPage(items=items, next=shown[-1].number if more else None)


def followed(record: TicketEventRecord, ticket: Ticket) -> Followed:
    """Return an event of a ticket as the feed tells of it."""
    return Followed(record, ticket.number, event_feed.is_secret(ticket))


def event(call: Call, told: Followed, units: Units) -> schemas.EventView:
    """Return one event; a person's name, words that may quote only for keys that may see them."""
    record = told.record
    unit = units.get(record.unit_id) if record.unit_id is not None else None
    by_person = record.actor_kind is ActorKind.USER
    text = record.details.get("text") if record.event in SAID else None
    source = record.from_status
    return schemas.EventView.model_validate({
        "id": record.id,
        "ticket": told.number,
        "seq": record.seq,
        "event": Word.of(record.event),
        "at": record.at,
        "recorded_at": record.recorded_at,
        "actor": schemas.EventActor(
            kind=Word.of(record.actor_kind),
            name=record.actor_name if call.private or not by_person else None,
            unit=unit.name if unit else None,
        ),
        "from_status": Word.of(source) if source else None,
        "to_status": Word.of(record.to_status),
        "reason": record.reason if call.private or not _may_quote(told) else None,
        "text": text if call.private else None,
        "citation": record.citation,
    })  # fmt: skip


def _may_quote(told: Followed) -> bool:
    """Return whether an event's reason may say what a person said, or whom a report accuses."""
    by_person = told.record.actor_kind is ActorKind.USER
    return told.secret or by_person or told.record.event not in UNQUOTING


def ticket_events(call: Call, ticket: Ticket) -> schemas.TicketEvents:
    """Return the history of one ticket: all of it, or what units read, as the key may see."""
    found = store.events(call.step.session, ticket)
    records = found if call.private else seen_by_units(found)
    units = api_views.units_by_id(call.step.session, (one.unit_id for one in records))
    items = [event(call, followed(one, ticket), units) for one in records]
    return schemas.TicketEvents(number=ticket.number, items=items)


def event_page(call: Call, after: int, limit: int) -> schemas.EventPage:
    """Return the next events of all tickets after a cursor, as far as the key may see them."""
    session = call.step.session
    found = api_views.events_after(session, after, limit)
    units = api_views.units_by_id(session, (one.record.unit_id for one in found))
    shown = found if call.private else _open(session, found)
    items = [event(call, one, units) for one in shown]
    return schemas.EventPage(items=items, next=found[-1].record.id if found else after)


def _open(session: Session, found: Sequence[Followed]) -> list[Followed]:
    """Return what units may read, too: no clues handed on, nothing of how a letter came about."""
    back = called_back(session, [one.record for one in found])
    return [one for one in found if for_units(one.record) and one.record.id not in back]


def callback_view(ticket: Ticket, callback: Callback) -> schemas.CallbackView:
    """Return where a callback duty and its ticket stand."""
    return schemas.CallbackView(
        number=ticket.number,
        status=Word.of(ticket.status),
        state=Word.of(callback.state),
        human_required=callback.human_required,
        why=callback.why,
        next_attempt_at=callback.next_attempt_at,
    )
