"""On a provisional date (暂定) nobody is late: neither the ledger nor the figures say so."""

import pytest

from engine.rules.shanghai import end_of_day
from engine.store import unit_figures
from engine.store.database import work
from engine.terms import ClockKind, DueStatus, Indicator, TicketKind
from tests.actions.test_figures import on
from tests.actions.test_recompute import published, recount
from tests.builders import a_signed_ticket, day
from tests.looking import breaches_of, clock_of, sweep

pytestmark = pytest.mark.usefixtures("database")
YEAR = (day("Fri 2027-01-01"), day("Fri 2027-12-31"))


def late(date_text):
    """How many answers the figures and the units' table have of a day in the new year."""
    figure = on(date_text, *YEAR)[Indicator.ANSWERED_ON_TIME]
    with work() as session:
        units = unit_figures.unit_figures(session, *YEAR, end_of_day(day(date_text)))
    return figure.raw.n, figure.raw.n - figure.raw.hit, sum(one.late for one in units)


def test_a_limit_of_a_year_without_a_calendar_is_late_in_no_figure_until_it_is_published():
    number = a_signed_ticket("Wed 2026-12-30 09:00", kind=TicketKind.HELP_REQUEST)
    provisional = clock_of(number, ClockKind.HANDLING)
    sweep("Wed 2027-01-13 09:00")
    before = late("Wed 2027-01-13")

    recount(published(off=[day("Fri 2027-01-01")]), "Thu 2027-01-14 09:00")
    sweep("Thu 2027-01-14 10:00")

    assert provisional.due_status is DueStatus.PROVISIONAL
    assert before == (0, 0, 0)
    assert late("Fri 2027-01-15") == (1, 1, 1)
    assert ClockKind.HANDLING in {one.kind for one in breaches_of(number)}
    assert late("Wed 2027-01-13")[:2] == (0, 0)  # as it was told that day
