"""A letter speaks of its own kind (文种): in mails, on the unit's pages, to the supervisor."""

import re

import pytest

from engine.actions.letter_replies import judge_answer
from engine.errors import BadInputError, ConflictError
from engine.models import OutboxMessage
from engine.store.database import work
from engine.terms import LetterKind, MessageStatus, NoticeKind
from tests.actions.letter_steps import NOW, approve, draft, number_of, on_letter, proposed, reply
from tests.actions.test_referrals import draft as draft_referral
from tests.actions.test_referrals import proposed as proposed_referral
from tests.actions.test_referrals import send as send_referral
from tests.builders import MARKET, SUPERVISOR, a_signed_ticket
from tests.looking import mails_of

pytestmark = pytest.mark.usefixtures("database")
JIWEI, GRAVE = "jiwei", "两次退回整改仍不到位，企业反映强烈"
RECEIVED = "已收悉，由第三室办理，结果另行反馈。"


def a_supervision():
    """Return a 督办函 that was sent to its unit."""
    letter_id = proposed(a_signed_ticket(NOW), kind=LetterKind.SUPERVISION)
    draft(letter_id)
    approve(letter_id)
    return letter_id


def a_referral():
    """Return a clue that was handed to the commission."""
    _, letter = proposed_referral()
    return send_referral(letter.id, NOW, target="discipline", judgement=GRAVE).id


def told_of(letter_id):
    (mail, _) = mails_of(number_of(letter_id), NoticeKind.RECTIFICATION_ANSWERED)
    return mail


def test_supervisors_hear_of_the_reply_to_a_supervision_letter_as_that():
    letter_id = a_supervision()

    reply(letter_id)

    told = told_of(letter_id)
    for words in (told.subject, told.text, told.html):
        assert "整改" not in words
    assert "已就督办函反馈办理情况，请审核反馈是否到位" in told.text
    assert "已就督办函反馈办理情况，请审核反馈是否到位" in told.html


def test_supervisors_hear_that_a_clue_was_received_and_have_nothing_to_judge():
    letter_id = a_referral()

    reply(letter_id, who=JIWEI, text=RECEIVED)

    told = told_of(letter_id)
    assert "整改" not in told.subject + told.text
    assert "请审核" not in told.subject + told.text
    assert "已就问题线索移交函反馈接收、办理情况，请登录查阅，无须审核认定" in told.text
    with pytest.raises(ConflictError, match="不作认定"):
        on_letter(letter_id, "Thu 2026-11-26 09:00", SUPERVISOR,
                  lambda s, one: judge_answer(s, one, accepted=True))  # fmt: skip


def test_the_commission_is_asked_what_it_received_and_did_not_to_mend_anything(as_):
    letter_id = a_referral()
    desk = as_(JIWEI)

    listed, page = desk.get("/unit").text, desk.get(f"/unit/letters/{letter_id}").text
    done = desk.post(f"/unit/letters/{letter_id}", text=RECEIVED).text

    assert "看函，反馈接收、办理情况" in listed
    assert "提交接收、办理情况" in page
    for text in (listed, page, done):
        assert "整改" not in text.replace(GRAVE, "")
    assert "热线已收悉" in done
    judged = as_(SUPERVISOR).get(f"/letters/{letter_id}").text
    assert "接收机关已反馈，无须认定" in judged
    assert f"/letters/{letter_id}/judge" not in judged


def test_a_supervised_unit_reports_how_it_handled_the_matter(as_):
    letter_id = a_supervision()
    desk = as_(MARKET)

    listed, page = desk.get("/unit").text, desk.get(f"/unit/letters/{letter_id}").text
    desk.post(f"/unit/letters/{letter_id}", text="已办结，并向企业作了说明。")

    assert "看函，回复办理情况" in listed
    assert "提交办理情况" in page
    assert "提交整改回复" not in page
    judged = as_(SUPERVISOR).get(f"/letters/{letter_id}").text
    assert "认可反馈" in judged
    assert "认可整改" not in judged


def test_a_supervision_letter_that_did_not_arrive_is_listed_and_sent_again_as_one(as_):
    letter_id = a_supervision()
    with work() as session:
        sent = mails_of(number_of(letter_id), NoticeKind.RECTIFICATION)[0]
        mail = session.get_one(OutboxMessage, sent.id)
        mail.status, mail.last_error = MessageStatus.UNDELIVERED, "550 5.1.1 no such mailbox"
    desk = as_(SUPERVISOR)

    page = desk.get("/mails").text
    done = desk.post(f"/mails/again/{sent.id}").text

    assert "■ 督办函</span>" in page
    assert "督办函将重新发往" in done
    assert "整改函" not in page + done


def test_a_missing_target_is_asked_for_in_chinese_alone():
    _, letter = proposed_referral()

    with pytest.raises(BadInputError) as refused:
        draft_referral(letter.id, NOW, target="", judgement=GRAVE)

    asked = refused.value.fields["target"]
    assert "营商环境管理（区发展和改革局）" in asked
    assert not re.search("[a-z]", asked)
