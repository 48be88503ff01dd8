"""Tickets (工单): take in, read, list, supplement, call back."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api import batch, deadline_views, schemas, views
from api.deadline_schemas import Deadlines
from api.dependencies import (
    Call,
    CallingBack,
    IdempotencyKey,
    IfMatch,
    Number,
    Reading,
    Writing,
)
from api.errors import StaleError
from api.listing import ListQuery
from api.receipt import TicketReceipt, receipt
from api.requests import (
    BatchBody,
    CallbackBody,
    SupplementBody,
    TicketBody,
    callback_form,
    new_ticket,
    sent_with,
)
from api.routes.documented import READING, WRITING, problems
from engine.actions.callbacks import record_attempt
from engine.actions.overseeing import remind
from engine.actions.receiving import Received, receive_ticket
from engine.actions.supplements import add_supplement
from engine.errors import NotFoundError
from engine.models import Ticket
from engine.store.ticket_lists import tickets_page
from engine.store.tickets import ticket_by_number

router = APIRouter(prefix="/tickets", tags=["tickets"])
LARGEST_ID = 2**63 - 1
REPLAYED = {
    "model": TicketReceipt,
    "description": "the same request was answered before: the same answer again",
}


@router.post("", status_code=201, responses={200: REPLAYED, **problems(*WRITING)})
def take_in(
    body: TicketBody, call: Writing, response: Response, key: IdempotencyKey = ""
) -> TicketReceipt:
    """Take a ticket in; repeating the same request never makes a second one.

    Both `Idempotency-Key` and (`source`, `external_id`) are unique.
    """
    received = receive_ticket(call.step, new_ticket(body), sent_with(body, call.key_id, key))
    _mark(response, received)
    return receipt(call, received)


@router.post(":batch", responses=problems(*WRITING))
def take_in_many(body: BatchBody, call: Writing) -> batch.BatchAnswer:
    """Take up to 1,000 tickets in; each stands alone, and its answer is its own.

    Every ticket needs an `external_id`, so that the whole batch can be sent again.
    """
    items = [batch.take_in(call, index, one) for index, one in enumerate(body.tickets)]
    return batch.BatchAnswer(items=items)


def _mark(response: Response, received: Received) -> None:
    response.headers["Location"] = f"/api/v1/tickets/{received.ticket.number}"
    if received.replayed:
        response.status_code = 200
        response.headers["Idempotent-Replayed"] = "true"


@router.get("", responses=problems(404, *READING))
def list_tickets(call: Reading, asked: Annotated[ListQuery, Query()]) -> schemas.TicketPage:
    """List tickets in the order they were written, a page at a time."""
    found = tickets_page(call.step.session, asked.wanted(call.step.now))
    return views.ticket_page(call, found, asked.limit)


@router.get("/{number}", responses=problems(404, *READING))
def show(number: Number, call: Reading, response: Response) -> schemas.TicketView:
    """Show a ticket as it stands now; its ETag is for `If-Match`."""
    ticket = ticket_by_number(call.step.session, number)
    response.headers["ETag"] = etag(ticket)
    return views.ticket_view(call, ticket)


@router.get("/{number}/deadlines", responses=problems(404, *READING))
def deadlines(number: Number, call: Reading) -> Deadlines:
    """Show every deadline certificate: days counted and skipped, why, and by which rules.

    Beside them stands whose working days the ticket used, from the day after registration.
    """
    ticket = ticket_by_number(call.step.session, number)
    return deadline_views.deadlines(call, ticket)


@router.get("/{number}/deadlines/{deadline_id}", responses=problems(404, *READING))
def certificate(
    number: Number, deadline_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], call: Reading
) -> schemas.Certificate:
    """Show one deadline certificate."""
    ticket = ticket_by_number(call.step.session, number)
    for item in deadline_views.certificates(call, ticket):
        if item.deadline.id == deadline_id:
            return item
    message = f"工单 {number} 没有编号为 {deadline_id} 的时限。"
    raise NotFoundError(message)


@router.get("/{number}/events", responses=problems(404, *READING))
def events(number: Number, call: Reading) -> schemas.TicketEvents:
    """Show what happened to a ticket, oldest first."""
    ticket = ticket_by_number(call.step.session, number)
    return views.ticket_events(call, ticket)


@router.post("/{number}/callbacks", status_code=201, responses=problems(404, 412, *WRITING))
def call_back(
    number: Number, body: CallbackBody, call: CallingBack, if_match: IfMatch = ""
) -> schemas.CallbackView:
    """Record a callback made by the sender's own call centre."""
    ticket = locked(call, number, if_match)
    callback = record_attempt(call.step, ticket, callback_form(body))
    return views.callback_view(ticket, callback)


@router.post("/{number}/supplements", status_code=201, responses=problems(404, 412, *WRITING))
def supplement(
    number: Number, body: SupplementBody, call: Writing, if_match: IfMatch = ""
) -> schemas.EventView:
    """Add what the requester says later."""
    ticket = locked(call, number, if_match)
    record = add_supplement(call.step, ticket, body.text)
    return views.event(call, record, ticket.number, {})


@router.post("/{number}/reminders", status_code=201, responses=problems(404, 412, *WRITING))
def urge(number: Number, call: Writing, if_match: IfMatch = "") -> schemas.TicketView:
    """Say that the requester asks when it will be done (催办): the unit and its leader are told."""
    ticket = locked(call, number, if_match)
    remind(call.step, ticket, "诉求人催办")
    return views.ticket_view(call, ticket)


def etag(ticket: Ticket) -> str:
    """Return the tag of a ticket's present version."""
    return f'"{ticket.version}"'


def locked(call: Call, number: str, if_match: str) -> Ticket:
    """Return a ticket locked for this request, unless it changed since the caller read it.

    Raises:
        StaleError: none of the tags in `if_match` is the ticket's.
    """
    ticket = ticket_by_number(call.step.session, number, lock=True)
    tags = {tag.strip() for tag in if_match.split(",") if tag.strip()}
    if tags and not tags & {"*", etag(ticket)}:
        message = f"工单 {number} 在您读取之后有了变化，请重新读取后再提交。"
        raise StaleError(message)
    return ticket
