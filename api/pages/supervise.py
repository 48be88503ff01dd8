"""The supervisors' desk (督办台): five figures, the ladder, units, lists of what is late."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import EYES, reading
from engine.rules.calendar_alarms import missing_calendars
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store import desk_lists, desk_supervise, desk_views
from engine.store import letters as letter_store
from engine.store.desk_special import claims_waiting
from engine.store.recomputing import shortenings_waiting
from engine.terms import Rung, TicketStatus

router = APIRouter(include_in_schema=False)
ENOUGH_TO_RANK = 5
MOST_ASKED = 50


@router.get("/supervise")
def supervise(request: Request) -> Response:
    """Show how the district stands now."""
    with reading(request, *EYES) as visit:
        session, now = visit.session, visit.now
        panel = (TicketStatus.IN_ARBITRATION,)
        letters = letter_store.waiting(session, 20)
        returned = desk_views.by_status(session, (TicketStatus.RETURNED,)).lines
        facts = {
            "figures": desk_supervise.figures(session, now),
            "rungs": [(one, desk_supervise.rung_counts(session).get(one, 0)) for one in Rung],
            "units": desk_supervise.unit_load(session, now),
            "extensions": desk_supervise.extensions_waiting(session),
            "claims": claims_waiting(session),
            "shortenings": shortenings_waiting(session, visit.rules.calendar.version, MOST_ASKED),
            "panel": desk_views.by_status(session, panel).lines,
            "returned": [one for one in returned if one.ticket.returns > 1],
            "letters": letters,
            "names": desk_views.units_by_id(session, [one.unit_id for one in letters]),
            "overdue": desk_lists.overdue(session, now, 15),
            "enough": ENOUGH_TO_RANK, "until": end_of_day(shanghai_date(now)),
            "missing": missing_calendars(shanghai_date(now), visit.rules),
        }  # fmt: skip
        return visit.page("supervise.html", facts)
