"""Sheets to be printed and signed (工单、答复告知、回访单): A4, and nobody's number on them."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.finding import find, reads_content
from api.pages.receipt import UNANSWERED
from api.pages.visit import HOTLINE, UNIT, Visit, reading
from engine.errors import NotFoundError
from engine.models import Ticket
from engine.rules.certificates import Certificate
from engine.store import clocks, desk_ticket, tickets
from engine.terms import AssignmentRole, ClockKind, Role, Satisfaction

router = APIRouter(include_in_schema=False)


@router.get("/tickets/{number}/order")
def order(request: Request, number: str) -> Response:
    """Show a ticket as a work order (工单): what is to be done by whom, with room to sign."""
    with reading(request, *HOTLINE, *UNIT, Role.AUDITOR) as visit:
        ticket = find(visit, number)
        parts = tickets.assignments(visit.session, ticket)
        facts = {
            "parts": [one for one in parts if one.ended_at is None], "Lead": AssignmentRole.LEAD,
            "sign_by": clocks.one(visit.session, ticket.id, ClockKind.SIGN_FOR),
        }  # fmt: skip
        return _sheet(visit, ticket, "print_order.html", facts)


@router.get("/tickets/{number}/answer-note")
def answer_note(request: Request, number: str) -> Response:
    """Show what the requester is told (答复告知): the answer as the hotline approved it.

    Raises:
        NotFoundError: no answer was approved yet.
    """
    with reading(request, *HOTLINE) as visit:
        ticket = find(visit, number)
        answer = tickets.last_answer(visit.session, ticket)
        if answer is None or answer.review != "approved":
            message = "还没有审核通过的答复，不能告知诉求人。"
            raise NotFoundError(message)
        return _sheet(visit, ticket, "print_answer_note.html", {"answer": answer})


@router.get("/tickets/{number}/callback-sheet")
def callback_sheet(request: Request, number: str) -> Response:
    """Show the questions of a callback (回访单) with boxes to tick; the number is not on it."""
    with reading(request, *HOTLINE) as visit:
        ticket = find(visit, number)
        facts = {"answer": tickets.last_answer(visit.session, ticket), "Satisfaction": Satisfaction,
                 "due": clocks.one(visit.session, ticket.id, ClockKind.CALLBACK)}  # fmt: skip
        return _sheet(visit, ticket, "print_callback_sheet.html", facts)


def _sheet(visit: Visit, ticket: Ticket, name: str, facts: dict[str, Any]) -> Response:
    clock = clocks.one(visit.session, ticket.id, ClockKind.HANDLING)
    clock = clock or clocks.one(visit.session, ticket.id, ClockKind.REQUESTER)
    common = {
        "sheet": True,
        "ticket": ticket, "clock": clock, "unanswered": ticket.status in UNANSWERED,
        "reads": reads_content(visit, ticket),
        "whole": desk_ticket.whole(visit.session, ticket, to_unit=visit.role in UNIT),
        "sentence": Certificate.from_json(clock.certificate).sentence() if clock else "",
    }  # fmt: skip
    return visit.page(name, {**common, **facts})
