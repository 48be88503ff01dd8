"""Letters and referrals: proposed with evidence, decided by people."""

import pytest

from engine.rules.rectification import (
    Conduct,
    grounds,
    letter_grounds,
    referral_due,
    signing_refusal,
)
from engine.rules.referral import referral_refusal, referral_targets
from engine.terms import RectificationGround, Role
from tests.rules.changing import rules_with
from tests.rules.reading import day

ON = day("Fri 2024-09-27")


def test_every_ground_has_a_source_and_two_are_the_document_s(rules):
    stated = dict(grounds(rules, ON))

    assert set(stated) == set(RectificationGround)
    assert {ground for ground, citation in stated.items() if not citation.house} == {
        RectificationGround.DUTY_NOT_PERFORMED,
        RectificationGround.PERFUNCTORY,
    }


def test_a_clean_record_speaks_for_nothing(rules):
    assert letter_grounds(Conduct(), rules, ON) == {}


@pytest.mark.parametrize(
    ("conduct", "ground"),
    [
        (Conduct(overdue_working_days=5), RectificationGround.DUTY_NOT_PERFORMED),
        (Conduct(claimed_solved_but_not=True), RectificationGround.FALSE_REPORT),
        (Conduct(deemed_signed_times=2), RectificationGround.REFUSED_TO_SIGN),
        (Conduct(dissatisfied_after_rework=True), RectificationGround.DISSATISFIED_TWICE),
    ],
)
def test_each_kind_of_conduct_speaks_for_its_ground(rules, conduct, ground):
    assert list(letter_grounds(conduct, rules, ON)) == [ground]


def test_signing_late_once_is_no_refusal_to_sign(rules):
    assert letter_grounds(Conduct(deemed_signed_times=1), rules, ON) == {}


def test_a_ground_that_was_taken_off_the_list_is_not_found(tmp_path):
    shorter = rules_with("rectification.grounds", ["duty_not_performed", "perfunctory"], tmp_path)

    assert letter_grounds(Conduct(claimed_solved_but_not=True), shorter, ON) == {}


def test_nobody_approves_their_own_letter(rules):
    supervisor = Role.SUPERVISOR

    assert "不能批准自己拟的函" in signing_refusal(1, 1, supervisor, rules, ON)
    assert "只有主管可以批准" in signing_refusal(1, 2, Role.OPERATOR, rules, ON)
    assert signing_refusal(1, 2, supervisor, rules, ON) is None


def test_two_letters_in_ninety_days_propose_a_referral(rules):
    letters = [day("Mon 2024-07-01"), day("Fri 2024-09-27")]

    why, citation = referral_due(letters, ON, reply_overdue=False, rules=rules)

    assert why == "90 日内第 2 份整改函"
    assert citation.label == "本区设定 H-33"


def test_two_letters_ninety_days_apart_do_not(rules):
    letters = [day("Sat 2024-06-29"), ON]

    assert referral_due(letters, ON, reply_overdue=False, rules=rules) is None


def test_an_overdue_reply_proposes_a_referral_by_itself(rules):
    assert referral_due([ON], ON, reply_overdue=True, rules=rules)[0] == "整改函逾期未反馈"


def test_clues_go_to_the_three_bodies_of_the_document(rules):
    assert [(target.kind, target.unit) for target in referral_targets(rules, ON)] == [
        ("营商环境管理", "区发展和改革局"),
        ("督查部门", "区委区政府督查和绩效考评办公室"),
        ("纪检监察机关", "区纪委监委"),
    ]


@pytest.mark.parametrize(
    ("signer", "role", "judgement", "refusal"),
    [
        ("wang", Role.OPERATOR, "多次敷衍", "只有主管可以批准移交"),
        ("li", Role.SUPERVISOR, "多次敷衍", "提议人不能批准自己提议的移交"),
        ("wang", Role.SUPERVISOR, " ", "须写明情况恶劣、造成不良影响的判断理由"),
    ],
)
def test_a_referral_takes_a_second_supervisor_and_a_judgement_in_words(
    rules, signer, role, judgement, refusal
):
    assert referral_refusal("li", signer, role, judgement, rules, ON)[0] == refusal


def test_a_reasoned_referral_by_a_second_supervisor_goes_through(rules):
    assert referral_refusal("li", "wang", Role.SUPERVISOR, "多次敷衍", rules, ON) is None
