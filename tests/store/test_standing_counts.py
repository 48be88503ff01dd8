"""Where tickets stand: as the flow kept it, equal to a count, or counted."""

from datetime import timedelta

import pytest

from engine.actions.figure_keeping import keep
from engine.rules.shanghai import end_of_day
from engine.store import standing_counts
from engine.store.database import work
from engine.store.standing_counts import Load
from engine.terms import Rung
from tests.actions.test_figures import weeks
from tests.builders import MARKET, a_dispatched_ticket, moment
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


def test_late_work_and_the_rung_it_stands_on_are_counted_by_ticket():
    a_dispatched_ticket("Mon 2026-11-02 09:00", MARKET)
    a_dispatched_ticket("Tue 2026-11-24 09:00", MARKET)
    sweep("Tue 2026-11-24 09:30")

    keep(NOW)

    assert at(NOW).units == [Load(unit_named(MARKETS).name, 2, 1)]
    assert at(NOW).rungs[Rung.BREACH] == 1
