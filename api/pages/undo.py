"""Taking back what was just logged (撤回): the ticket is void, and the form is there again."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.finding import find
from api.pages.forms import Posted
from api.pages.ticket import ticket_again
from api.pages.visit import HOTLINE, Visit, attempt
from engine.actions import attachments, drafts
from engine.actions.undo import take_back
from engine.errors import EngineError
from engine.models import HeldDispatch, Ticket
from engine.store import desk_own, desk_views, tickets
from engine.terms import TicketKind

router = APIRouter(include_in_schema=False)


@router.post("/tickets/{number}/void")
def undo(request: Request, number: str, form: Posted) -> Response:
    """Void a ticket just logged, and put what it said back into a form."""

    def do(visit: Visit) -> Response:
        ticket = find(visit, number, lock=True)
        held = desk_own.held(visit.session, ticket.id)
        fields = _fields(visit, ticket, held)
        take_back(visit.step, ticket)
        form_id = drafts.new_call()
        drafts.save_draft(visit.session, visit.account.id, form_id, fields, visit.now)
        attachments.copy_to_form(visit.step, ticket, form_id)
        said = f"{number} 已撤回作废，没有派出。内容已放回登记表，改好后重新登记，会给新号。"
        return visit.go(f"/tickets/new?draft={form_id}", said, number)

    def again(visit: Visit, error: EngineError) -> Response:
        return ticket_again(visit, number, error)

    return attempt(request, form, do, again, *HOTLINE)


def _fields(visit: Visit, ticket: Ticket, held: HeldDispatch | None) -> dict[str, list[str]]:
    """Return what was typed, as the form of a call holds it."""
    who = tickets.requester_of(visit.session, ticket)
    lead, accused = held.lead_unit_id if held else None, ticket.accused_unit_id
    units = desk_views.units_by_id(visit.session, [lead, accused])
    asked = ticket.confidential and ticket.kind is not TicketKind.REPORT
    typed = {
        "phone": who.phone, "enterprise": who.enterprise, "contact_name": who.contact_name,
        "credit_code": who.credit_code, "answer_by": who.answer_by, "kind": ticket.kind.value,
        "content": ticket.content, "title": ticket.title, "place": ticket.place,
        "urgency": ticket.urgency.value, "confidential": "1" if asked else "",
        "other_unit": units[lead].name if lead in units else "",
        "accused_unit": units[accused].name if accused in units else "",
        "with_supports": "1" if held and held.support_unit_ids else "",
    }  # fmt: skip
    return {name: [text] for name, text in typed.items() if text}
