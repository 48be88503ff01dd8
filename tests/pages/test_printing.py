"""Sheets to be printed: a work order, what the requester is told, a callback; no number on them."""

import re

import pytest

from engine.actions import unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.store import tickets as store
from engine.terms import TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    on_ticket,
)
from tests.documents.measuring import words_of

pytestmark = pytest.mark.usefixtures("database")
NOW, AUDITOR = "Tue 2026-11-24 09:00", "zhidu"
PHONE, ENTERPRISE = "0772-0000000", "演示企业甲"
SHEETS = ("order", "answer-note", "callback-sheet")


def printed(desk, number, sheet):
    """Return what stands on a sheet, without blanks."""
    return words_of(desk.get(f"/tickets/{number}/{sheet}/file.pdf").content)


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_is_shown_page_by_page_to_be_printed_with_one_key_or_taken_as_pdf(as_, sheet):
    number = a_ticket_to_call_back(NOW)
    desk, at = as_(OPERATOR), f"/tickets/{number}/{sheet}"

    page, picture, file = (desk.get(one) for one in (at, f"{at}/page-1.png", f"{at}/file.pdf"))

    assert "data-print autofocus" in page.text
    assert f'src="{at}/page-1.png"' in page.text
    assert "字体替代：" in page.text
    assert '<footer class="noprint">' in page.text
    assert picture.content.startswith(b"\x89PNG")
    assert file.content.startswith(b"%PDF-1.7")
    assert number in file.headers["content-disposition"]
    assert desk.get(f"{at}/page-2.png").status_code == 404


def test_a_work_order_says_who_what_and_until_when_and_leaves_room_to_sign(as_):
    number = a_dispatched_ticket(NOW)

    said = printed(as_(MARKET), number, "order")

    for words in ("12345热线工单", number, "区市场监管局", "签收期限", "12月8日（周二）", "承办人"):
        assert words in said
    assert PHONE not in said
    assert ENTERPRISE not in said


@pytest.mark.parametrize("file", ["", "/page-1.png", "/file.pdf"])
def test_a_work_order_is_for_the_hotline_and_its_units_alone(as_, file):
    number = a_dispatched_ticket(NOW)

    assert as_(OPERATOR).get(f"/tickets/{number}/order{file}").status_code == 200
    assert as_(TAX).get(f"/tickets/{number}/order{file}").status_code == 404


@pytest.mark.parametrize("sheet", SHEETS[1:])
@pytest.mark.parametrize("file", ["", "/page-1.png", "/file.pdf"])
def test_what_only_the_hotline_prints_no_unit_gets(as_, sheet, file):
    number = a_ticket_to_call_back(NOW)

    refused = as_(MARKET).get(f"/tickets/{number}/{sheet}{file}")

    assert refused.status_code == 403
    assert "话务员" in refused.text


def test_whoever_may_not_read_a_report_prints_nothing_of_it(as_):
    number = a_dispatched_ticket(NOW, kind=TicketKind.REPORT)

    outside, lead = (printed(as_(who), number, "order") for who in (AUDITOR, MARKET))

    assert "保密事项，登录后由承办人员查看" in outside
    assert "举报" not in outside
    assert "举报" in lead
    assert "不得打听诉求人信息" in lead


def test_no_number_in_the_words_of_a_ticket_is_printed(as_):
    content = "请回电13800001234，窗口三次要求补材料"
    number = a_ticket_to_call_back(NOW, content=content, title="请回电13800001234")

    for sheet in ("order", "callback-sheet"):
        assert "13800001234" not in printed(as_(OPERATOR), number, sheet)


def test_what_the_requester_is_told_is_the_approved_answer(as_):
    number = a_ticket_to_call_back(NOW)

    said = printed(as_(OPERATOR), number, "answer-note")

    assert "".join(an_answer().text.split()) in said
    assert "可在回访时说明" in said
    assert PHONE not in said


@pytest.mark.parametrize("file", ["", "/page-1.png", "/file.pdf"])
def test_an_answer_nobody_approved_is_told_to_nobody(as_, file):
    number = a_signed_ticket(NOW)
    on_ticket(number, NOW, MARKET, lambda step, one: unit_work.answer(step, one, an_answer()))

    told = as_(OPERATOR).get(f"/tickets/{number}/answer-note{file}")

    assert told.status_code == 404
    assert "还没有审核通过的答复" in told.text


def test_a_callback_sheet_has_the_answer_and_boxes_and_no_number(as_):
    number = a_ticket_to_call_back(NOW)

    said = printed(as_(OPERATOR), number, "callback-sheet")

    for words in ("回访单", "".join(an_answer().text.split()), "已解决", "满意", "登录后查看"):
        assert words in said
    assert PHONE not in said


def test_an_answer_note_of_a_ticket_sent_back_says_so_and_promises_no_callback(as_):
    number = a_ticket_to_call_back(NOW)
    assert "热线将回访您" in printed(as_(OPERATOR), number, "answer-note")
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())

    said = printed(as_(OPERATOR), number, "answer-note")

    assert "已退回承办单位继续办理" in said
    assert "热线将回访您" not in said


def test_a_character_in_no_font_is_named_where_the_sheet_would_be(as_):
    number = a_dispatched_ticket(NOW, content="窗口不认得\U0002fa1d这个字")
    desk, at = as_(OPERATOR), f"/tickets/{number}/order"

    page = desk.get(at)

    assert page.status_code == 200
    assert "现在排不出版面" in page.text
    assert "别人写的请管理员" in page.text
    assert "U+2FA1D" in page.text
    assert "data-print" not in page.text
    for file in ("page-1.png", "file.pdf"):
        refused = desk.get(f"{at}/{file}")
        assert refused.status_code == 409
        assert "U+2FA1D" in refused.text


def test_a_character_in_no_font_is_named_in_english_too(as_):
    number = a_dispatched_ticket(NOW, content="窗口不认得\U0002fa1d这个字")
    desk = as_(OPERATOR)
    desk.get("/desk?lang=en")

    page = desk.get(f"/tickets/{number}/order").text

    assert "No font here draws “\U0002fa1d” (U+2FA1D)" in page
    assert "排不成文书" not in page


def test_there_is_no_other_sheet(as_):
    number = a_dispatched_ticket(NOW)

    assert as_(OPERATOR).get(f"/tickets/{number}/note/file.pdf").status_code == 404


def first_notice(desk, number):
    """Return where the page of a ticket leads for the first notice that was mailed."""
    return re.findall(rf"/tickets/{number}/mail-\d+", desk.get(f"/tickets/{number}").text)[-1]


def test_a_notice_that_was_mailed_is_printed_from_the_course_of_its_ticket(as_):
    number = a_dispatched_ticket(NOW)
    desk = as_(MARKET)
    at = first_notice(desk, number)

    page, said = desk.get(at), words_of(desk.get(f"{at}/file.pdf").content)

    assert "派单通知" in page.text
    for words in ("派单通知", "区市场监管局：", "签收截止", "12月8日（周二）"):
        assert words in said
    assert desk.get(f"{at}/page-1.png").status_code == 200
    assert PHONE not in said


def test_a_notice_is_for_the_unit_it_went_to_and_not_by_way_of_another_ticket(as_):
    number, other = a_dispatched_ticket(NOW), a_dispatched_ticket(NOW, TAX)
    theirs = first_notice(as_(TAX), other)
    mail = theirs.rpartition("/")[2]

    assert as_(OPERATOR).get(theirs).status_code == 200
    for address in (theirs, f"/tickets/{number}/{mail}", f"/tickets/{number}/mail-999999"):
        assert as_(MARKET).get(address).status_code == 404
        assert as_(MARKET).get(f"{address}/file.pdf").status_code == 404


def test_of_a_mail_to_another_unit_a_unit_sees_the_name_and_no_way_to_it(as_):
    number = a_ticket(NOW)

    def hand_over(step, ticket):
        lead, other = (store.unit_by_name(step.session, name) for name in (MARKET, TAX))
        dispatch(step, ticket, Dispatch(lead, (other,), "测试派单"))

    on_ticket(number, NOW, OPERATOR, hand_over)

    page = as_(MARKET).get(f"/tickets/{number}").text

    assert "协办通知" in page
    assert len(re.findall(rf"/tickets/{number}/mail-\d+", page)) == 1
