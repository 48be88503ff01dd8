"""What the ticket's history and the refusals say of findings: which indicator, where words go."""

import pytest

from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.finding_evidence import FindingForm
from engine.actions.findings import LONGEST_APPEAL, appeal, decide, judge_breach
from engine.errors import BadInputError
from engine.terms import ClockKind, TicketEvent
from tests.builders import MARKET, SECOND_SUPERVISOR, SUPERVISOR, a_signed_ticket, doing
from tests.looking import breaches_of, events_of, sweep

pytestmark = pytest.mark.usefixtures("database")
LATER = "Wed 2026-11-18 09:00"


@pytest.fixture
def late(database):
    number = a_signed_ticket("Mon 2026-11-02 09:00")
    sweep("Tue 2026-11-17 09:00")
    return number


def test_an_exclusion_names_its_indicator_and_its_ground_in_the_tickets_history(late):
    form = ExclusionForm(number=late, indicator="answered_on_time", ground="force_majeure",
                         reason="全区停电", evidence="《停电公告》")  # fmt: skip
    found = doing(LATER, SUPERVISOR, lambda step: exclude(step, form).id)
    doing(LATER, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))

    said = [one.reason for one in events_of(late) if one.event is TicketEvent.EXCLUDE]

    assert [words.partition("。")[0] for words in said] == [
        "提出剔除（按时办结率；不可抗力）", "复核同意剔除（按时办结率；不可抗力）"]  # fmt: skip


def test_an_appeal_that_is_too_long_is_told_where_its_material_can_go(late):
    (breach,) = (one for one in breaches_of(late) if one.kind is ClockKind.HANDLING)
    form = FindingForm(kind="confirmed", reason="查实逾期没有答复，也没有说明")
    found = doing(LATER, SUPERVISOR, lambda step: judge_breach(step, breach.id, form).id)

    with pytest.raises(BadInputError, match="传到工单的附件里"):
        doing(LATER, MARKET, lambda step: appeal(step, found, "字" * (LONGEST_APPEAL + 1)))
