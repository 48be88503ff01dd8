"""Findings: who must agree, what they change, the appeal and its window; nothing is deleted."""

import pytest

from engine.actions import findings
from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.finding_evidence import FindingForm
from engine.errors import BadInputError, ConflictError, NotFoundError, NotPermittedError
from engine.models import Breach, Finding
from engine.store import findings as store
from engine.store.database import work
from engine.terms import ClockKind, FindingState
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    doing,
)
from tests.looking import breaches_of, event_names, sweep

LATE, NOW = "Mon 2026-11-02 09:00", "Mon 2026-11-23 09:00"
THURSDAY, FRIDAY = "Thu 2026-11-26 23:59", "Fri 2026-11-27 00:01"


@pytest.fixture
def late(database):
    """A ticket whose handling limit was missed, and the breach of it."""
    number = a_signed_ticket(LATE)
    sweep(NOW)
    breach = next(one for one in breaches_of(number) if one.kind.value == "handling")
    return number, breach.id


def judge(breach_id, kind="excused", who=SUPERVISOR, now=NOW, **changes):
    filled = {"kind": kind, "reason": "系统停机一日", "evidence": "机房记录第三号", **changes}
    form = FindingForm(**filled)
    return doing(now, who, lambda step: findings.judge_breach(step, breach_id, form).id)


def decide(finding_id, who=SECOND_SUPERVISOR, now=NOW, agreed=True, reason=""):
    doing(now, who, lambda step: findings.decide(step, finding_id, agreed=agreed, reason=reason))


def appeal(finding_id, who=MARKET, now=NOW, reason="停机当日不能答复"):
    doing(now, who, lambda step: findings.appeal(step, finding_id, reason))


def rule(finding_id, who=SECOND_SUPERVISOR, now=NOW, changed=True):
    doing(now, who, lambda step: findings.rule_on_appeal(
        step, finding_id, changed=changed, reason="记录属实"))  # fmt: skip


def judgement(breach_id):
    with work() as session:
        return session.get_one(Breach, breach_id).judgement


def state(finding_id):
    with work() as session:
        return session.get_one(Finding, finding_id).state


def test_excusing_a_breach_takes_two_supervisors(late):
    _, breach_id = late

    finding = judge(breach_id)
    alone = judgement(breach_id)
    decide(finding)

    assert (alone, judgement(breach_id)) == ("", "excused")
    assert state(finding) is FindingState.IN_FORCE


def test_nobody_agrees_to_their_own_finding_and_only_supervisors_do(late):
    finding = judge(late[1])

    for who in (SUPERVISOR, OPERATOR, MARKET):
        with pytest.raises(NotPermittedError):
            decide(finding, who)
    assert state(finding) is FindingState.PROPOSED


def test_confirming_changes_no_figure_and_one_supervisor_is_enough(late):
    finding = judge(late[1], "confirmed", evidence="")

    assert state(finding) is FindingState.IN_FORCE


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"evidence": " "}, "evidence"), ({"reason": ""}, "reason"), ({"kind": "x"}, "judgement")],
)
def test_what_changes_a_figure_needs_a_reason_and_evidence(late, changes, field):
    with pytest.raises(BadInputError) as refused:
        judge(late[1], **changes)

    assert field in refused.value.fields


def test_the_hotlines_own_breach_takes_two_supervisors_a_reason_and_evidence(late):
    own = next(one for one in breaches_of(late[0]) if one.kind is ClockKind.REQUESTER)

    for changes in ({"evidence": "无"}, {"reason": "系统停机"}, {"reason": "无"}):
        with pytest.raises(BadInputError):
            judge(own.id, **changes)
    finding = judge(own.id, reason="话务平台停机一日，无法受理")
    with pytest.raises(NotPermittedError):
        decide(finding, SUPERVISOR)
    decide(finding)

    assert own.unit_id is None
    assert judgement(own.id) == "excused"


def test_the_same_finding_twice_is_one(late):
    judge(late[1])

    with pytest.raises(ConflictError):
        judge(late[1], who=SECOND_SUPERVISOR)


def test_another_finding_ends_the_first_and_keeps_it(late):
    first = judge(late[1], "confirmed")

    decide(judge(late[1]))

    assert (state(first), judgement(late[1])) == (FindingState.ENDED, "excused")


def test_a_refused_excuse_needs_a_reason_and_changes_nothing(late):
    finding = judge(late[1])

    with pytest.raises(BadInputError):
        decide(finding, agreed=False)
    decide(finding, agreed=False, reason="停机不足一小时")

    assert (state(finding), judgement(late[1])) == (FindingState.REFUSED, "")


def test_the_unit_appeals_within_three_working_days_and_not_after(late):
    finding = judge(late[1], "confirmed")

    with pytest.raises(ConflictError, match="申诉期到11月26日（周四）为止"):
        appeal(finding, now=FRIDAY)
    appeal(finding, now=THURSDAY)

    with pytest.raises(ConflictError, match="已经申诉过了"):
        appeal(finding, now=THURSDAY)


def test_another_unit_knows_of_no_finding(late):
    finding = judge(late[1], "confirmed")

    with pytest.raises(NotFoundError):
        appeal(finding, who=TAX)


def waiting(breach_id):
    """The id of the finding of a breach that waits to be agreed to."""
    with work() as session:
        return store.standing(session, breach_id, FindingState.PROPOSED).id


def test_an_appeal_that_succeeds_excuses_a_confirmed_breach_once_another_supervisor_agrees(late):
    number, breach_id = late
    finding = judge(breach_id, "confirmed")
    appeal(finding)

    with pytest.raises(NotPermittedError, match="不能裁定"):
        rule(finding, SUPERVISOR)
    rule(finding)
    alone = (state(finding), judgement(breach_id))
    with pytest.raises(NotPermittedError):
        decide(waiting(breach_id), SECOND_SUPERVISOR)
    decide(waiting(breach_id), SUPERVISOR)

    assert alone == (FindingState.IN_FORCE, "confirmed")
    assert (state(finding), judgement(breach_id)) == (FindingState.ENDED, "excused")
    assert event_names(number).count("appeal") == 1


def test_no_appeal_is_ruled_on_while_another_finding_of_the_breach_waits(late):
    finding = judge(late[1], "confirmed")
    appeal(finding)
    judge(late[1])

    with pytest.raises(ConflictError, match="待复核"):
        rule(finding)


@pytest.mark.parametrize("agreed", [True, False])
def test_nobody_rules_on_an_appeal_against_what_they_proposed_agreed_to_or_refused(late, agreed):
    finding = leave_out(late[0]) if agreed else judge(late[1])
    decide(finding, agreed=agreed, reason="停机不足一小时")
    appeal(finding)

    for who in (SUPERVISOR, SECOND_SUPERVISOR):
        with pytest.raises(NotPermittedError, match="不能裁定"):
            rule(finding, who)


def test_an_excuse_in_force_leaves_its_unit_nothing_to_appeal(late):
    finding = judge(late[1])
    decide(finding)

    with work() as session:
        assert session.get_one(Finding, finding).appeal_until is None
    with pytest.raises(ConflictError, match="现在不能申诉"):
        appeal(finding)


def test_an_appeal_that_fails_leaves_the_finding(late):
    finding = judge(late[1], "confirmed")
    appeal(finding)

    rule(finding, changed=False)

    assert (state(finding), judgement(late[1])) == (FindingState.IN_FORCE, "confirmed")


EXCLUSION = {"indicator": "answered_on_time", "ground": "force_majeure", "reason": "全区停电",
             "evidence": "《供电公告》"}  # fmt: skip


def leave_out(ticket, who=SUPERVISOR, **changes):
    form = ExclusionForm(**{"number": ticket, **EXCLUSION, **changes})
    return doing(NOW, who, lambda step: exclude(step, form).id)


def test_a_ticket_is_left_out_of_one_indicator_by_two_persons_once(late):
    number, _ = late
    finding = leave_out(number)

    with pytest.raises(ConflictError):
        leave_out(number, SECOND_SUPERVISOR)
    decide(finding)

    assert state(finding) is FindingState.IN_FORCE
    assert event_names(number).count("exclude") == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"indicator": "human_called_back"}, "indicator"), ({"ground": "mood"}, "ground"),
        ({"evidence": ""}, "evidence"), ({"number": "LZ1"}, "number"),
    ],
)  # fmt: skip
def test_nothing_is_left_out_without_ground_and_evidence_nor_from_the_callbacks(
    late, changes, field
):
    with pytest.raises(BadInputError) as refused:
        leave_out(late[0], **changes)

    assert field in refused.value.fields


def test_no_unit_leaves_its_own_tickets_out(late):
    with pytest.raises(NotPermittedError):
        leave_out(late[0], MARKET)
