"""Early sight after a restart: days and weeks that are over are read as kept, equal to a count."""

from datetime import timedelta

import pytest
from sqlmodel import delete, text

from engine.actions.figure_keeping import keep
from engine.models import FigureMark
from engine.rules.shanghai import end_of_day
from engine.store.database import work
from engine.store.early_sight import days_taken_in, weeks_by_unit
from tests.actions.test_figures import weeks
from tests.builders import a_dispatched_ticket, a_ticket, moment

pytestmark = pytest.mark.usefixtures("database")
NOW = moment("Thu 2026-11-26 10:00")


def told(session, now):
    """What a process says that has just begun."""
    session.info["database"].remembered.clear()
    return days_taken_in(session, now, 40), weeks_by_unit(session, now, 5)


def both(now):
    """What is told with the kept days and weeks, and what a count says."""
    with work() as session:
        kept = told(session, now)
        with session.begin_nested() as undone:
            session.exec(delete(FigureMark))
            counted = told(session, now)
            undone.rollback()
    return kept, counted


def totals(now=NOW, days=3):
    with work() as session:
        session.info["database"].remembered.clear()
        return [one.total for one in days_taken_in(session, now, days)]


@pytest.mark.parametrize("seed", [0, 1, 3])  # limits missed, none moved after its week
def test_what_is_kept_of_days_and_weeks_says_what_a_count_says(seed):
    taken_in, weeks_told = False, False
    for ended in weeks(seed, 60):
        now = end_of_day(ended) + timedelta(hours=9)
        keep(now)
        kept, counted = both(now)
        assert kept == counted
        taken_in |= any(day.total for day in kept[0])
        weeks_told |= any(kept[1])
    assert taken_in
    assert weeks_told


def test_after_a_restart_a_day_that_is_over_is_not_counted_again():
    a_ticket("Tue 2026-11-24 09:00")
    keep(NOW)
    with work() as session:
        session.exec(text("UPDATE taken_in_day SET total = 7 WHERE row = 0 AND day = '2026-11-24'"))

    assert totals() == [0, 0, 7]


def test_a_ticket_written_or_dispatched_afterwards_has_its_day_counted_again():
    a_ticket("Tue 2026-11-24 09:00")
    keep(NOW)
    a_ticket("Tue 2026-11-24 11:00")
    a_dispatched_ticket("Wed 2026-11-25 09:00")

    keep(NOW + timedelta(minutes=2))

    assert totals() == [0, 1, 2]


def test_today_is_counted_at_each_look():
    a_ticket("Thu 2026-11-26 09:00")
    keep(NOW)
    a_ticket("Thu 2026-11-26 10:01")

    assert totals(NOW + timedelta(minutes=2))[0] == 2
