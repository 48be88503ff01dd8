"""Findings at the desks: who may decide is named, and where nobody may it says what to do."""

import pytest

from engine.actions import findings
from engine.actions.finding_evidence import FindingForm
from engine.actions.people import NewAccount, create_account
from engine.store.database import work
from engine.terms import Role
from tests.actions.test_whose_exclusion import late_then_redispatched
from tests.builders import (
    MARKET,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    an_account,
    doing,
    moment,
)
from tests.looking import breaches_of, sweep

MADE, NOBODY = "Mon 2026-11-23 10:00", "现在没有人可以裁定这份申诉"


@pytest.fixture
def appealed(database):
    """An excuse that one supervisor proposed, the other refused, and the unit appealed."""
    number = a_signed_ticket("Mon 2026-11-02 09:00")
    sweep("Mon 2026-11-23 09:00")
    (breach,) = [one for one in breaches_of(number) if one.kind.value == "handling"]
    form = FindingForm(kind="excused", reason="系统停机一日", evidence="《停机记录》")
    found = doing(MADE, SUPERVISOR, lambda step: findings.judge_breach(step, breach.id, form).id)
    doing(MADE, SECOND_SUPERVISOR, lambda step: findings.decide(
        step, found, agreed=False, reason="记录对不上"))  # fmt: skip
    doing(MADE, MARKET, lambda step: findings.appeal(step, found, "另有记录"))
    return found


def test_where_both_supervisors_took_part_the_page_says_a_third_account_is_needed(as_, appealed):
    page = as_(SUPERVISOR).get(f"/findings/{appealed}").text

    assert NOBODY in page
    assert "另建一个主管账号" in page


def test_with_a_third_supervisor_the_page_names_who_may_rule_and_they_may(as_, appealed):
    with work() as session:
        new = NewAccount(username="zhuguan3", name="演示主管丙", role=Role.SUPERVISOR,
                         password_hash=an_account(session, SUPERVISOR).password_hash)  # fmt: skip
        create_account(session, new, moment(MADE))

    page = as_(SUPERVISOR).get(f"/findings/{appealed}").text

    assert NOBODY not in page
    assert "请另一位主管裁定：演示主管丙" in page
    assert "维持认定" in as_("zhuguan3").get(f"/findings/{appealed}").text


def test_where_two_units_have_a_case_the_form_of_an_exclusion_asks_whose(as_):
    number = late_then_redispatched()
    sweep("Fri 2026-11-20 00:00")
    desk = as_(SUPERVISOR)
    desk.get("/supervise/exclusions")
    typed = {"number": number, "indicator": "responded_on_time", "ground": "force_majeure",
             "reason": "全区停电", "evidence": "《停电公告》"}  # fmt: skip

    asked = desk.post("/supervise/exclusions", **typed)
    done = desk.post("/supervise/exclusions", **typed, unit="区税务局").text

    assert asked.status_code == 422
    assert '<select id="unit"' in asked.text
    assert "请选剔除哪一家的" in asked.text
    assert "已提出剔除" in done
    assert "区税务局" in done
