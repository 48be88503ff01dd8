"""The list of letters (函件): what waits, what went out, which numbers were voided."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import EYES, reading
from engine.actions.moot_letters import fallen_among
from engine.store import desk_lists, desk_unit, desk_views
from engine.store import letters as store

router = APIRouter(include_in_schema=False)
SENT = 50


@router.get("/letters")
def letters(request: Request, after: int = 0) -> Response:
    """List the letters that wait, and those that went out: a page of these from a key on."""
    with reading(request, *EYES) as visit:
        found = store.sent(visit.session, after or None, SENT + 1)
        sent = found[:SENT]
        waiting = [] if after else store.waiting(visit.session)
        voided = [] if after else store.voided(visit.session, SENT)
        both = [*waiting, *sent, *voided]
        facts = {
            "waiting": waiting, "sent": sent, "voided": voided, "first": not after,
            "more": sent[-1].id if len(found) > SENT else 0,
            "units": desk_views.units_by_id(visit.session, [one.unit_id for one in both]),
            "tickets": desk_lists.tickets_by_id(visit.session, [one.ticket_id for one in both]),
            "clocks": desk_unit.reply_clocks(visit.session, sent),
            "fallen": fallen_among(visit.step, both),
        }  # fmt: skip
        return visit.page("letters.html", facts)
