"""The pages of a letter that can be called back, was, or went out and lost its ground."""

import re

import pytest

from engine.actions.letters import Proposal, propose_by_hand
from engine.terms import LetterKind, LetterStatus
from tests.actions.letter_steps import number_of, review, sign, the
from tests.actions.test_fallen_letters import GRANTED, REVIEWED, RUDE, SIGNED, a_draft
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import MORNING, NIGHT, NOON, sent_at_night
from tests.builders import MARKET, SECOND_SUPERVISOR, SUPERVISOR, on_ticket
from tests.looking import mails_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")
LINK, MARK = "?step=recall", "■ 依据已不成立"


def shown(as_, letter_id, more=""):
    return as_(SUPERVISOR).get(f"/letters/{letter_id}{more}").text


def test_while_no_mail_has_left_the_page_offers_to_take_the_sending_back(as_):
    letter_id, _ = sent_at_night()
    assert LINK in shown(as_, letter_id)
    desk = as_(SUPERVISOR)
    desk.get(f"/letters/{letter_id}{LINK}")

    without = desk.post(f"/letters/{letter_id}/recall", reason="")
    done = desk.post(f"/letters/{letter_id}/recall", reason="先核实")

    assert "请写明撤回发送的理由" in without.text
    assert "的发送已撤回，邮件没有送出" in done.text
    assert the(letter_id).status is LetterStatus.SIGNED
    assert LINK not in shown(as_, letter_id)
    assert "发送已撤回：先核实" in shown(as_, letter_id)
    ticket = as_(SUPERVISOR).get(f"/tickets/{number_of(letter_id)}").text
    assert re.search("<b>整改反馈时限</b>.*?已取消", ticket, re.DOTALL)


def test_while_people_are_at_work_on_another_the_page_says_what_to_do_first(as_):
    letter_id, _ = sent_at_night()
    number = number_of(letter_id)
    more = Proposal(LetterKind.RECTIFICATION, (RUDE,), "另有情况")
    on_ticket(number, NIGHT, SUPERVISOR, lambda step, one: propose_by_hand(step, one, more))

    page = shown(as_, letter_id)

    assert LINK not in page
    assert "已另有一份整改函在办，不能撤回发送；请先处理那一份" in page


def test_once_a_mail_has_left_nothing_of_it_is_offered(as_):
    letter_id, _ = sent_at_night()
    send_mails(MORNING)

    assert LINK not in shown(as_, letter_id)
    assert "撤回的理由" not in shown(as_, letter_id, LINK)


def test_a_unit_sees_nothing_more_of_a_letter_that_was_called_back(as_):
    letter_id, wish = sent_at_night()
    letter = the(letter_id)
    assert letter.number in as_(MARKET).get("/unit").text

    grant(wish, NIGHT)

    desk = as_(MARKET)
    assert letter.number not in desk.get("/unit").text
    assert desk.get(f"/unit/letters/{letter_id}").status_code == 404
    assert desk.get(f"/letters/{letter_id}/file.pdf").status_code in {403, 404}


def test_a_letter_that_went_out_and_lost_its_ground_says_so_and_leads_to_a_correction(as_):
    letter_id, wish = sent_at_night()
    send_mails(MORNING)
    assert "依据已不成立" not in shown(as_, letter_id)

    grant(wish, NOON)

    page = shown(as_, letter_id)
    assert "这份函发出以后，它的依据已不成立" in page
    assert "请发更正函" in page
    assert "?step=correct" in page


@pytest.mark.parametrize("steps", [(), (review,), (review, sign)])
def test_the_list_marks_which_letters_lost_their_ground(as_, steps):
    letter_id, wish = a_draft(LetterKind.RECTIFICATION)
    for step, now in zip(steps, (REVIEWED, SIGNED), strict=False):
        step(letter_id, now)
    before = as_(SECOND_SUPERVISOR).get("/letters").text

    grant(wish, GRANTED)

    assert MARK not in before
    assert as_(SECOND_SUPERVISOR).get("/letters").text.count(MARK) == 1


def test_the_list_marks_one_that_went_out_too(as_):
    _, wish = sent_at_night()
    send_mails(MORNING)
    before = as_(SUPERVISOR).get("/letters").text

    grant(wish, NOON)

    assert MARK not in before
    assert as_(SUPERVISOR).get("/letters").text.count(MARK) == 1


def test_the_history_links_what_carried_a_letter_by_the_name_its_paper_bears(as_):
    letter_id, _ = sent_at_night()
    send_mails(MORNING)
    number = number_of(letter_id)

    page = as_(SUPERVISOR).get(f"/tickets/{number}").text

    (mail, *_) = [one for one in mails_of(number) if one.letter_id == letter_id]
    link = f'<a href="/tickets/{number}/mail-{mail.id}">函件送达通知</a>'
    assert link in page
    assert "<h1>函件送达通知" in as_(SUPERVISOR).get(f"/tickets/{number}/mail-{mail.id}").text
