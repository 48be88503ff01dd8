"""Adjusted figures are fair: what is excused or excluded is in none of them as a fault."""

import pytest

from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.finding_evidence import FindingForm
from engine.actions.findings import decide, judge_breach
from engine.rules.ranking import UnitFigures
from engine.store import unit_figures
from engine.store.database import work
from engine.terms import Indicator
from tests.actions.return_steps import rule, send_back
from tests.actions.test_figures import EARLY, FIRST, LAST, LATE, on
from tests.builders import (
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    doing,
    moment,
)
from tests.looking import breaches_of, sweep

pytestmark = pytest.mark.usefixtures("database")


def excused(number, kind, now=LATE):
    """Excuse the breach of a kind of limit of a ticket, by two supervisors."""
    (breach,) = [one for one in breaches_of(number) if one.kind.value == kind]
    form = FindingForm(kind="excused", reason="全区停电", evidence="《停电公告》")
    found = doing(now, SUPERVISOR, lambda step: judge_breach(step, breach.id, form).id)
    doing(now, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))


@pytest.mark.parametrize(
    ("kind", "indicator"),
    [("first_contact", Indicator.RESPONDED_ON_TIME), ("handling", Indicator.ANSWERED_ON_TIME)],
)  # fmt: skip
def test_an_excused_breach_is_in_time_in_its_adjusted_figure_and_late_in_the_raw(kind, indicator):
    number = a_signed_ticket(EARLY)
    sweep("Tue 2026-11-17 09:00")

    excused(number, kind)

    before, after = on("Fri 2026-11-20")[indicator], on("Mon 2026-11-23")[indicator]
    assert (before.value, before.adjusted) == (0.0, 0.0)
    assert (after.value, after.adjusted) == (0.0, 100.0)


def test_a_rework_has_a_rate_of_its_own_in_which_its_breach_counts_and_can_be_excused():
    number = a_ticket_to_call_back(EARLY)
    call_back(number, "Tue 2026-11-03 10:00", an_unhappy_callback())
    sweep("Tue 2026-11-17 09:00")
    before = on("Fri 2026-11-20")

    excused(number, "handling")

    after = on("Mon 2026-11-23")
    assert (before[Indicator.REWORK_ON_TIME].raw.n, before[Indicator.REWORK_ON_TIME].value) == (
        1, 0.0,
    )  # fmt: skip
    assert before[Indicator.ANSWERED_ON_TIME].raw.n == 1
    assert before[Indicator.ANSWERED_ON_TIME].value == 100.0
    assert (after[Indicator.REWORK_ON_TIME].value, after[Indicator.REWORK_ON_TIME].adjusted) == (
        0.0, 100.0,
    )  # fmt: skip


def test_units_beside_each_other_leave_out_what_is_excluded_in_the_adjusted_rate():
    number = a_signed_ticket(EARLY)
    left = ExclusionForm(number=number, indicator="answered_on_time", ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing(LATE, SUPERVISOR, lambda step: exclude(step, left).id)
    doing(LATE, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))

    with work() as session:
        (one,) = unit_figures.unit_figures(session, FIRST, LAST, moment(LATE))

    assert (one.due, one.left_out, one.fair_due) == (1, 1, 0)


def test_what_callbacks_are_owed_has_the_documents_own_target():
    target = on("Mon 2026-11-23")[Indicator.HUMAN_CALLED_BACK]

    assert (target.target, target.target_of.label) == (100, "城中政办〔2023〕19号 附件第113项")


def test_a_return_that_waits_for_its_ruling_is_no_answer_in_time_then_nor_looked_back_at():
    number = a_signed_ticket(EARLY)
    send_back(number, "Mon 2026-11-02 15:00")

    waiting = on("Mon 2026-11-02")
    rule(number, "Fri 2026-11-06 09:00", upheld=False)
    again, over = on("Mon 2026-11-02"), on("Fri 2026-11-20")  # the ruling was three days late

    assert (waiting[Indicator.ANSWERED_ON_TIME].raw.n, waiting[Indicator.BREACHED].raw.n) == (0, 0)
    assert again[Indicator.ANSWERED_ON_TIME].raw.n == 0
    assert over[Indicator.ANSWERED_ON_TIME].value == 0.0


def test_a_unit_whose_return_waits_owes_nothing_beside_the_others():
    send_back(a_signed_ticket(EARLY), "Mon 2026-11-02 15:00")

    with work() as session:
        (found,) = unit_figures.unit_figures(session, FIRST, LAST, moment(LATE))
    assert found == UnitFigures(found.name, due=0, returned=1)


def test_what_is_left_out_of_answers_in_time_is_left_out_of_overdue_too():
    number = a_signed_ticket(EARLY)
    left = ExclusionForm(number=number, indicator="answered_on_time", ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing(LATE, SUPERVISOR, lambda step: exclude(step, left).id)
    doing(LATE, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))

    after = on("Mon 2026-11-23")

    assert after[Indicator.ANSWERED_ON_TIME].fair.n == after[Indicator.BREACHED].fair.n == 0
