"""A letter that never arrived (函件没有送达) charges nobody with silence."""

import pytest

from engine.actions import letter_replies, mail_trouble
from engine.actions.evidence import evidence_for
from engine.terms import ClockKind, LetterKind, NoticeKind, TicketEvent
from tests.actions.letter_steps import (
    NEXT,
    a_drafted_letter,
    number_of,
    on_letter,
    reply,
    review,
    send,
    sign,
    the,
)
from tests.actions.test_incoming_mail import a_bounce, file
from tests.builders import SUPERVISOR, day, doing, moment, on_ticket
from tests.looking import (
    clock_of,
    clocks_of,
    events_of,
    last_event,
    letters_of,
    mails_of,
    send_mails,
    sweep,
)

pytestmark = pytest.mark.usefixtures("database", "var")
OVER = "Wed 2026-12-02 09:00"


def a_letter(*, bounces):
    """Return a letter due on Tue 2026-12-01 whose mails bounced, or never left."""
    letter_id = a_drafted_letter()
    for act in (review, sign, send):
        act(letter_id)
    if bounces:
        bounce(letter_id, NEXT)
    return letter_id, number_of(letter_id)


def bounce(letter_id, now):
    send_mails(now)
    for mail in mails_of(number_of(letter_id), NoticeKind.RECTIFICATION):
        assert file(a_bounce(mail, recipient=mail.recipient), now) in {"bounced", "known"}


def of_the_reply(number):
    """Return what was recorded of the limits of replies, by the events' names."""
    clocks = {one.id for one in clocks_of(number, ClockKind.RECTIFICATION_REPLY)}
    named = (TicketEvent.WARN, TicketEvent.BREACH, TicketEvent.ESCALATE)
    return {one.event.value for one in events_of(number)
            if one.event in named and one.details.get("clock") in clocks}  # fmt: skip


def referrals_of(number):
    return [one for one in letters_of(number) if one.kind is LetterKind.REFERRAL]


@pytest.mark.parametrize("bounces", [True, False])
def test_no_breach_no_reminder_and_no_proposal_while_no_copy_came_through(bounces):
    letter_id, number = a_letter(bounces=bounces)

    sweep("Tue 2026-12-01 09:00")
    sweep(OVER)
    sweep("Thu 2026-12-03 09:00")

    assert of_the_reply(number) == set()
    assert referrals_of(number) == []
    told = [one for one in mails_of(number, NoticeKind.DIGEST) if "没有送达" in one.subject]
    assert {one.recipient for one in told} == {"zhuguan1@demo.invalid", "zhuguan2@demo.invalid"}
    assert len(told) == 2
    assert f"{the(letter_id).number}没有送达区市场监管局，反馈期限届满不计超期" in told[0].text
    assert "没有送达区市场监管局" in last_event(number, TicketEvent.NOTE).reason


def test_a_late_reply_to_it_is_no_breach_either():
    letter_id, number = a_letter(bounces=True)

    reply(letter_id, now=OVER)

    assert "breach" not in of_the_reply(number)
    assert referrals_of(number) == []


def test_a_copy_that_came_through_makes_the_limit_count():
    _, number = a_letter(bounces=False)
    send_mails(NEXT)
    assert file(a_bounce(mails_of(number, NoticeKind.RECTIFICATION)[0]), NEXT) == "bounced"

    sweep(OVER)

    assert "breach" in of_the_reply(number)
    assert len(referrals_of(number)) == 1


def test_a_bounce_heard_after_the_limit_takes_the_miss_out_of_the_evidence():
    letter_id, number = a_letter(bounces=False)
    send_mails(NEXT)
    sweep(OVER)
    missed = "整改反馈时限届满未反馈"
    assert missed in evidence_of(number)

    bounce(letter_id, OVER)

    assert missed not in evidence_of(number)


def evidence_of(number):
    return "".join(on_ticket(number, OVER, SUPERVISOR, lambda step, ticket: evidence_for(
        step, ticket, ticket.lead_unit_id)))  # fmt: skip


def send_again(number, now):
    for mail in mails_of(number, NoticeKind.RECTIFICATION):
        doing(now, SUPERVISOR, lambda step, one=mail.id: mail_trouble.send_again(step, one))
    send_mails(now)


def test_sent_again_it_gives_the_unit_its_days_from_then_and_its_mail_says_so():
    _, number = a_letter(bounces=True)

    send_again(number, "Wed 2026-12-02 10:00")

    clock = clock_of(number, ClockKind.RECTIFICATION_REPLY)
    assert clock.due_on == day("Wed 2026-12-09")
    for mail in mails_of(number, NoticeKind.RECTIFICATION):
        assert mail.sent_at == moment("Wed 2026-12-02 10:00")
        assert "反馈期限：12月9日（周三）" in mail.text
        assert "反馈期限12月9日" in mail.subject
        assert "反馈期限自送出次日起算，以此为准" in mail.text
    sweep("Wed 2026-12-09 23:59")
    assert "breach" not in of_the_reply(number)
    sweep("Thu 2026-12-10 00:00")
    assert "breach" in of_the_reply(number)


def test_a_copy_sent_again_after_another_came_through_moves_nothing():
    _, number = a_letter(bounces=False)
    send_mails(NEXT)
    first, _ = mails_of(number, NoticeKind.RECTIFICATION)
    assert file(a_bounce(first), NEXT) == "bounced"

    doing("Mon 2026-11-30 10:00", SUPERVISOR, lambda step: mail_trouble.send_again(step, first.id))
    send_mails("Mon 2026-11-30 10:00")

    assert clock_of(number, ClockKind.RECTIFICATION_REPLY).due_on == day("Tue 2026-12-01")
    assert "反馈期限：12月1日（周二）" in mails_of(number, NoticeKind.RECTIFICATION)[0].text


@pytest.mark.parametrize(
    ("at", "leaves", "due"),
    [
        ("Wed 2026-11-25 16:00", "Wed 2026-11-25 16:00", "Wed 2026-12-02"),
        ("Wed 2026-11-25 22:30", "Thu 2026-11-26 09:00", "Thu 2026-12-03"),
    ],
)
def test_a_unit_whose_reply_is_not_enough_is_told_why_and_by_when_to_reply_again(at, leaves, due):
    letter_id, number = a_letter(bounces=False)
    send_mails(NEXT)
    reply(letter_id)

    on_letter(letter_id, at, SUPERVISOR, lambda s, one: letter_replies.judge_answer(
        s, one, accepted=False, opinion="没有说明原因"))  # fmt: skip

    told = [
        one for one in mails_of(number, NoticeKind.RECTIFICATION) if "整改不到位" in one.subject
    ]
    assert {one.recipient for one in told} == {
        "shijianguan@demo.invalid", "shijianguan.leader@demo.invalid"}  # fmt: skip
    assert {one.next_attempt_at for one in told} == {moment(leaves)}
    assert "审核意见：没有说明原因" in told[0].text
    assert f"反馈期限：{day(due).month}月{day(due).day}日" in told[0].text
    assert "没有说明原因" in told[0].html
    assert clock_of(number, ClockKind.RECTIFICATION_REPLY).due_on == day(due)


def test_one_whom_that_did_not_reach_is_not_charged_with_silence():
    letter_id, number = a_letter(bounces=False)
    send_mails(NEXT)
    reply(letter_id)
    on_letter(letter_id, "Wed 2026-11-25 16:00", SUPERVISOR, lambda s, one: (
        letter_replies.judge_answer(s, one, accepted=False, opinion="没有说明原因")))  # fmt: skip

    sweep("Fri 2026-12-04 09:00")

    assert "breach" not in of_the_reply(number)
    assert referrals_of(number) == []
