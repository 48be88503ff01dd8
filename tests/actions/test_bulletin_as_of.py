"""A bulletin as of a past day comes out the same again; of a period not over there is none."""

import pytest

from engine.actions import bulletin_life as life
from engine.actions import unit_work
from engine.actions.bulletin_life import Asked
from engine.actions.bulletins import draft_bulletin
from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.figure_keeping import keep
from engine.actions.findings import decide
from engine.actions.performance import performance
from engine.errors import BadInputError, ConflictError
from engine.rules.shanghai import end_of_day
from engine.terms import LetterStatus, ReportKind
from tests.actions.test_fair_figures import excused
from tests.actions.test_figures import EARLY
from tests.builders import (
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answer,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
)
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database")
DAYS = (day("Sun 2026-11-01"), day("Mon 2026-11-30"))
BULLETIN = ReportKind.BULLETIN
AS_OF = day("Tue 2026-12-01")
LATER = "Thu 2026-12-10 09:00"


def drafted(now, as_of=AS_OF):
    return doing(now, SUPERVISOR, lambda step: draft_bulletin(step, DAYS, (), as_of))


def told(draft):
    """What a bulletin says of its period: words, figures, units, cases proposed."""
    return (dict(draft.facts.words), draft.facts.indicators, draft.facts.units, draft.proposed,
            draft.report.at)  # fmt: skip


def test_a_past_days_bulletin_comes_out_the_same_whatever_happened_since():
    pleased, late = a_ticket_to_call_back(EARLY), a_signed_ticket(EARLY, TAX)
    call_back(pleased, "Tue 2026-11-03 10:00", a_callback())
    left = a_signed_ticket("Tue 2026-11-03 09:00")
    sweep("Mon 2026-11-30 09:00")
    before = drafted(end_of_day(AS_OF))

    on_ticket(late, "Wed 2026-12-02 09:00", TAX, lambda step, one: unit_work.answer(
        step, one, an_answer()))  # fmt: skip
    excused(left, "handling", "Thu 2026-12-03 09:00")
    form = ExclusionForm(number=late, indicator="answered_on_time", ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing(LATER, SUPERVISOR, lambda step: exclude(step, form).id)
    doing(LATER, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))
    again, now = drafted(LATER), drafted(LATER, None)

    assert told(again) == told(before)
    assert {one.number for one in before.proposed} == {pleased, late, left}
    assert {one.number for one in drafted(LATER, day("Wed 2026-12-09")).proposed} == {pleased, late}
    assert told(now) != told(before)


def test_a_bulletin_of_a_period_that_is_not_over_says_so_and_is_not_kept():
    a_signed_ticket(EARLY)
    now = "Mon 2026-11-30 10:00"
    keep(moment(now))

    draft = doing(now, SUPERVISOR, lambda step: draft_bulletin(step, DAYS, ()))

    assert "统计期到2026年11月30日才过完" in str(draft.document.body)
    with pytest.raises(ConflictError, match="2026-11-30 才过完"):
        doing(now, SUPERVISOR, lambda step: life.keep_draft(step, Asked(BULLETIN, DAYS)))


def test_as_of_a_day_before_its_end_a_period_is_not_over_however_late_it_is():
    with pytest.raises(ConflictError, match="才过完"):
        doing(LATER, SUPERVISOR, lambda step: life.keep_draft(
            step, Asked(BULLETIN, DAYS, as_of=day("Sun 2026-11-29"))))  # fmt: skip


def test_once_its_last_day_is_over_a_bulletin_is_kept_and_says_as_of_when_its_figures_are():
    made = doing(
        LATER, SUPERVISOR, lambda step: life.keep_draft(step, Asked(BULLETIN, DAYS, as_of=DAYS[1]))
    )

    assert made.status is LetterStatus.DRAFTED
    assert made.facts["at"] == end_of_day(DAYS[1]).isoformat()
    assert "才过完" not in str(life.document_of(made, day("Thu 2026-12-10")).body)


def test_a_day_to_come_has_no_bulletin():
    with pytest.raises(BadInputError, match="还没有到"):
        drafted("Tue 2026-12-01 09:00", day("Wed 2026-12-02"))


def test_the_export_for_appraisal_says_as_of_when_and_whether_its_period_is_over():
    over = doing(LATER, SUPERVISOR, lambda step: performance(step, DAYS, AS_OF))
    running = doing(LATER, SUPERVISOR, lambda step: performance(step, DAYS, day("Mon 2026-11-16")))

    assert "没有过完" not in over.conditions
    assert "2026年11月16日24:00" in running.conditions
    assert "统计期没有过完，只含已经到期的" in running.conditions
