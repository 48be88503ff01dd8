"""A breach recorded before its letter bounced is withdrawn; a later true silence is another."""

import pytest

from engine.actions import findings, letter_replies, mail_trouble
from engine.actions.evidence import evidence_for
from engine.actions.finding_evidence import FindingForm
from engine.actions.letter_history import history_of
from engine.actions.unit_share import share_of
from engine.errors import ConflictError
from engine.store.breach_ledger import BreachFilter, page
from engine.store.database import work
from engine.terms import (
    BreachJudgement,
    ClockKind,
    ClockState,
    FindingState,
    LetterStatus,
    NoticeKind,
    TicketEvent,
)
from tests.actions.letter_steps import NEXT, on_letter, reply, the
from tests.actions.test_incoming_mail import a_bounce, file
from tests.actions.test_unarrived_letters import (
    OVER,
    a_letter,
    bounce,
    referrals_of,
    send_again,
)
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, day, doing, moment, on_ticket
from tests.looking import breaches_of, clocks_of, events_of, last_event, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
SENT_AGAIN, DUE_AGAIN = "Wed 2026-12-02 10:00", "Wed 2026-12-09"
SILENT = "Thu 2026-12-10 09:00"


def missed_before_the_bounce():
    """Return a letter whose limit was missed on Wed 2026-12-02, before any server said why."""
    letter_id, number = a_letter(bounces=False)
    send_mails(NEXT)
    sweep(OVER)
    return letter_id, number


def withdrawn():
    letter_id, number = missed_before_the_bounce()
    bounce(letter_id, OVER)
    return letter_id, number


def of_replies(number):
    return [one for one in breaches_of(number) if one.kind is ClockKind.RECTIFICATION_REPLY]


def of_the_limit(number):
    """Return the events of the limits of replies."""
    limits = {one.id for one in replies(number)}
    return [one for one in events_of(number) if one.details.get("clock") in limits]


def replies(number):
    return clocks_of(number, ClockKind.RECTIFICATION_REPLY)


def test_the_bounce_withdraws_the_breach_with_why_as_an_event_and_deletes_nothing():
    letter_id, number = missed_before_the_bounce()
    assert of_replies(number)[0].judgement == ""

    bounce(letter_id, OVER)

    (breach,) = of_replies(number)
    assert BreachJudgement(breach.judgement) is BreachJudgement.WITHDRAWN
    why = f"整改函{the(letter_id).number}没有送达，反馈期限届满不计超期"
    assert breach.judgement_reason == why
    told = last_event(number, TicketEvent.JUDGE_BREACH)
    assert told.reason == f"撤销整改反馈时限的超期记录：{why}"
    assert told.details["breach"] == breach.id
    assert told.actor_name == "系统"
    assert TicketEvent.BREACH in {one.event for one in of_the_limit(number)}


def test_hearing_of_it_again_withdraws_nothing_twice():
    letter_id, number = withdrawn()

    bounce(letter_id, OVER)

    judged = [one for one in events_of(number) if one.event is TicketEvent.JUDGE_BREACH]
    assert len(judged) == 1


def test_a_true_silence_afterwards_is_a_breach_of_its_own():
    _, number = withdrawn()
    send_again(number, SENT_AGAIN)

    sweep(SILENT)
    sweep(SILENT)

    first, second = of_replies(number)
    assert (first.judgement, second.judgement) == (BreachJudgement.WITHDRAWN.value, "")
    assert (first.true_at, second.true_at) == (
        moment("Wed 2026-12-02 00:00"), moment("Thu 2026-12-10 00:00"))  # fmt: skip
    with work() as session:
        rows, _ = page(session, BreachFilter(kind=ClockKind.RECTIFICATION_REPLY))
        gone, _ = page(session, BreachFilter(judgement=BreachJudgement.WITHDRAWN))
    assert [row.breach.id for row in rows] == [second.id, first.id]
    assert [row.breach.id for row in gone] == [first.id]


def test_the_limit_that_counts_from_leaving_is_another_clock_and_names_the_one_before():
    _, number = withdrawn()

    send_again(number, SENT_AGAIN)

    old, fresh = replies(number)
    assert (old.state, old.stop_reason) == (ClockState.STOPPED, "函件没有送达")
    assert (fresh.state, fresh.due_on) == (ClockState.RUNNING, day(DUE_AGAIN))
    assert fresh.supersedes_id == old.id
    assert mails_of(number, NoticeKind.DUE_CHANGED) == []
    for mail in mails_of(number, NoticeKind.RECTIFICATION):
        assert "反馈期限：12月9日（周三）" in mail.text


def test_a_reply_within_it_leaves_nothing_missed():
    letter_id, number = withdrawn()
    send_again(number, SENT_AGAIN)

    reply(letter_id, now="Wed 2026-12-09 16:00")
    sweep(SILENT)

    assert [one.judgement for one in of_replies(number)] == [BreachJudgement.WITHDRAWN.value]
    assert not [one for one in replies(number) if one.state is ClockState.RUNNING]


def test_the_referral_proposed_for_it_is_dropped_and_a_true_silence_proposes_one_again():
    letter_id, number = missed_before_the_bounce()
    (proposed,) = referrals_of(number)
    assert proposed.status is LetterStatus.PROPOSED

    bounce(letter_id, OVER)

    (dropped,) = referrals_of(number)
    assert dropped.status is LetterStatus.DROPPED
    assert "没有送达" in dropped.opinion
    send_again(number, SENT_AGAIN)
    sweep(SILENT)
    again = referrals_of(number)[-1]
    assert again.id != dropped.id
    assert "期限2026年12月9日" in again.facts["reason"]


def test_what_was_found_of_it_ends_and_nothing_more_is_found():
    letter_id, number = missed_before_the_bounce()
    (breach,) = of_replies(number)
    form = FindingForm(kind="confirmed", reason="查实逾期没有反馈，也没有来电说明")
    finding = doing(OVER, SUPERVISOR, lambda s: findings.judge_breach(s, breach.id, form))

    bounce(letter_id, OVER)

    with work() as session:
        assert session.get_one(type(finding), finding.id).state is FindingState.ENDED
    assert of_replies(number)[0].judgement == BreachJudgement.WITHDRAWN.value
    with pytest.raises(ConflictError, match="已经撤销"):
        doing(OVER, SECOND_SUPERVISOR, lambda s: findings.judge_breach(s, breach.id, form))


def test_a_letter_tells_neither_the_withdrawn_breach_nor_the_reminder_that_followed_it():
    _, number = withdrawn()

    def told(step, ticket):
        share = share_of(step, ticket, ticket.lead_unit_id)
        lines = "".join(evidence_for(step, ticket, ticket.lead_unit_id))
        shown = {one.number for one in history_of(step, ticket, share)}
        return {one.seq for one in of_the_limit(number)
                if one.seq in shown or f"事件第{one.seq}号" in lines}  # fmt: skip

    assert {one.event for one in of_the_limit(number)} >= {TicketEvent.BREACH, TicketEvent.ESCALATE}
    assert on_ticket(number, OVER, SUPERVISOR, told) == set()


def test_one_copy_that_came_through_keeps_the_breach():
    _, number = missed_before_the_bounce()
    mails = mails_of(number, NoticeKind.RECTIFICATION)
    assert file(a_bounce(mails[0], recipient=mails[0].recipient), OVER) == "bounced"

    assert of_replies(number)[0].judgement == ""


def test_what_is_asked_for_again_after_an_insufficient_reply_is_its_own_debt():
    letter_id, number = a_letter(bounces=False)
    send_mails(NEXT)
    reply(letter_id)
    on_letter(letter_id, "Wed 2026-11-25 16:00", SUPERVISOR, lambda s, one: (
        letter_replies.judge_answer(s, one, accepted=False, opinion="没有说明原因")))  # fmt: skip
    send_mails("Wed 2026-11-25 16:00")
    sweep("Thu 2026-12-03 09:00")
    mails = mails_of(number, NoticeKind.RECTIFICATION)
    asked = [one for one in mails if "整改不到位" in one.subject]
    for mail in asked:
        file(a_bounce(mail, recipient=mail.recipient), "Thu 2026-12-03 10:00")

    (breach,) = of_replies(number)
    assert breach.judgement == BreachJudgement.WITHDRAWN.value
    send_again_these(asked, "Thu 2026-12-03 11:00")
    sweep("Fri 2026-12-11 09:00")
    assert [one.judgement for one in of_replies(number)][-1] == ""
    assert len(of_replies(number)) == 2


def send_again_these(mails, now):
    for mail in mails:
        doing(now, SUPERVISOR, lambda step, one=mail.id: mail_trouble.send_again(step, one))
    send_mails(now)
