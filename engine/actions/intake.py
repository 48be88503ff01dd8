"""Takes a matter in (受理登记): ticket, clock, event, routing proposal, in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.actions import clocks
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.initials import initials
from engine.actions.intake_checks import NewTicket, checked
from engine.actions.step import Step, Why, append
from engine.errors import BadInputError, NotFoundError
from engine.lifecycle import INTAKE
from engine.models import Requester, Ticket, Unit
from engine.rules.citations import clause
from engine.rules.routing import load_router
from engine.rules.routing.catalogue import load_catalogue
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import tickets as store
from engine.store.database import wake
from engine.terms import ClockKind, RoutingDecision, TicketEvent, TicketKind, TicketStatus


@dataclass(frozen=True)
class Proposal:
    """What routing proposes for a text, and what of it is kept with the ticket."""

    decision: RoutingDecision
    stored: dict[str, Any]


def propose(kind: TicketKind | None, title: str, content: str) -> Proposal:
    """Return routing's proposal for a text; never fails for any text."""
    routing = load_router().route(content, title=title, kind=kind)
    stored = routing.to_json()
    rows = routing.candidates[0].tasks if routing.candidates else ()
    stored["category"] = load_catalogue().task(rows[0]).indicator if rows else ""
    return Proposal(routing.decision, stored)


def accept_ticket(step: Step, new: NewTicket) -> Ticket:
    """Write a new ticket with everything it owes, and return it; dispatched if a unit is named.

    Raises:
        BadInputError: fields are wrong; all of them are named.
        CalendarNotPublishedError: its due date lies beyond the known calendars.
    """
    tidy = checked(new)
    lead, supports, accused = _units(step, tidy)
    proposal = propose(tidy.kind, tidy.title, tidy.content)
    ticket = _ticket(step, tidy, proposal, accused)
    _requester(step, ticket, tidy)
    why = Why(f"{tidy.kind.label}受理登记", details={"source": tidy.source})
    append(step, ticket, TicketEvent.ACCEPT, why, None, clause(INTAKE).label)
    if clocks.has_limit(ticket, ClockKind.REQUESTER, step.now, step.rules):
        clocks.start(step, ticket, ClockKind.REQUESTER)
    if lead is not None:
        dispatch(step, ticket, Dispatch(lead, tuple(supports), "话务员登记时选定"))
    wake(step.session, "ticket")
    return ticket


def _units(step: Step, new: NewTicket) -> tuple[Unit | None, list[Unit], Unit | None]:
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


def _ticket(step: Step, new: NewTicket, proposal: Proposal, accused: Unit | None) -> Ticket:
    report = new.kind is TicketKind.REPORT
    ticket = Ticket(
        number=store.next_number(step.session, number_prefix(step.now)),
        source=new.source,
        external_id=new.external_id,
        kind=new.kind,
        urgency=new.urgency,
        status=TicketStatus.ACCEPTED,
        title=new.title,
        content=new.content,
        place=new.place,
        confidential=report if new.confidential is None else new.confidential or report,
        demonstration=new.demonstration,
        accepted_at=step.now,
        accused_unit_id=accused.id if accused else None,
        routing=proposal.stored,
        routing_decision=proposal.decision,
        catalogue_version=load_catalogue().version,
    )
    step.session.add(ticket)
    step.session.flush()
    return ticket


def number_prefix(now: datetime) -> str:
    """Return how the numbers of a Shanghai day begin: LZ261123."""
    return f"{load_settings().number_prefix}{shanghai_date(now):%y%m%d}"


def _requester(step: Step, ticket: Ticket, new: NewTicket) -> None:
    step.session.add(
        Requester(
            ticket_id=ticket.id,
            enterprise=new.enterprise.strip(),
            credit_code=new.credit_code,
            initials=initials(new.enterprise),
            contact_name=new.contact_name.strip(),
            phone=new.phone,
            answer_by=new.answer_by,
        )
    )
    step.session.flush()
