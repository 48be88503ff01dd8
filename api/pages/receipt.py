"""What a caller may take home (受理回执): number, kind, until when; nothing personal on it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.finding import find
from api.pages.visit import HOTLINE, reading
from engine.rules.certificates import Certificate
from engine.store import clocks
from engine.terms import ClockKind

router = APIRouter(include_in_schema=False)


@router.get("/tickets/{number}/receipt")
def receipt(request: Request, number: str) -> Response:
    """Show the receipt of a ticket, ready to be printed."""
    with reading(request, *HOTLINE) as visit:
        ticket = find(visit, number)
        clock = clocks.one(visit.session, ticket.id, ClockKind.REQUESTER)
        sentence = Certificate.from_json(clock.certificate).sentence() if clock else ""
        facts = {"ticket": ticket, "clock": clock, "sentence": sentence}
        return visit.page("receipt.html", facts)
