"""Rates of a period that still runs: a case counts on the day its limit ends, early or late."""

import pytest

from engine.actions.figure_keeping import keep
from engine.rules.shanghai import end_of_day
from engine.store import unit_figures
from engine.store.database import work
from engine.terms import Indicator
from tests.actions.test_figures import EARLY, FIRST, LAST, counts, kept, on, weeks
from tests.builders import (
    TAX,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    call_back,
    day,
    moment,
)
from tests.seeds import seeds

pytestmark = pytest.mark.usefixtures("database")
RATES = (Indicator.ANSWERED_ON_TIME, Indicator.BREACHED)


def units_on(date_text, since=FIRST, until=LAST):
    with work() as session:
        return unit_figures.unit_figures(session, since, until, end_of_day(day(date_text)))


def test_what_was_answered_early_is_not_counted_before_what_is_open_can_be():
    a_ticket_to_call_back(EARLY)
    a_signed_ticket(EARLY, TAX)

    running, over = on("Fri 2026-11-13"), on("Mon 2026-11-16")

    assert [running[one].raw.n for one in RATES] == [0, 0]
    assert [over[one].raw.n for one in RATES] == [2, 2]
    assert [over[one].value for one in RATES] == [50.0, 50.0]


def test_an_answer_before_the_end_of_a_month_counts_in_the_month_its_limit_ends_in():
    a_ticket_to_call_back("Mon 2026-11-23 09:00")
    november, december = (
        (FIRST, day("Mon 2026-11-30")), (day("Tue 2026-12-01"), day("Thu 2026-12-31")),
    )  # fmt: skip

    found = [on("Thu 2026-12-31", *one)[Indicator.ANSWERED_ON_TIME] for one in (november, december)]

    assert [(one.raw.n, one.value) for one in found] == [(0, None), (1, 100.0)]


def test_a_signature_a_contact_and_a_call_before_their_limits_wait_for_the_limits_end():
    number = a_ticket_to_call_back(EARLY)
    call_back(number, "Mon 2026-11-02 16:00", a_callback())

    that_day, after = on("Mon 2026-11-02"), on("Fri 2026-11-06")

    early = (Indicator.SIGNED_ON_TIME, Indicator.RESPONDED_ON_TIME, Indicator.CALLED_BACK)
    assert [that_day[one].raw.n for one in early] == [0, 0, 0]
    assert [(after[one].raw.n, after[one].value) for one in early] == [(1, 100.0)] * 3
    assert that_day[Indicator.SOLVED].raw.n == 1


def test_units_beside_each_other_speak_of_the_same_cases_as_the_indicator():
    a_ticket_to_call_back(EARLY)
    a_signed_ticket(EARLY, TAX)

    assert units_on("Fri 2026-11-13") == []
    assert [(one.due, one.in_time) for one in units_on("Mon 2026-11-16")] == [(1, 1), (1, 0)]


@pytest.mark.parametrize("seed", seeds(range(12, 14)))
def test_on_every_day_of_any_weeks_units_and_indicator_count_the_same_answers(seed):
    seen = 0
    for ended in weeks(seed):
        answered = [one for one in counts(ended, past=False) if one[1] is RATES[0]]
        with work() as session:
            units = unit_figures.unit_figures(session, FIRST, LAST, end_of_day(ended))
        assert sum(one[3].n for one in answered) == sum(one.due for one in units)
        assert sum(one[3].hit for one in answered) == sum(one.in_time for one in units)
        seen += len(units)
    assert seen


def test_the_kept_summaries_take_in_an_early_answer_once_its_limit_is_over():
    a_ticket_to_call_back(EARLY)
    keep(moment("Fri 2026-11-13 09:00"))
    before = [one for one in kept() if one[1] is RATES[0]]

    keep(moment("Tue 2026-11-17 00:00"))

    assert before == []
    assert kept() == counts(day("Mon 2026-11-16"), past=False)
    assert [one[3].n for one in kept() if one[1] is RATES[0]] == [1]
