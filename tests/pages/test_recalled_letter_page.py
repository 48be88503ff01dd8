"""The pages of a letter that can be called back, was, or went out and lost its ground."""

import re

import pytest

from engine.actions.letters import Proposal, propose_by_hand
from engine.terms import LetterKind, LetterStatus, TicketEvent
from tests.actions.letter_steps import draft, number_of, proposed, review, send, sign, the
from tests.actions.test_fallen_letters import GRANTED, REVIEWED, RUDE, SIGNED, a_draft
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import EVENING, MORNING, NIGHT, NOON, sent_at_night
from tests.builders import MARKET, SECOND_SUPERVISOR, SUPERVISOR, a_signed_ticket, on_ticket
from tests.looking import events_of, mails_of, send_mails

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


def test_while_the_sending_can_be_taken_back_no_correction_is_offered_nor_taken(as_):
    letter_id, _ = sent_at_night()
    page, asked = shown(as_, letter_id), shown(as_, letter_id, "?step=correct")
    wish = {"wrong": "限期办结", "right": "限期办结并说明原因"}

    refused = as_(SUPERVISOR).post(f"/letters/{letter_id}/correct", **wish)
    send_mails(MORNING)

    assert "?step=correct" not in page
    assert "函里有误的，撤回发送后作废、重新拟稿；邮件送出以后才发更正函" in page
    assert 'name="right"' not in asked
    assert refused.status_code == 409
    assert "邮件还没有送出，不发更正函：有误的请撤回发送" in refused.text
    assert "限期办结并说明原因" in refused.text  # what was typed is not lost
    assert "?step=correct" in shown(as_, letter_id)


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


def recall(as_, letter_id, reason="先核实"):
    return as_(SUPERVISOR).post(f"/letters/{letter_id}/recall", reason=reason)


def test_the_units_history_tells_nothing_of_a_letter_that_never_reached_it(as_):
    letter_id, _ = sent_at_night()
    number, name = number_of(letter_id), the(letter_id).number
    before = as_(MARKET).get(f"/tickets/{number}").text
    recall(as_, letter_id)

    unit = as_(MARKET).get(f"/tickets/{number}").text
    house = as_(SUPERVISOR).get(f"/tickets/{number}").text

    assert name in before
    assert TicketEvent.APPROVE_LETTER.label not in before
    for word in (name, "先核实", "函件", "撤回发送", "整改反馈时限"):
        assert word not in unit
    for word in (name, "先核实", TicketEvent.APPROVE_LETTER.label, TicketEvent.SEND_LETTER.label):
        assert word in house
    assert TicketEvent.RECALL_LETTER in {one.event for one in events_of(number)}


def test_a_letter_sent_again_stands_once_in_the_units_history(as_):
    letter_id, _ = sent_at_night()
    number = number_of(letter_id)
    recall(as_, letter_id)
    send(letter_id, MORNING)
    send_mails(MORNING)

    page = as_(MARKET).get(f"/tickets/{number}").text

    assert page.count(f"</b> {TicketEvent.SEND_LETTER.label}") == 1
    assert "先核实" not in page


def test_a_notice_that_was_called_back_has_no_page_for_its_unit(as_):
    letter_id, _ = sent_at_night()
    number = number_of(letter_id)
    (mail, *_) = [one for one in mails_of(number) if one.letter_id == letter_id]
    recall(as_, letter_id)

    assert as_(MARKET).get(f"/tickets/{number}/mail-{mail.id}").status_code == 404
    assert as_(SUPERVISOR).get(f"/tickets/{number}/mail-{mail.id}").status_code == 200


def test_a_unit_is_told_no_news_of_what_it_may_not_know_of(as_):
    letter_id, _ = sent_at_night()
    number = number_of(letter_id)
    seen = events_of(number)[-1].seq
    recall(as_, letter_id)

    assert events_of(number)[-1].seq > seen
    assert as_(MARKET).get(f"/tickets/{number}/news?seen={seen}").status_code == 204


TELLING = ("覃演示要求暂缓", "请致电13800001234", "致电 0772-2828282")
LEFT_TO_DO = {"reject": (), "drop": (), "void": (review, sign), "recall": (review, sign, send)}
FIELD = {"reject": "opinion", "drop": "opinion", "void": "reason", "recall": "reason"}


def at(what, **more):
    """Return a letter about somebody's ticket on which that can be done."""
    letter_id = proposed(a_signed_ticket(SIGNED, contact_name="覃演示", **more), SIGNED)
    draft(letter_id, SIGNED)
    for step in LEFT_TO_DO[what]:
        step(letter_id, EVENING)
    return letter_id


def refused(as_, what, letter_id, words):
    desk = as_(SECOND_SUPERVISOR)
    page = desk.get(f"/letters/{letter_id}").text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    typed = {FIELD[what]: words, **({"seen": seen[1]} if seen else {})}
    return desk.post(f"/letters/{letter_id}/{what}", **typed)


@pytest.mark.parametrize("what", FIELD)
@pytest.mark.parametrize("words", TELLING)
def test_a_reason_that_tells_who_the_requester_is_is_refused(as_, what, words):
    letter_id = at(what)
    before = the(letter_id).status

    answer = refused(as_, what, letter_id, words)

    assert answer.status_code == 422
    assert "函件不写诉求人信息" in answer.text
    assert the(letter_id).status is before
    assert words not in "".join(one.reason for one in events_of(number_of(letter_id)))


@pytest.mark.parametrize("what", FIELD)
def test_a_reason_that_hints_at_a_report_is_refused_on_a_confidential_ticket(as_, what):
    letter_id = at(what, confidential=True)

    answer = refused(as_, what, letter_id, "举报人要求暂缓")

    assert answer.status_code == 422
    assert "保密件不写事项性质" in answer.text
    assert "举报" not in "".join(one.reason for one in events_of(number_of(letter_id)))
