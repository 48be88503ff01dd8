"""Takes a matter in (受理登记): ticket, clock, event, routing proposal, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from engine.actions import clocks
from engine.actions.avoiding import kept_from, refuse_to_begin
from engine.actions.dispatch import Dispatch, Work, dispatch
from engine.actions.initials import initials
from engine.actions.intake_checks import NewTicket, checked
from engine.actions.intake_watch import look_around
from engine.actions.own_words import Own
from engine.actions.routing_in_force import in_force
from engine.actions.step import Step, Why, append
from engine.errors import BadInputError, NotFoundError
from engine.lifecycle import INTAKE
from engine.models import Clock, Requester, Ticket, Unit
from engine.models.requester import sealed_person
from engine.rules.acceptance import kept_confidential
from engine.rules.citations import clause
from engine.rules.routing import Routing
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import tickets as store
from engine.store.database import wake
from engine.store.together import together
from engine.store.writing import made, write_row
from engine.terms import (
    ActorKind,
    ClockKind,
    RoutingDecision,
    TicketEvent,
    TicketKind,
    TicketStatus,
)


@dataclass(frozen=True)
class Proposal:
    """What routing proposes for a text, and what of it is kept with the ticket."""

    decision: RoutingDecision
    stored: dict[str, Any]


def propose(
    session: Session, kind: TicketKind | None, title: str, content: str, on: date,
    accused: str = "",
) -> Proposal:  # fmt: skip
    """Return routing's proposal for a text that comes in on a day; never fails for any text.

    The list in force on that day, and the words and corrections in force now, decide.
    """
    state = in_force(session)
    routing = state.route(on, content, title=title, kind=kind, accused=accused)
    if kind is TicketKind.REPORT and routing.decision is RoutingDecision.DISPATCH:
        routing = _not_to_whom_it_names(routing, state.router(on).names_in(f"{title}。{content}"))
    stored = routing.to_json() | {"routing_version": state.number}
    rows = routing.candidates[0].tasks if routing.candidates else ()
    catalogue = load_catalogue(routing.catalogue_version)
    stored["category"] = catalogue.task(rows[0]).indicator if rows else ""
    return Proposal(routing.decision, stored)


def _not_to_whom_it_names(routing: Routing, named: frozenset[str]) -> Routing:
    """Leave a report (举报) to a person when the text names a unit that would get it."""
    best = routing.candidates[0]
    met = [name for name in (best.unit, *best.supports) if name in named]
    if not met:
        return routing
    reason = f"举报说到{'、'.join(met)}，请人工判断是否须回避"
    return replace(routing, decision=RoutingDecision.CHOOSE, reason=reason)


@dataclass(frozen=True)
class Taken:
    """A ticket just written, the requester's clock, which praise (表扬) has not, and who has it."""

    ticket: Ticket
    clock: Clock | None
    work: tuple[Work, ...] = ()


Beside = Callable[[Ticket], None]


def nothing(_: Ticket) -> None:
    """Lay nothing ready beside a ticket."""


def accept_ticket(step: Step, new: NewTicket) -> Ticket:
    """Write a new ticket with everything it owes, and return it; see `take_in`."""
    return take_in(step, new).ticket


def take_in(step: Step, new: NewTicket) -> Taken:
    """Write a new ticket with everything it owes; dispatched if a unit is named.

    Raises:
        BadInputError: fields are wrong; all of them are named.
        CalendarNotPublishedError: its due date lies beyond the known calendars.
    """
    return take_in_tidy(step, checked(new))


def take_in_tidy(step: Step, tidy: NewTicket, beside: Beside = nothing) -> Taken:
    """Write a ticket whose fields were checked already; else as `take_in`.

    `beside` lays ready what is written in the same statement as the ticket.

    Raises:
        BadInputError: the registry has no such unit, or the lead is the one accused.
        CalendarNotPublishedError: its due date lies beyond the known calendars.
    """
    lead, supports, accused = units_of(step, tidy)
    refuse_to_begin(step, tidy.kind, lead, supports, accused)
    on = shanghai_date(step.now)
    blamed = accused.name if accused else ""
    proposal = propose(step.session, tidy.kind, tidy.title, tidy.content, on, blamed)
    number = store.next_number(step.session, number_prefix(step.now))
    with together(step.session):
        ticket = _ticket(step, tidy, number, proposal, accused)
        requester = _requester(step, ticket, tidy)
        why = Why(f"{tidy.kind.label}受理登记", details={"source": tidy.source})
        append(step, ticket, TicketEvent.ACCEPT, why, None, clause(INTAKE).label)
        clock = clocks.start_if_limited(step, ticket, ClockKind.REQUESTER)
        beside(ticket)
    look_around(step, ticket, requester)
    work: tuple[Work, ...] = ()
    if lead is not None and not kept_from(step, ticket, lead, supports):
        work = dispatch(step, ticket, Dispatch(lead, tuple(supports), _chosen_by(step)))
    wake(step.session, "ticket")
    return Taken(ticket, clock, work)


def _chosen_by(step: Step) -> Own:
    return Own("对方系统选定" if step.actor.kind is ActorKind.API else "话务员登记时选定")


def units_of(step: Step, new: NewTicket) -> tuple[Unit | None, list[Unit], Unit | None]:
    """Return the lead, the supports and the accused body that a form names.

    Raises:
        BadInputError: the registry has no such unit; all unknown names are told.
    """
    fields: dict[str, str] = {}

    def find(field: str, name: str) -> Unit | None:
        try:
            return store.unit_by_name(step.session, name) if name.strip() else None
        except NotFoundError as error:
            fields[field] = str(error)
            return None

    lead = find("lead_unit", new.lead_unit)
    found = [find("support_units", name) for name in new.support_units]
    accused = find("accused_unit", new.accused_unit)
    if fields:
        raise BadInputError("；".join(fields.values()), fields=fields)
    return lead, [unit for unit in found if unit is not None and unit is not lead], accused


def _ticket(
    step: Step, new: NewTicket, next_: tuple[int, str], proposal: Proposal, accused: Unit | None
) -> Ticket:
    ticket = made(
        Ticket,
        id=next_[0],
        number=next_[1],
        source=new.source,
        external_id=new.external_id,
        kind=new.kind,
        urgency=new.urgency,
        status=TicketStatus.ACCEPTED,
        title=new.title,
        content=new.content,
        place=new.place,
        confidential=kept_confidential(
            new.kind, new.confidential, step.rules, shanghai_date(step.now)
        ),
        demonstration=new.demonstration,
        parent_id=new.parent_id,
        accepted_at=step.now,
        accused_unit_id=accused.id if accused else None,
        routing=proposal.stored,
        routing_decision=proposal.decision,
        catalogue_version=proposal.stored["catalogue_version"],
    )
    return write_row(step.session, ticket)


def number_prefix(now: datetime) -> str:
    """Return how the numbers of a Shanghai day begin: LZ261123."""
    return f"{load_settings().number_prefix}{shanghai_date(now):%y%m%d}"


def _requester(step: Step, ticket: Ticket, new: NewTicket) -> Requester:
    return write_row(
        step.session,
        made(
            Requester,
            ticket_id=ticket.id,
            enterprise=new.enterprise.strip(),
            credit_code=new.credit_code,
            initials=initials(new.enterprise),
            answer_by=new.answer_by,
            **sealed_person(ticket.id, new.phone, new.contact_name.strip()),
        ),
    )
