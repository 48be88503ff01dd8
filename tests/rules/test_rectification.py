"""Letters and referrals: proposed with evidence, decided by people."""

import pytest

from engine.rules.rectification import (
    Conduct,
    EventFact,
    evidence_lines,
    grounds,
    letter_proposal,
    referral_due,
    signing_refusal,
)
from engine.rules.referral import referral_refusal, referral_targets
from engine.terms import RectificationGround, Role, TicketEvent
from tests.rules.reading import day, moment

ON = day("Fri 2024-09-27")
EVENTS = [
    EventFact(
        moment("Thu 2024-10-17 00:00"), TicketEvent.BREACH, "区住房和城乡建设局", "到期未答复"
    ),
    EventFact(moment("Fri 2024-09-27 10:05"), TicketEvent.DISPATCH, "区住房和城乡建设局"),
    EventFact(moment("Fri 2024-09-27 10:06"), TicketEvent.NOTE, "", "内部备注"),
]


def test_every_ground_has_a_source_and_two_are_the_document_s(rules):
    stated = dict(grounds(rules, ON))

    assert set(stated) == set(RectificationGround)
    assert {ground for ground, citation in stated.items() if not citation.house} == {
        RectificationGround.DUTY_NOT_PERFORMED,
        RectificationGround.PERFUNCTORY,
    }


def test_a_clean_record_proposes_nothing(rules):
    assert letter_proposal(Conduct(), EVENTS, rules, ON) is None


@pytest.mark.parametrize(
    ("conduct", "ground"),
    [
        (Conduct(overdue_working_days=5), RectificationGround.DUTY_NOT_PERFORMED),
        (Conduct(claimed_solved_but_not=True), RectificationGround.FALSE_REPORT),
        (Conduct(deemed_signed_times=2), RectificationGround.REFUSED_TO_SIGN),
        (Conduct(dissatisfied_after_rework=True), RectificationGround.DISSATISFIED_TWICE),
        (Conduct(judged=(RectificationGround.LEAK,)), RectificationGround.LEAK),
    ],
)
def test_each_kind_of_conduct_proposes_its_ground(rules, conduct, ground):
    proposal = letter_proposal(conduct, EVENTS, rules, ON)

    assert [found for found, _, _ in proposal.grounds] == [ground]
    assert proposal.citation.label == "城中政办〔2023〕19号 附件第113项"


def test_signing_late_once_is_no_refusal_to_sign(rules):
    assert letter_proposal(Conduct(deemed_signed_times=1), EVENTS, rules, ON) is None


def test_evidence_is_dated_in_order_and_leaves_internal_notes_out():
    assert evidence_lines(EVENTS) == (
        "2024年9月27日（周五）10:05 区住房和城乡建设局 派单",
        "2024年10月17日（周四）00:00 区住房和城乡建设局 超期：到期未答复",
    )


def test_nobody_approves_their_own_letter(rules):
    assert signing_refusal("li", "li", Role.SUPERVISOR, rules, ON) == "拟稿人不能批准自己拟的函"
    assert signing_refusal("li", "wang", Role.OPERATOR, rules, ON) == "只有主管可以批准整改函"
    assert signing_refusal("li", "wang", Role.SUPERVISOR, rules, ON) is None


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
