"""A case (典型案例) falls with what its own ground rests on, and with nothing else."""

import pytest

from engine.actions import bulletin_life as life
from engine.actions import review
from engine.actions.bulletin_life import Asked
from engine.actions.bulletins import draft_bulletin
from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.figure_keeping import keep
from engine.actions.findings import decide
from engine.errors import ConflictError
from engine.terms import CaseGround, LetterStatus, ReportKind
from tests.actions.sweep_steps import in_progress
from tests.actions.test_bulletin_life import on, the
from tests.actions.test_late_grants import NOVEMBER, answered, grant, missed
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_callback,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    doing,
    moment,
    on_ticket,
)
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database", "in_earnest")
NOW = "Tue 2026-12-01 10:00"


def heard(callback, granted="Wed 2026-11-18 10:00"):
    """A ticket whose breach was withdrawn, answered within its new limit, and what was heard."""
    number, wish = missed()
    grant(wish, granted)
    answered(number, "Fri 2026-11-20 10:00")
    on_ticket(number, "Fri 2026-11-20 11:00", OPERATOR, review.approve_answer)
    call_back(number, "Fri 2026-11-20 15:00", callback)
    return number


def proposed(as_of=NOVEMBER[1]):
    def told(step):
        found = draft_bulletin(step, NOVEMBER, (), as_of).proposed
        return {one.number: one.ground for one in found}

    return doing(NOW, SUPERVISOR, told)


def drafted(*numbers):
    keep(moment(NOW))
    asked = Asked(ReportKind.BULLETIN, NOVEMBER, numbers, NOVEMBER[1])
    return doing(NOW, SUPERVISOR, lambda step: life.keep_draft(step, asked)).id


def left_out(number, indicator):
    form = ExclusionForm(number=number, indicator=indicator, ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing(NOW, SUPERVISOR, lambda step: exclude(step, form).id)
    doing(NOW, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))


@pytest.mark.parametrize(
    ("callback", "ground"),
    [(a_callback, CaseGround.PLEASED), (an_unhappy_callback, CaseGround.REWORKED)],
)
def test_what_was_said_of_an_answer_is_told_though_a_breach_was_withdrawn(callback, ground):
    number = heard(callback())
    assert proposed() == {number: ground}

    bulletin_id = drafted(number)
    on(bulletin_id, life.review)
    on(bulletin_id, life.sign)

    assert the(bulletin_id).status is LetterStatus.SIGNED
    assert the(bulletin_id).cases == [number]


@pytest.mark.parametrize(
    ("callback", "indicator", "falls"),
    [
        (an_unhappy_callback, "answered_on_time", False),
        (an_unhappy_callback, "solved", True),
        (an_unhappy_callback, "reworked", True),
        (a_callback, "answered_on_time", True),
        (a_callback, "returned", False),
    ],
)
def test_left_out_of_figures_since_a_case_falls_where_its_ground_is_of_them(
    callback, indicator, falls
):
    number = a_ticket_to_call_back("Mon 2026-11-02 09:00")
    call_back(number, "Tue 2026-11-03 10:00", callback())
    bulletin_id = drafted(number)
    on(bulletin_id, life.review)
    left_out(number, indicator)

    if not falls:
        on(bulletin_id, life.sign)
        return
    with pytest.raises(ConflictError, match=f"{number} 已认定免责、不计入或撤销超期，请退回修改"):
        on(bulletin_id, life.sign)


def test_late_by_no_working_day_hides_nothing_else_that_is_told_of_a_ticket():
    number = in_progress("Fri 2026-10-30 09:00")  # due on Fri 2026-11-13
    sweep("Sat 2026-11-14 09:00")
    answered(number, "Sat 2026-11-14 10:00")
    on_ticket(number, "Mon 2026-11-16 11:00", OPERATOR, review.approve_answer)
    call_back(number, "Mon 2026-11-16 15:00", an_unhappy_callback())

    assert proposed() == {number: CaseGround.REWORKED}
