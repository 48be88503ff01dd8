"""Extensions and statutory limits."""

import pytest

from engine.rules.extension import extended_deadline, extension_check
from engine.rules.statutory import StatutoryClaim, claim_refusal, statutory_deadlines
from engine.rules.time_limits import Extension, answer_deadline, clock_deadline
from engine.terms import ClockKind, TicketKind
from tests.rules.reading import day, moment

RECEIVED = moment("Mon 2023-11-13 10:00")
GRANTED = moment("Mon 2023-11-20 10:00")
ACCEPTED = day("Mon 2023-11-13")


def used(deadline):
    return len(deadline.counted.extensions)


@pytest.fixture
def complaint(rules):
    return answer_deadline(TicketKind.COMPLAINT, RECEIVED, rules)


def test_an_extension_runs_on_from_the_old_due_date(rules, complaint):
    extended = extended_deadline(complaint, Extension(5, GRANTED))

    assert complaint.due_on == day("Mon 2023-11-27")
    assert extended.due_on == day("Mon 2023-12-04")
    assert "延期 5 个工作日" in extended.certificate.sentence()


def test_an_extended_rework_is_still_a_rework(rules):
    rework = clock_deadline(
        ClockKind.HANDLING, RECEIVED, rules, kind=TicketKind.COMPLAINT, rule="rework.limit"
    )
    extended = extended_deadline(rework, Extension(1, GRANTED))

    assert (extended.counted.limit, extended.due_on) == (3, day("Fri 2023-11-17"))
    assert extended.certificate.rule == "rework.limit"


def test_one_working_day_before_is_early_enough(rules, complaint):
    asked_at = moment("Fri 2023-11-24 23:59")

    assert extension_check(complaint, 10, asked_at, rules, used=used(complaint)).allowed


def test_on_the_due_day_it_is_too_late(rules, complaint):
    ruling = extension_check(
        complaint, 5, moment("Mon 2023-11-27 00:00"), rules, used=used(complaint)
    )

    assert "至少 1 个工作日" in ruling.refusal


def test_an_extension_is_never_longer_than_the_limit(rules, complaint):
    ruling = extension_check(complaint, 11, GRANTED, rules, used=used(complaint))

    assert ruling.refusal == "延期不得超过 10 个工作日"
    assert ruling.maximum_working_days == 10


def test_an_extension_of_no_days_is_refused(rules, complaint):
    assert (
        extension_check(complaint, 0, GRANTED, rules, used=used(complaint)).refusal
        == "延期至少 1 个工作日"
    )


def test_the_first_extension_is_the_supervisor_s(rules, complaint):
    ruling = extension_check(complaint, 5, GRANTED, rules, used=used(complaint))

    assert ruling.approvers == ("supervisor",)
    assert ruling.citation.label == "本区设定 H-19"


def test_the_second_extension_needs_supervisor_and_leader(rules, complaint):
    once = extended_deadline(complaint, Extension(5, GRANTED))
    ruling = extension_check(once, 10, moment("Wed 2023-11-29 10:00"), rules, used=used(once))

    assert ruling.allowed
    assert ruling.approvers == ("supervisor", "unit_leader")


def test_there_is_no_third_extension(rules, complaint):
    twice = extended_deadline(
        extended_deadline(complaint, Extension(5, GRANTED)), Extension(5, GRANTED)
    )

    assert (
        extension_check(twice, 1, GRANTED, rules, used=used(twice)).refusal
        == "已延期 2 次，不能再延"
    )


def test_a_longer_law_keeps_the_staged_reply_in_the_old_limit(rules):
    claim = StatutoryClaim("市场监督管理投诉举报处理暂行办法", "第十四条", 15)
    found = statutory_deadlines(claim, TicketKind.COMPLAINT, RECEIVED, rules)

    assert claim_refusal(claim, TicketKind.COMPLAINT, RECEIVED, rules) is None
    assert found.staged_reply.due_on == day("Mon 2023-11-27")
    assert found.follow_up.due_on == day("Mon 2023-12-04")


def test_a_statutory_claim_names_its_law_and_is_longer(rules):
    nameless = StatutoryClaim(" ", "第十四条", 15)
    shorter = StatutoryClaim("某法", "第一条", 10)

    assert "法律名称" in claim_refusal(nameless, TicketKind.COMPLAINT, RECEIVED, rules)
    assert "长于原时限 10" in claim_refusal(shorter, TicketKind.COMPLAINT, RECEIVED, rules)


def test_praise_needs_no_statutory_limit(rules):
    claim = StatutoryClaim("某法", "第一条", 15)

    assert "不设时限" in claim_refusal(claim, TicketKind.PRAISE, RECEIVED, rules)
    assert statutory_deadlines(claim, TicketKind.PRAISE, RECEIVED, rules) is None
