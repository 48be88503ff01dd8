"""What a caller may take home (受理回执): number, kind, until when; nothing personal on it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.finding import find
from api.pages.visit import HOTLINE, reading
from engine.errors import NotFoundError
from engine.lifecycle import UNANSWERED
from engine.models import Ticket
from engine.rules.certificates import Certificate
from engine.store import clocks
from engine.terms import ClockKind, TicketStatus

router = APIRouter(include_in_schema=False)


@router.get("/tickets/{number}/receipt")
def receipt(request: Request, number: str) -> Response:
    """Show the receipt of a ticket, ready to be printed.

    Raises:
        NotFoundError: the ticket was taken back; it never came into force.
    """
    with reading(request, *HOTLINE) as visit:
        ticket = find(visit, number)
        if ticket.status is TicketStatus.VOIDED:
            message = f"{ticket.number} 登记后已撤回作废，没有回执。请给重新登记的那张打印。"
            raise NotFoundError(message)
        clock = clocks.one(visit.session, ticket.id, ClockKind.REQUESTER)
        sentence = Certificate.from_json(clock.certificate).sentence() if clock else ""
        into = visit.session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
        facts = {"ticket": ticket, "into": into, "clock": clock, "sentence": sentence,
                 "unanswered": ticket.status in UNANSWERED}  # fmt: skip
        return visit.page("receipt.html", facts)
