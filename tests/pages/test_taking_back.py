"""Undo at the desk: the form comes back, nothing is claimed that is not so; ways out of a call."""

import re

from freezegun import freeze_time
from sqlmodel import select

from engine.actions import background
from engine.models import Ticket
from engine.store.database import work
from engine.terms import TicketEvent, TicketKind
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_dispatched_ticket, moment, status_of
from tests.looking import event_names, last_event, requester_of

NUMBER = "LZ2611240001"
TYPED = {
    "kind": "help_request", "phone": "0772-0000000", "enterprise": "演示企业甲",
    "contact_name": "演示联系人", "place": "三楼窗口", "form_id": "call-1",
    "content": "我公司办理营业执照变更登记，窗口反复要求补材料",
}  # fmt: skip


def logged(desk, **more):
    desk.get("/tickets/new")
    return desk.post("/tickets/new", {**TYPED, **more})


def tickets():
    with work() as session:
        return list(session.exec(select(Ticket).order_by(Ticket.id)))


def test_the_green_line_says_when_it_goes_to_whom_and_offers_to_take_it_back(as_):
    page = logged(as_(OPERATOR), lead_unit="区市场监管局").text

    assert f"已登记 {NUMBER}，10:01:00 派区市场监管局（此前可撤回）" in page
    assert "应于 11月27日（周五）24:00 前办结。" in page
    assert f'action="/tickets/{NUMBER}/void"' in page
    assert "撤回，60 秒内有效" in page
    assert f'href="/tickets/{NUMBER}/receipt"' in page


def test_taken_back_everything_typed_stands_in_the_form_again(as_):
    desk = as_(OPERATOR)
    logged(desk, lead_unit="区市场监管局")

    page = desk.post(f"/tickets/{NUMBER}/void").text

    assert status_of(NUMBER) == "voided"
    assert f"{NUMBER} 已撤回作废，没有派出" in page
    for words in (*list(TYPED.values())[1:5], TYPED["content"], "区市场监管局"):
        assert words.replace("-", "") in page.replace("0772-", "0772")
    assert re.search(r'value="help_request"[^>]*checked', page)
    again = desk.post("/tickets/new", {**TYPED, "form_id": desk.hidden("form_id")})
    assert "已登记 LZ2611240002" in again.text


def test_too_late_is_said_on_the_tickets_page_and_nothing_changes(as_):
    desk = as_(OPERATOR)
    logged(desk, lead_unit="区市场监管局")

    with freeze_time(moment("Tue 2026-11-24 10:02")):
        answer = desk.post(f"/tickets/{NUMBER}/void")

    assert answer.status_code == 409
    assert "已过撤回时间" in answer.text
    assert status_of(NUMBER) == "accepted"


def test_too_late_the_desk_says_what_can_be_done_instead(as_):
    desk = as_(OPERATOR)
    logged(desk, lead_unit="区市场监管局")
    with freeze_time(moment("Tue 2026-11-24 10:02")):
        background.release_one(1, moment("Tue 2026-11-24 10:02"))

        answer = desk.post(f"/tickets/{NUMBER}/void")

    assert status_of(NUMBER) == "dispatched"
    assert answer.status_code == 409
    assert "已派单，不能再撤回。内容有误的请登记补充，派错的请改派" in answer.text


def test_taken_back_a_ticket_is_void_and_neither_in_time_nor_counted(as_):
    desk = as_(OPERATOR)
    logged(desk)
    desk.post(f"/tickets/{NUMBER}/void")

    page, ticket = desk.get("/desk?list=today").text, desk.get(f"/tickets/{NUMBER}").text

    assert NUMBER in page
    for one in (page, ticket):
        assert "○</span> 已作废" in one
        assert "按期 ·" not in one
        assert "办结按期" not in one
    assert re.search(r"今天登记\s*</a>", page)


def test_a_second_press_takes_nothing_else_back(as_):
    desk = as_(OPERATOR)
    logged(desk)

    desk.post(f"/tickets/{NUMBER}/void")
    again = desk.post(f"/tickets/{NUMBER}/void")

    assert again.status_code == 409
    assert event_names(NUMBER).count("void") == 1


def test_a_held_ticket_is_no_secret_to_colleagues_and_unseen_by_its_unit(as_):
    logged(as_(OPERATOR), lead_unit="区市场监管局")

    colleague = as_(SUPERVISOR).get("/desk").text

    assert "10:01:00 前可撤回" in colleague
    assert "派区市场监管局；也可现在派" in colleague
    assert NUMBER not in as_(MARKET).get("/unit").text


def test_an_old_form_pressed_again_after_undo_makes_no_second_ticket(as_):
    desk = as_(OPERATOR)
    logged(desk)
    desk.post(f"/tickets/{NUMBER}/void")

    page = desk.post("/tickets/new", TYPED).text

    assert "已经登记过" in page
    assert len(tickets()) == 1


def test_switched_off_in_the_profile_a_ticket_goes_out_at_once(as_):
    desk = as_(OPERATOR)
    desk.get("/profile")
    desk.post("/profile", shortcuts="1")

    page = logged(desk, lead_unit="区市场监管局").text

    assert status_of(NUMBER) == "dispatched"
    assert "撤回" not in page.split("</header>")[1].split("<form")[0]


def test_answered_on_the_spot_the_ticket_is_closed_at_once(as_):
    said = {"spot_words": "已告知带执照正副本到三楼", "spot_confirmed": "1"}

    page = logged(as_(OPERATOR), spot="1", **said).text

    assert status_of(NUMBER) == "closed"
    assert f"已登记 {NUMBER}，当场答复，已办结" in page
    assert background.held_over(moment("Tue 2026-11-24 11:00"), 10) == []


def test_a_complaint_cannot_be_answered_on_the_spot_and_the_words_stay(as_):
    answer = logged(
        as_(OPERATOR), kind="complaint", spot="1", spot_words="已告知", spot_confirmed="1"
    )

    assert answer.status_code == 422
    assert "投诉、举报须转承办单位办理" in answer.text
    assert "已告知" in answer.text
    assert NUMBER not in answer.text  # it is the next caller's
    assert tickets() == []


def test_without_an_answer_or_the_callers_word_nothing_is_closed(as_):
    desk = as_(OPERATOR)

    nothing = logged(desk, spot="1", spot_confirmed="1")
    unconfirmed = logged(desk, spot="1", spot_words="已告知")

    assert 'href="#spot_words"' in nothing.text
    assert 'href="#spot_confirmed"' in unconfirmed.text
    assert NUMBER not in nothing.text + unconfirmed.text
    assert tickets() == []


def test_a_call_can_be_left_to_the_dispatchers(as_):
    page = logged(as_(OPERATOR), to_desk="1", lead_unit="区市场监管局").text

    assert status_of(NUMBER) == "to_be_dispatched"
    assert "转分派岗" in page
    assert last_event(NUMBER, TicketEvent.HOLD_FOR_DISPATCH).actor_name == "演示话务员"


def test_what_is_the_same_matter_is_added_to_the_ticket_that_is_there_once(as_):
    number = a_dispatched_ticket("Tue 2026-11-24 09:00", phone="0772-0000000")
    desk = as_(OPERATOR)

    page = logged(desk, append=number).text
    desk.post("/tickets/new", {**TYPED, "append": number})

    assert f"已追加到 {number}，没有另登记" in page
    assert event_names(number).count("supplement") == 1
    assert len(tickets()) == 1


def test_another_caller_with_the_same_matter_is_logged_and_merged(as_):
    number = a_dispatched_ticket("Tue 2026-11-24 09:00", kind=TicketKind.HELP_REQUEST)
    desk = as_(OPERATOR)

    page = logged(desk, merge=number).text

    assert f"已登记 LZ2611240002 并并入 {number}" in page
    assert status_of("LZ2611240002") == "merged"


def test_tickets_like_what_is_typed_are_shown_while_one_types(as_):
    number = a_dispatched_ticket("Mon 2026-11-23 09:00")
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    page = desk.post("/tickets/suggest", TYPED).text

    assert "可能重复" in page
    assert f'name="append" value="{number}"' in page
    assert f'name="merge" value="{number}"' in page


def test_a_number_of_several_enterprises_asks_which_one(as_):
    for name in ("演示企业甲", "演示企业乙"):
        a_dispatched_ticket("Mon 2026-11-23 09:00", phone="0772-5555555", enterprise=name)
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    page = desk.post("/tickets/caller", phone="0772/555 5555").text
    logged(desk, phone="0772-5555555", enterprise="", who="演示企业乙")

    assert "请问清是哪一家" in page
    assert page.count('type="radio" name="who"') == 2
    assert "checked" not in page
    assert requester_of(tickets()[-1].number).enterprise == "演示企业乙"


def test_a_ringing_number_opens_the_form_with_its_caller(as_):
    a_dispatched_ticket("Mon 2026-11-23 09:00", phone="0772-5555555", enterprise="演示企业乙")

    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    opened = desk.post("/tickets/ringing", phone="0772 5555555")

    assert 'value="0772 5555555"' in opened.text
    assert "近 90 天 1 件" in opened.text
    assert "5555555" not in str(opened.url)
    assert 'value="07721234567"' not in desk.get("/tickets/new?phone=07721234567").text


def test_a_number_that_was_looked_for_opens_a_form_with_it(as_):
    desk = as_(OPERATOR)
    desk.get("/desk")

    number, word = desk.post("/search", q="0772-5555555").text, desk.post("/search", q="执照").text

    assert 'action="/tickets/ringing"' in number
    assert 'action="/tickets/ringing"' not in word


def test_the_receipt_says_number_and_date_and_nothing_personal(as_):
    desk = as_(OPERATOR)
    logged(desk)

    page = desk.get(f"/tickets/{NUMBER}/receipt").text

    assert NUMBER in page
    assert "11月27日（周五）24:00" in page
    assert "演示联系人" not in page
    assert "0772" not in page
