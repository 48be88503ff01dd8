"""Tickets (工单): take in, read, list, supplement, call back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import batch, deadline_views, schemas, views
from api.deadline_schemas import Deadlines
from api.dependencies import CallingBack, Number, Reading, TicketKey, Writing, no_body
from api.listing import ListQuery
from api.one_thread import CallRoute
from api.receipt import TicketReceipt, receipt
from api.requests import CallbackBody, SupplementBody, callback_form
from api.routes.documented import READING, WRITING, problems
from api.routes.writing import OK, REPLAYED, Guarded, etag, once, opened
from api.ticket_body import BatchBody, TicketBody, received
from engine.actions.callbacks import record_attempt
from engine.actions.overseeing import remind
from engine.actions.receiving import Received
from engine.actions.supplements import add_supplement
from engine.errors import NotFoundError
from engine.models.base import LARGEST_ID
from engine.store.ticket_lists import tickets_page
from engine.store.tickets import callbacks, ticket_by_number

router = APIRouter(prefix="/tickets", tags=["tickets"], route_class=CallRoute)
AGAIN = {
    "model": TicketReceipt,
    "description": "the same request was answered before: the same answer again",
}


@router.post("", status_code=201, responses={200: AGAIN, **problems(*WRITING)})
def take_in(
    body: TicketBody, call: Writing, response: Response, key: TicketKey = None
) -> TicketReceipt:
    """Take a ticket in; repeating the same request never makes a second one.

    Both `Idempotency-Key` and (`source`, `external_id`) are unique.
    """
    found = received(call, body, key)
    mark(response, found)
    return receipt(call, found)


@router.post(":batch", responses=problems(*WRITING))
def take_in_many(request: Request, body: BatchBody, call: Writing) -> batch.BatchAnswer:
    """Take up to 1,000 tickets in; each stands alone, and its answer is its own.

    Every ticket needs an `external_id`, so that the whole batch can be sent again: these are the
    names it is known by, and an `Idempotency-Key` is refused with 422.
    """
    batch.check_no_key(request)
    items = [batch.take_in(call, index, one) for index, one in enumerate(body.tickets)]
    return batch.BatchAnswer(items=items)


def mark(response: Response, found: Received) -> None:
    """Say where the ticket is, and whether it was there before."""
    response.headers["Location"] = f"/api/v1/tickets/{found.ticket.number}"
    if found.replayed:
        response.status_code, response.headers[REPLAYED] = OK, "true"


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


@router.post(
    "/{number}/callbacks", status_code=201,
    responses={**once(schemas.CallbackView), **problems(404, 412, *WRITING)},
)  # fmt: skip
def call_back(
    number: Number, body: CallbackBody, call: CallingBack, guards: Guarded, response: Response
) -> schemas.CallbackView:
    """Record a callback made by the sender's own call centre."""
    write = opened(call, number, guards, "callback", body, response)
    if write.replayed:
        return views.callback_view(write.ticket, callbacks(call.step.session, write.ticket)[-1])
    callback = record_attempt(call.step, write.ticket, callback_form(body))
    return views.callback_view(write.ticket, callback)


@router.post(
    "/{number}/supplements", status_code=201,
    responses={**once(schemas.EventView), **problems(404, 412, *WRITING)},
)  # fmt: skip
def supplement(
    number: Number, body: SupplementBody, call: Writing, guards: Guarded, response: Response
) -> schemas.EventView:
    """Add what the requester says later."""
    write = opened(call, number, guards, "supplement", body, response)
    record = add_supplement(call.step, write.ticket, body.text, sent_as=write.name)
    return views.event(call, views.followed(record, write.ticket), {})


@router.post(
    "/{number}/reminders", status_code=201,
    responses={**once(schemas.TicketView), **problems(404, 412, *WRITING)},
    dependencies=[Depends(no_body)],
)  # fmt: skip
def urge(number: Number, call: Writing, guards: Guarded, response: Response) -> schemas.TicketView:
    """Say that the requester asks when it will be done (催办): the unit and its leader are told."""
    write = opened(call, number, guards, "reminder", None, response)
    if not write.replayed:
        remind(call.step, write.ticket, "诉求人催办")
    return views.ticket_view(call, write.ticket)
