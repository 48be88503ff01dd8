"""法定时限优先: a longer limit is claimed by law and article, and never hides the staged reply."""

import pytest

from engine.actions import review, unit_work
from engine.actions.statutory import (
    claim_statutory_limit,
    decide_statutory_claim,
    staged_reply,
)
from engine.errors import BadInputError, ConflictError, NotPermittedError, RefusedTransitionError
from engine.rules.statutory import StatutoryClaim
from engine.terms import ClockKind, ClockState, NoticeKind, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    an_answer,
    day,
    on_ticket,
)
from tests.looking import breaches_of, clock_of, clocks_of, events_of, mails_of, sweep

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
NEXT = "Tue 2026-11-24 09:00"
LAW = StatutoryClaim("市场监督管理投诉举报处理暂行办法", "第二十一条", 45)
TEXT = "已立案调查，预计明年一月办结。"


def claim(number, law=LAW, who=MARKET, now=NOW):
    on_ticket(number, now, who, lambda step, ticket: claim_statutory_limit(step, ticket, law))


def decide(number, *, granted=True, reason="", who=SUPERVISOR, now=NEXT):
    on_ticket(
        number, now, who,
        lambda step, ticket: decide_statutory_claim(step, ticket, granted=granted, reason=reason),
    )  # fmt: skip


def reply_staged(number, now, text=TEXT):
    on_ticket(number, now, MARKET, lambda step, ticket: staged_reply(step, ticket, text))


def granted():
    number = a_signed_ticket(NOW)
    claim(number)
    decide(number)
    return number


def test_a_granted_claim_starts_a_follow_up_clock_from_registration():
    number = granted()

    follow_up = clock_of(number, ClockKind.FOLLOW_UP)
    assert follow_up.certificate["limit"] == 45
    assert follow_up.started_at == clock_of(number, ClockKind.REQUESTER).started_at
    assert follow_up.due_on > day("Mon 2026-12-07")


def test_the_staged_reply_stays_due_within_the_documents_limit():
    number = granted()

    assert clock_of(number, ClockKind.REQUESTER).due_on == day("Mon 2026-12-07")
    sweep("Tue 2026-12-08 09:00")

    assert {breach.kind for breach in breaches_of(number)} >= {ClockKind.REQUESTER}


def test_after_the_staged_reply_only_the_follow_up_clock_runs():
    number = granted()

    reply_staged(number, "Thu 2026-12-03 10:00")

    running = {clock.kind for clock in clocks_of(number) if clock.state is ClockState.RUNNING}
    assert ClockKind.FOLLOW_UP in running
    assert not running & {ClockKind.REQUESTER, ClockKind.HANDLING}


def test_the_final_answer_stops_it_and_a_sent_back_one_lets_it_run_on():
    number = granted()
    reply_staged(number, "Thu 2026-12-03 10:00")
    on_ticket(number, "Thu 2026-12-10 10:00", MARKET, lambda step, ticket: unit_work.answer(
        step, ticket, an_answer()))  # fmt: skip
    assert clock_of(number, ClockKind.FOLLOW_UP).state is ClockState.STOPPED

    on_ticket(number, "Thu 2026-12-10 11:00", OPERATOR, lambda step, ticket: review.send_back(
        step, ticket, "没有说明结果"))  # fmt: skip

    assert clock_of(number, ClockKind.FOLLOW_UP).state is ClockState.RUNNING
    assert clock_of(number, ClockKind.REQUESTER).state is ClockState.STOPPED


def test_law_article_and_days_are_on_record():
    number = granted()

    words = "".join(event.reason for event in events_of(number))
    assert "市场监督管理投诉举报处理暂行办法第二十一条" in words
    assert any("45 个工作日" in mail.text for mail in mails_of(number, NoticeKind.EXTENSION))


@pytest.mark.parametrize(
    ("law", "field"),
    [
        (StatutoryClaim("", "第二十一条", 45), "law"),
        (StatutoryClaim("某法", " ", 45), "law"),
        (StatutoryClaim("某法", "第一条", 10), "working_days"),
        (StatutoryClaim("某法", "第一条", 0), "working_days"),
        (StatutoryClaim("某法", "第一条", 10**9), "working_days"),
        (StatutoryClaim("法" * 101, "第一条", 45), "law"),
    ],
    ids=["no law", "no article", "not longer", "no days", "absurd days", "no law's name"],
)
def test_a_claim_that_does_not_help_is_refused_by_field(law, field):
    number = a_signed_ticket(NOW)

    with pytest.raises(BadInputError) as caught:
        claim(number, law)

    assert field in caught.value.fields


def test_praise_has_no_limit_to_lengthen():
    number = a_signed_ticket(NOW, kind=TicketKind.PRAISE)

    with pytest.raises(RefusedTransitionError):
        claim(number)


def test_only_the_lead_claims_and_only_a_supervisor_decides():
    number = a_signed_ticket(NOW)
    with pytest.raises(NotPermittedError):
        claim(number, who=TAX)
    claim(number)

    with pytest.raises(NotPermittedError):
        decide(number, who=OPERATOR)


def test_a_claim_is_decided_once_and_a_refusal_needs_a_reason():
    number = a_signed_ticket(NOW)
    claim(number)
    with pytest.raises(BadInputError):
        decide(number, granted=False)
    decide(number, granted=False, reason="该条不适用")

    with pytest.raises(ConflictError):
        decide(number)
    assert clocks_of(number, ClockKind.FOLLOW_UP) == []


def test_there_is_no_staged_reply_without_a_granted_claim():
    number = a_signed_ticket(NOW)
    claim(number)

    with pytest.raises(RefusedTransitionError, match="没有获准"):
        reply_staged(number, NEXT)


def test_the_staged_reply_is_given_once_and_in_words():
    number = granted()
    with pytest.raises(BadInputError):
        reply_staged(number, NEXT, "在办")
    reply_staged(number, NEXT)

    with pytest.raises(RefusedTransitionError):
        reply_staged(number, NEXT)
