"""The answer to a new ticket (受理回执): as things stood when it was written, ever after."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic import Field

from api.deadline_views import Units, deadline
from api.dependencies import Call
from api.schemas import Answer, Deadline, Moment, Proposal, TicketHead, Word
from api.views import head, routing_fields, shown_proposals, shown_reason
from engine.actions.receiving import Received
from engine.models import Assignment, Clock, Ticket
from engine.rules.routing.catalogue import load_catalogue
from engine.store import api_views, clocks
from engine.terms import AssignmentRole, ClockKind, RoutingDecision, TicketStatus

UNDECIDED = "待分派"
NEXT = {
    RoutingDecision.DISPATCH: "系统随即派给{}，并发派单邮件。",
    RoutingDecision.CHOOSE: "转分派岗，由人工选定承办单位。",
    RoutingDecision.NOT_OURS: "可能不属任务清单的单位，转分派岗，由人工答复途径或选定单位。",
    RoutingDecision.CONFLICT: "被反映的单位不能单独承办，转分派岗，由人工选定承办单位。",
}


class ResponsibleUnit(Answer):
    """A unit that handles the ticket (承办单位), or will as soon as it is dispatched."""

    name: str
    slug: str
    role: Word
    dispatched: bool = Field(description="false: routing is sure of it, dispatch follows at once")


class TicketReceipt(TicketHead):
    """The answer to a new ticket, as things stood when it was written.

    `decision` says whether routing is sure (`dispatch`) or a person must choose (`choose`,
    `not_ours`, `conflict`), `decision_reason` why, `next` what happens now; `proposals` are the
    best three. Without tickets:private `decision_reason` and `why` are empty, and so are the
    `proposals` of a confidential ticket or a `conflict`. `responsible_units` is empty while a
    person must choose. `agency_responsible` and `expected_datetime` are named as in Open311
    GeoReport v2.
    """

    decision: Word
    decision_reason: str
    next: str = Field(description="what happens now, in Chinese")
    responsible_units: list[ResponsibleUnit]
    proposals: list[Proposal]
    agency_responsible: str
    expected_datetime: Moment | None
    deadlines: list[Deadline]


def receipt(call: Call, received: Received) -> TicketReceipt:
    """Return the answer to a new ticket, the same however often it is asked for."""
    ticket = received.ticket
    made, rows = _written_with(call, received)
    units = api_views.units_by_id(call.step.session, (one.unit_id for one in made))
    routing = routing_fields(ticket.routing)
    responsible = _dispatched(made, units) if made else _expected(ticket)
    answer = next((row for row in rows if row.kind is ClockKind.REQUESTER), None)
    status = TicketStatus.DISPATCHED if made else TicketStatus.ACCEPTED
    return TicketReceipt.model_validate({
        **head(ticket, made, units, status),
        "decision": routing["decision"],
        "decision_reason": shown_reason(call, ticket),
        "next": _next(ticket, made, responsible),
        "responsible_units": responsible,
        "proposals": shown_proposals(call, ticket),
        "agency_responsible": responsible[0].name if responsible else UNDECIDED,
        "expected_datetime": answer.due_at if answer else None,
        "deadlines": [deadline(row, ticket, units, received.written_at) for row in rows],
    })  # fmt: skip


def _next(
    ticket: Ticket, made: Sequence[Assignment], responsible: Sequence[ResponsibleUnit]
) -> str:
    names = "、".join(f"{one.name}（{one.role.label}）" for one in responsible)
    if made:
        return f"已派给{names}，派单邮件随即发出。"
    return NEXT[ticket.routing_decision or RoutingDecision.CHOOSE].format(names)


def _dispatched(made: Sequence[Assignment], units: Units) -> list[ResponsibleUnit]:
    return [
        ResponsibleUnit(
            name=units[one.unit_id].name, slug=units[one.unit_id].slug, role=Word.of(one.role),
            dispatched=True,
        )
        for one in made
    ]  # fmt: skip


def _expected(ticket: Ticket) -> list[ResponsibleUnit]:
    """Return whom routing is sure of: the flow that dispatches asks nobody else."""
    candidates: list[dict[str, Any]] = (ticket.routing or {}).get("candidates") or []
    if ticket.routing_decision is not RoutingDecision.DISPATCH or not candidates:
        return []
    slugs = _slugs(ticket.catalogue_version)
    best = candidates[0]
    roles = [(best["unit"], AssignmentRole.LEAD)]
    roles += [(name, AssignmentRole.ASSISTING) for name in best["supports"] if name in slugs]
    return [
        ResponsibleUnit(name=name, slug=slugs[name], role=Word.of(role), dispatched=False)
        for name, role in roles
        if name in slugs
    ]


@lru_cache(maxsize=4)
def _slugs(version: str) -> dict[str, str]:
    return {one.name: one.slug for one in load_catalogue(version).units}


def _written_with(call: Call, received: Received) -> tuple[Sequence[Assignment], list[Clock]]:
    """Return the assignments and clocks that were written together with the ticket."""
    ticket = received.ticket
    if not received.replayed:
        first = [received.clock] if received.clock else []
        theirs = [clock for one in received.work for clock in one.clocks]
        return [one.assignment for one in received.work], first + theirs
    made = api_views.assignments_made_at(call.step.session, ticket, received.written_at)
    return made, _clocks(call, ticket, made)


def _clocks(call: Call, ticket: Ticket, made: Sequence[Assignment]) -> list[Clock]:
    """Return the clocks started with the ticket: the requester's first, and its units'."""
    rows = clocks.of_ticket(call.step.session, ticket.id)
    first = [row for row in rows if row.kind is ClockKind.REQUESTER][:1]
    started = {one.id: one.dispatched_at for one in made}
    theirs = [
        row
        for row in rows
        if row.assignment_id in started and row.started_at == started[row.assignment_id]
    ]
    return first + theirs
