"""Counting the cases takes a look-up for each, even where the planner knows of none of them.

Ten thousand tickets brought into an installation that was empty when it was last analysed took
minutes: every callback walked through all callbacks.
"""

import psycopg
import pytest
from sqlalchemy import text

from bench.archive import fill
from engine.actions.figures import asked_cases
from engine.rules.rule_set import load_rules
from engine.store import figure_cases, figure_days, unit_figures
from engine.store.database import work
from tests.builders import a_dispatched_ticket, moment

NOW = moment("Mon 2035-01-01 09:00")  # after whatever the archive holds


def pages_read(statement, values):
    """How many pages of the database a statement looks at."""
    with work() as session:
        explain = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}")
        (plan,) = session.connection().execute(explain, values).scalar_one()
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]


def of_all_days():
    """What is read to count every day there is, of the indicators and of the units."""
    with work() as session:
        first, last = figure_days.all_days(session)
    days = [first.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    asked = asked_cases(load_rules("CN-GX"), (first, last), NOW, past=False)
    return (
        pages_read(figure_cases._QUERY, figure_cases._values(asked)),
        pages_read(unit_figures._COUNTED, unit_figures._values(days, NOW)),
    )


@pytest.fixture
def filled(database):
    """Return how to fill a database that was analysed when it was all but empty."""
    a_dispatched_ticket("Mon 2026-11-02 09:00")
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("ANALYZE")
        yield lambda count: fill(connection, count, in_hand=20)


def test_four_times_as_many_tickets_take_four_times_as_long(filled):
    filled(1000)
    few = of_all_days()
    filled(4000)
    many = of_all_days()

    # An index of many has a floor more; who walks through all of them reads sixteen times as much.
    assert all(one < 6 * other for one, other in zip(many, few, strict=True)), (few, many)
