"""Kept figures: whole months by month, the rest by day, equal to a recount whatever is asked."""

import random
from datetime import timedelta

import pytest
from sqlmodel import select

from engine.actions import figures
from engine.actions.figure_keeping import keep
from engine.models import FigureDay, FigureMonth
from engine.rules.monitoring import months_of, quarter_of
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import end_of_day
from engine.store import figure_days
from engine.store.database import work
from engine.terms import Indicator
from tests.actions.test_figures import EARLY, weeks
from tests.builders import TAX, a_signed_ticket, a_ticket_to_call_back, day
from tests.seeds import seeds

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("since", "until", "first", "after"),
    [
        ("Sun 2026-11-01", "Mon 2026-11-30", "2026-11-01", "2026-12-01"),
        ("Sun 2026-11-01", "Sun 2026-11-29", "2026-11-01", "2026-11-01"),
        ("Mon 2026-11-02", "Mon 2026-11-30", "2026-12-01", "2026-12-01"),
        ("Sat 2026-10-31", "Tue 2026-12-01", "2026-11-01", "2026-12-01"),
        ("Thu 2026-10-01", "Thu 2026-12-31", "2026-10-01", "2027-01-01"),
        ("Tue 2026-12-15", "Fri 2027-01-15", "2027-01-01", "2027-01-01"),
        ("Mon 2027-02-01", "Sun 2027-02-28", "2027-02-01", "2027-03-01"),
    ],
)  # fmt: skip
def test_the_whole_months_of_a_period(since, until, first, after):
    found = figure_days.whole_months(day(since), day(until))

    assert tuple(str(one) for one in found) == (first, after)


def both(since, until, ended):
    """The figures of a period from the kept summaries, and counted from the cases."""
    with work() as session:
        rules, at = load_rules("CN-GX"), end_of_day(ended)
        kept = figures.report_now(session, rules, (since, until), at)
        alone = figures.district_now(session, rules, (since, until), at)
        again = figures.report_on(session, rules, (since, until), ended, at)
    return kept, alone, again


def told(figures):
    """Counts without what adding minutes in another order does to their last digits."""
    return [(one.indicator, one.raw.n, round(one.raw.hit, 6), one.raw.part, one.fair.n,
             round(one.fair.hit, 6), one.fair.part) for one in figures]  # fmt: skip


@pytest.mark.parametrize("seed", seeds(range(16, 19)))
def test_any_period_of_the_kept_summaries_says_what_a_recount_says(seed):
    chance = random.Random(seed)
    for number, ended in enumerate(weeks(seed)):
        keep(end_of_day(ended))
        if number % 3:
            continue
        since = day("Thu 2026-10-29") + timedelta(days=chance.randrange(8))
        until = since + timedelta(days=chance.randrange(20, 80))
        kept, alone, again = both(since, until, ended)
        assert told(kept.district) == told(again.district) == told(alone.district)
        assert [(unit.slug, told(found)) for unit, found in kept.units] == [
            (unit.slug, told(found)) for unit, found in again.units
        ]


def test_months_together_and_each_say_what_a_recount_says():
    a_ticket_to_call_back(EARLY)
    a_signed_ticket("Mon 2026-11-23 09:00", TAX)
    ended = day("Thu 2026-12-31")
    months = months_of(quarter_of(ended))
    keep(end_of_day(ended))

    with work() as session:
        rules, at = load_rules("CN-GX"), end_of_day(ended)
        together, each = figures.months_now(session, rules, months, at)
        again = [figures.report_on(session, rules, one, ended, at)
                 for one in (quarter_of(ended), *months)]  # fmt: skip

    assert [told(one.district) for one in (together, *each)] == [
        told(one.district) for one in again
    ]
    assert [unit.slug for unit, _ in together.units] == [unit.slug for unit, _ in again[0].units]


def test_a_month_is_added_up_anew_when_one_of_its_days_was_counted_again():
    a_ticket_to_call_back(EARLY)
    keep(end_of_day(day("Mon 2026-11-16")))
    a_signed_ticket("Tue 2026-11-03 09:00", TAX)
    keep(end_of_day(day("Mon 2026-11-30")))

    with work() as session:
        months = session.exec(select(FigureMonth).where(
            FigureMonth.indicator == Indicator.ANSWERED_ON_TIME)).all()  # fmt: skip
        days = session.exec(select(FigureDay).where(
            FigureDay.indicator == Indicator.ANSWERED_ON_TIME)).all()  # fmt: skip

    assert [(str(one.month), one.n, one.hit) for one in months] == [
        ("2026-11-01", 1, 1.0), ("2026-11-01", 1, 0.0),
    ]  # fmt: skip
    assert sum(one.n for one in days) == 2
