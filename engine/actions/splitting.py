"""Splits a message that both complains and reports (投诉兼举报): each by its own procedure."""

from dataclasses import replace

from engine.actions.intake import accept_ticket, propose
from engine.actions.intake_checks import SHORTEST_CONTENT, NewTicket, title_of
from engine.actions.step import Step, Why, take
from engine.errors import BadInputError, ConflictError, RefusedTransitionError
from engine.lifecycle import WAITING
from engine.models import Requester, Ticket
from engine.rules.citations import clause
from engine.rules.shanghai import shanghai_date
from engine.store import matters
from engine.store import tickets as store
from engine.terms import TicketEvent, TicketKind

OTHER = {
    TicketKind.COMPLAINT: TicketKind.REPORT,
    TicketKind.REPORT: TicketKind.COMPLAINT,
}


def split_ticket(step: Step, ticket: Ticket, *, complaint: str = "") -> Ticket:
    """Make two tickets of a mixed one (拆分) and return the new one; the first is its parent.

    Both run from the first registration. The report keeps the message's every word. The complaint
    shows only `complaint`, an excerpt without the report; without one it shows all and becomes
    confidential.

    Raises:
        RefusedTransitionError: neither 投诉 nor 举报, or with a unit already.
        ConflictError: it was split before.
        BadInputError: the excerpt is too short.
    """
    _check(step, ticket, complaint.strip())
    requester = store.requester_of(step.session, ticket)
    words = complaint.strip()
    kind = OTHER[ticket.kind]
    of_child = words if kind is TicketKind.COMPLAINT and words else ticket.content
    child = accept_ticket(
        replace(step, now=ticket.accepted_at), _new(ticket, requester, kind, of_child, words)
    )
    if ticket.kind is TicketKind.COMPLAINT:
        _show_only(step, ticket, words)
    _note(step, ticket, f"来件兼有投诉、举报，分出 {child.number}", child)
    _note(step, child, f"由 {ticket.number} 分出", ticket)
    return child


def _show_only(step: Step, ticket: Ticket, words: str) -> None:
    """Leave a complaint with its excerpt, and routing's evidence drawn from that alone."""
    if not words:
        ticket.confidential = True
        return
    ticket.content, ticket.title = words, title_of(words)
    on = shanghai_date(ticket.accepted_at)
    proposal = propose(step.session, ticket.kind, ticket.title, words, on)
    ticket.routing, ticket.routing_decision = proposal.stored, proposal.decision


def _new(
    ticket: Ticket, requester: Requester, kind: TicketKind, content: str, words: str
) -> NewTicket:
    return NewTicket(
        kind=kind,
        content=content,
        phone=requester.phone,
        enterprise=requester.enterprise,
        credit_code=requester.credit_code,
        contact_name=requester.contact_name,
        place=ticket.place,
        answer_by=requester.answer_by,
        urgency=ticket.urgency,
        source=ticket.source,
        confidential=True if kind is TicketKind.REPORT or not words else None,
        demonstration=ticket.demonstration,
        parent_id=ticket.id,
    )


def _check(step: Step, ticket: Ticket, complaint: str) -> None:
    if ticket.kind not in OTHER:
        message = f"工单 {ticket.number} 是{ticket.kind.label}，只有投诉兼举报的来件才拆分。"
        raise RefusedTransitionError(message, clause=clause("house/H-53").label)
    if ticket.status not in WAITING:
        message = f"工单 {ticket.number} 现为“{ticket.status.label}”，派单前才能拆分。"
        raise RefusedTransitionError(message, clause=clause("house/H-53").label)
    if ticket.parent_id is not None or matters.children(step.session, ticket):
        message = f"工单 {ticket.number} 已经拆分过。"
        raise ConflictError(message)
    if complaint and len(complaint) < SHORTEST_CONTENT:
        words = f"投诉部分至少写 {SHORTEST_CONTENT} 个字；不另写的，两件都保密。"
        raise BadInputError(words, fields={"complaint": words})


def _note(step: Step, ticket: Ticket, words: str, other: Ticket) -> None:
    """Record the split where units do not see it: a report must not be hinted at."""
    details = {"split": other.number, "restricted": True}
    take(step, ticket, TicketEvent.NOTE, Why(words, clause("house/H-53").label, details))
