"""What waits for a supervisor in one place (会商和审批): each decided on its own, none in bulk."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import EYES, reading
from engine.rules.findings import exclusion_grounds
from engine.rules.shanghai import shanghai_date
from engine.store import desk_lists, desk_views, matters
from engine.store.decisions_waiting import counts, listed, waiting

router = APIRouter(include_in_schema=False)


@router.get("/supervise/approvals")
def approvals(request: Request, whole: str = "") -> Response:
    """Show the panel, extensions, refusals, letters, referrals and rule changes that wait."""
    with reading(request, *EYES) as visit:
        session, version = visit.session, visit.rules.calendar.version
        found = waiting(session, visit.now, version, whole)
        both = [*found.letters, *found.referrals]
        facts = {
            "found": found, "waits": counts(session, visit.now, version, listed(found)),
            "units": desk_views.units_by_id(session, [one.unit_id for one in both]),
            "tickets": desk_lists.tickets_by_id(session, [one.ticket_id for one in both]),
            "refusals": matters.refusal_words(session, [one.id for one in found.refusals]),
            "labels": {one.key: one.label for one in visit.rules.parameters.values()},
            "grounds": exclusion_grounds(visit.rules, shanghai_date(visit.now)),
        }  # fmt: skip
        return visit.page("approvals.html", facts)
