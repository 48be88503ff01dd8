"""What the desks say is true: of taken-back tickets, of robots' calls, of files sent again."""

import pytest
from freezegun import freeze_time

from tests import files
from tests.builders import (
    OPERATOR,
    a_dispatched_ticket,
    a_ticket,
    a_ticket_to_call_back,
    moment,
    status_of,
)
from tests.pages.test_attachments import attached, rows
from tests.pages.test_taking_back import NUMBER, logged

EARLIER = "Tue 2026-11-24 09:00"
HEARD = {"contacted": "yes", "solved": "not_solved", "satisfaction": "dissatisfied"}


def voided(desk):
    logged(desk, lead_unit="区市场监管局")
    desk.post(f"/tickets/{NUMBER}/void")
    assert status_of(NUMBER) == "voided"


def test_a_ticket_taken_back_has_no_receipt_and_its_page_offers_none(as_):
    desk = as_(OPERATOR)
    voided(desk)

    page, receipt = desk.get(f"/tickets/{NUMBER}").text, desk.get(f"/tickets/{NUMBER}/receipt")

    assert receipt.status_code == 404
    assert "已撤回作废，没有回执" in receipt.text
    assert f"{NUMBER}/receipt" not in page
    assert f"{NUMBER}/order" not in page
    assert "为什么是" not in page


def test_a_work_order_of_a_ticket_taken_back_says_so_in_large_letters(as_):
    desk = as_(OPERATOR)
    voided(desk)

    page = desk.get(f"/tickets/{NUMBER}/order").text

    assert "<h1>已作废</h1>" in page
    assert "11月27日" not in page
    assert "承办人" not in page


def test_what_a_merged_ticket_hands_out_promises_no_date(as_):
    into = a_dispatched_ticket(EARLIER)
    number = a_ticket(EARLIER)
    desk = as_(OPERATOR)
    desk.submit(f"/tickets/{number}/merge", into=into)

    for sheet in ("receipt", "order"):
        page = desk.get(f"/tickets/{number}/{sheet}").text
        assert "<h1>已并单</h1>" in page
        assert "12月8日" not in page
    assert "为什么是" not in desk.get(f"/tickets/{number}").text


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("reached", "自动回访接通，评价未解决、不满意，仍须人工回访"),
        ("declined", "自动回访被拒绝，仍须人工回访"),
        ("no_answer", "未接通，下次"),
    ],
)
def test_what_a_robot_heard_is_not_called_unreached(as_, result, said):
    number = a_ticket_to_call_back(EARLIER)
    heard = HEARD if result == "reached" else {}

    desk = as_(OPERATOR)
    page = desk.submit(f"/tickets/{number}/callback", channel="robot_call", result=result, **heard)

    assert said in page.text
    assert ("未接通，下次" in page.text) == (result == "no_answer")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("Sat 2026-11-28 05:09", "时段外，下一时段11月30日（周一）"),
        ("Fri 2026-11-27 05:09", "时段外，下一时段11月27日（周五）"),
        ("Fri 2026-11-27 10:00", "现在可拨"),
    ],
)
def test_outside_every_band_the_list_says_when_the_next_opens(as_, now, said):
    a_ticket_to_call_back(EARLIER)
    desk = as_(OPERATOR)

    with freeze_time(moment(now)):
        desk.sign_in(OPERATOR)
        page = desk.get("/desk?list=callback").text

    assert said in page
    assert ("现在可拨" in page) == (said == "现在可拨")


def test_the_same_bytes_sent_again_are_not_said_to_be_added(as_):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)
    first = attached(desk, number, "甲.pdf").text

    again = attached(desk, number, "乙.pdf").text

    assert "已添加 1 个附件" in first
    assert "“乙.pdf”与已有的 甲.pdf 相同，没有再存。" in again
    assert "已添加" not in again
    assert len(rows()) == 1


def test_a_new_file_beside_an_old_one_is_counted_alone(as_):
    number, desk = a_ticket(EARLIER), as_(OPERATOR)
    attached(desk, number, "甲.pdf")

    page = attached(desk, number, "丙.png", files.PNG).text

    assert "已添加 1 个附件。" in page
    assert len(rows()) == 2


def test_of_a_part_of_a_name_nothing_is_said_of_calls_before_one_is_chosen(as_):
    a_dispatched_ticket(EARLIER, phone="0772-5555555", enterprise="演示餐饮三店")
    desk = as_(OPERATOR)

    def said_of(typed):
        desk.get("/tickets/new")
        return desk.post("/tickets/caller", enterprise=typed).text

    part = said_of("餐饮三")
    assert "先选企业" in part
    assert "没有来过电话" not in part
    assert "近 90 天 1 件" in said_of("演示餐饮三店")
    assert "没有来过电话" in said_of("没有这家")
