"""单位汇总 adds up what the flow kept, equal to a recount; it counts where that stands still."""

from datetime import timedelta

import pytest
from sqlmodel import delete, text

from engine.actions.figure_keeping import keep
from engine.models import FigureMark
from engine.rules.shanghai import end_of_day
from engine.store.database import work
from engine.store.unit_figures import unit_figures
from tests.actions.test_figures import EARLY, FIRST, LAST, weeks
from tests.builders import TAX, a_signed_ticket, moment
from tests.seeds import seeds

pytestmark = pytest.mark.usefixtures("database")
LATE = "Tue 2026-12-01 09:00"


def owed(now):
    with work() as session:
        return [(one.name, one.due) for one in unit_figures(session, FIRST, LAST, now)]


@pytest.mark.parametrize("seed", seeds(range(30, 33)))
def test_what_is_kept_of_units_says_what_a_recount_says(seed):
    seen = []
    for ended in weeks(seed):
        now = end_of_day(ended)
        keep(now)
        with work() as session:
            told = unit_figures(session, FIRST, LAST, now + timedelta(minutes=9))
            session.exec(delete(FigureMark))
            again = unit_figures(session, FIRST, LAST, now)
            session.rollback()
        assert told == again
        seen += told
    assert any(one.due for one in seen)


def test_while_the_flow_runs_a_look_adds_up_and_counts_nothing():
    a_signed_ticket(EARLY, TAX)
    keep(moment(LATE))
    with work() as session:
        session.exec(text("UPDATE unit_day SET due = 7"))

    assert owed(moment("Tue 2026-12-01 09:10")) == [("区税务局", 7)]


def test_where_it_stands_still_what_has_changed_since_is_counted():
    a_signed_ticket(EARLY, TAX)
    keep(moment("Mon 2026-11-16 09:00"))
    assert owed(moment("Mon 2026-11-16 09:10")) == []

    assert owed(moment("Mon 2026-11-23 09:11")) == [("区税务局", 1)]
