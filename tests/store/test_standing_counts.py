"""Where tickets stand: as the flow kept it, equal to a count, or counted."""

from datetime import timedelta

import pytest

from engine.actions.figure_keeping import keep
from engine.rules.shanghai import end_of_day
from engine.store import desk_filters, standing_counts
from engine.store.database import work
from engine.store.desk_filters import TicketFilter
from engine.store.standing_counts import Load
from engine.terms import Rung, TicketScope
from tests.actions.test_figures import weeks
from tests.builders import MARKET, a_dispatched_ticket, a_signed_ticket, moment
from tests.looking import sweep, unit_named

pytestmark = pytest.mark.usefixtures("database")
NOW = moment("Tue 2026-11-24 10:00")
MARKETS = "区市场监管局"


def at(now):
    with work() as session:
        return standing_counts.standing(session, now)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_says_what_a_count_says(seed):
    seen = []
    for ended in weeks(seed):
        now = end_of_day(ended)
        counted = at(now)  # nothing was kept since the day before
        keep(now)
        kept = at(now)
        assert (kept.rungs, kept.units) == (counted.rungs, counted.units)
        seen += kept.units
    assert seen


def test_a_page_takes_what_was_kept_lately_and_says_of_when():
    a_dispatched_ticket("Tue 2026-11-24 09:00", MARKET)
    keep(NOW)
    a_dispatched_ticket("Tue 2026-11-24 10:01", MARKET)

    lately, stale = at(NOW + timedelta(minutes=3)), at(NOW + timedelta(minutes=11))

    assert (lately.at, lately.units) == (NOW, [Load(MARKETS, 1, 0)])
    assert (stale.at, stale.units) == (NOW + timedelta(minutes=11), [Load(MARKETS, 2, 0)])


def test_late_work_and_the_highest_rung_it_stands_on_are_counted_once_a_ticket():
    a_dispatched_ticket("Mon 2026-11-02 09:00", MARKET)
    a_dispatched_ticket("Tue 2026-11-24 09:00", MARKET)
    sweep("Tue 2026-11-24 09:30")

    keep(NOW)

    assert at(NOW).units == [Load(unit_named(MARKETS).name, 2, 1)]
    assert at(NOW).rungs[Rung.L4_LETTER] == 1
    assert sum(at(NOW).rungs.values()) <= 2


def test_the_list_behind_each_rung_has_as_many_tickets_as_the_ladder_says():
    for accepted in ("Mon 2026-11-02 09:00", "Mon 2026-11-16 09:00", "Fri 2026-11-20 09:00"):
        a_signed_ticket(accepted, MARKET)
    a_dispatched_ticket("Mon 2026-11-02 09:00", MARKET)
    sweep("Tue 2026-11-24 09:30")

    stands = at(NOW).rungs

    with work() as session:
        for rung in Rung:
            wanted = TicketFilter(TicketScope.OPEN, rung=rung)
            assert desk_filters.count(session, wanted, NOW) == stands.get(rung, 0)
    assert sum(stands.values()) <= 4
    assert len(stands) > 1
