"""Sheets to be printed: a work order, what the requester is told, a callback; no number on them."""

import pytest

from engine.actions import unit_work
from tests.builders import (
    MARKET,
    OPERATOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    on_ticket,
)

pytestmark = pytest.mark.usefixtures("database")
NOW = "Tue 2026-11-24 09:00"
PHONE, ENTERPRISE = "0772-0000000", "演示企业甲"


def test_a_work_order_says_who_what_and_until_when_and_leaves_room_to_sign(as_):
    number = a_dispatched_ticket(NOW)

    page = as_(MARKET).get(f"/tickets/{number}/order").text

    for said in ("12345 热线工单", number, "区市场监管局", "前签收", "12月8日（周二）", "承办人"):
        assert said in page
    assert PHONE not in page
    assert ENTERPRISE not in page


def test_a_work_order_is_for_the_hotline_and_its_units_alone(as_):
    number = a_dispatched_ticket(NOW)

    assert as_(OPERATOR).get(f"/tickets/{number}/order").status_code == 200
    assert as_(TAX).get(f"/tickets/{number}/order").status_code == 404


def test_what_the_requester_is_told_is_the_approved_answer(as_):
    number = a_ticket_to_call_back(NOW)

    page = as_(OPERATOR).get(f"/tickets/{number}/answer-note").text

    assert an_answer().text in page
    assert "可在回访时说明" in page
    assert PHONE not in page


def test_an_answer_nobody_approved_is_told_to_nobody(as_):
    number = a_signed_ticket(NOW)
    on_ticket(number, NOW, MARKET, lambda step, one: unit_work.answer(step, one, an_answer()))

    told = as_(OPERATOR).get(f"/tickets/{number}/answer-note")

    assert told.status_code == 404
    assert "还没有审核通过的答复" in told.text


def test_a_callback_sheet_has_the_answer_and_boxes_and_no_number(as_):
    number = a_ticket_to_call_back(NOW)

    page = as_(OPERATOR).get(f"/tickets/{number}/callback-sheet").text

    for said in ("回访单", an_answer().text, "□ 已解决", "满意", "登录后查看"):
        assert said in page
    assert PHONE not in page


@pytest.mark.parametrize("sheet", ["order", "answer-note", "callback-sheet"])
def test_no_sheet_carries_the_sites_footer_on_paper(as_, sheet):
    number = a_ticket_to_call_back(NOW)
    desk = as_(OPERATOR)

    assert '<footer class="noprint">' in desk.get(f"/tickets/{number}/{sheet}").text
    assert "<footer>" in desk.get(f"/tickets/{number}").text


def test_an_answer_note_of_a_ticket_sent_back_says_so_and_promises_no_callback(as_):
    number = a_ticket_to_call_back(NOW)
    before = as_(OPERATOR).get(f"/tickets/{number}/answer-note").text
    assert "热线将回访您" in before
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())

    page = as_(OPERATOR).get(f"/tickets/{number}/answer-note").text

    assert "已退回承办单位继续办理" in page
    assert "热线将回访您" not in page
