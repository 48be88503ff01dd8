"""The supervisors' desk (督办台): five figures, the ladder, units, lists of what is late."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.visit import EYES, reading
from engine.rules.calendar_alarms import missing_calendars
from engine.rules.indicators import figure, in_words
from engine.rules.ranking import period_of
from engine.rules.shanghai import shanghai_date
from engine.store import desk_filters, desk_lists, desk_supervise, standing_counts
from engine.store.decisions_waiting import counts
from engine.terms import Indicator, Rung

router = APIRouter(include_in_schema=False)
DRAWN = 22  # as tall as the lists beside it
KINDS = (
    ("panel", "会商"), ("returned", "再次退单"), ("extensions", "延期"), ("refusals", "不予受理"),
    ("letters", "函件"), ("referrals", "线索移交"), ("claims", "法定时限"),
    ("shortenings", "到期日提前"), ("findings", "认定和申诉"), ("changes", "规则和日历"),
)  # fmt: skip


@router.get("/supervise")
def supervise(request: Request) -> Response:
    """Show how the district stands now."""
    with reading(request, *EYES) as visit:
        session, now = visit.session, visit.now
        found = counts(session, now, visit.rules.calendar.version)
        standing = standing_counts.standing(session, now)
        overdue = desk_lists.overdue(session, now, 15)
        today = shanghai_date(now)
        made = desk_supervise.figures(session, now, period_of(today, visit.rules))
        answered = Indicator.ANSWERED_ON_TIME
        on_time = figure(answered, made.on_time, made.on_time, visit.rules, today)
        facts = {
            "figures": made, "on_time": on_time, "in_words": in_words,
            "rungs": [(one, standing.rungs.get(one, 0)) for one in Rung],
            "units": standing.units, "drawn": DRAWN, "stood_at": standing.at,
            "decisions": [(name, label, found[name]) for name, label in KINDS],
            "overdue": overdue, "next": None if overdue else desk_filters.next_due(session, now),
            "missing": missing_calendars(today, visit.rules),
        }  # fmt: skip
        return visit.page("supervise.html", facts)
