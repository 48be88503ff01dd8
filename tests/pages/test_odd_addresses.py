"""Huge numbers, NUL, characters that are none: a page that says so, never a fault."""

import pytest

from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_dispatched_ticket
from tests.pages.test_letters_and_supervision import letter_id  # noqa: F401
from tests.pages.test_logging_a_ticket import TYPED

HUGE = "99999999999999999999"
EARLIER = "Tue 2026-11-24 09:00"


@pytest.mark.parametrize(
    "path",
    [
        f"/letters/{HUGE}", f"/supervise/breaches/{HUGE}", f"/supervise/extensions/{HUGE}",
        f"/letters/{HUGE}/page-1.png", f"/letters/{HUGE}/file.pdf", "/letters/-1",
        "/tickets/LZ%00", "/tickets/LZ%00/note", "/tickets/%ED%A0%80", "/letters/none",
    ],
)  # fmt: skip
def test_an_address_of_nothing_is_a_page_that_says_not_found(as_, path):
    answer = as_(SUPERVISOR).get(path)

    assert answer.status_code == 404
    assert "没有找到" in answer.text


@pytest.mark.parametrize(
    "path",
    [f"/supervise/breaches?after={HUGE}", "/routing?unit=%00", f"/routing?days={HUGE}",
     f"/supervise/breaches?after={'9' * 5000}"],
)  # fmt: skip
def test_an_odd_query_is_no_fault(as_, path):
    assert as_(SUPERVISOR).get(path).status_code < 500


@pytest.mark.parametrize("path", [f"/admin/outbox?before={HUGE}", f"/admin/units?unit={HUGE}"])
def test_an_odd_query_of_the_administrator_is_no_fault(as_, path):
    assert as_("guanli").get(path).status_code < 500


def test_an_odd_draft_or_list_of_the_desk_is_no_fault(as_):
    desk = as_(OPERATOR)

    for path in ("/tickets/new?draft=call-%00", f"/desk?after={HUGE}", "/desk?list=%00"):
        assert desk.get(path).status_code < 500


@pytest.mark.parametrize("words", ["\x00", "LZ\x00", "%ED%A0%80", "\\", "%"])
def test_a_search_for_a_character_that_is_none_finds_nothing(as_, words):
    desk = as_(OPERATOR)
    desk.get("/desk")

    assert desk.post("/search", q=words).status_code == 200


@pytest.mark.parametrize("page", ["0", "999", "-1", HUGE])
def test_a_letter_has_no_page_zero_and_no_page_999(as_, letter_id, page):  # noqa: F811
    assert as_(SUPERVISOR).get(f"/letters/{letter_id}/page-{page}.png").status_code == 404


def test_a_way_to_answer_that_is_not_in_the_list_is_refused_on_the_page(as_):
    answer = as_(OPERATOR).post("/tickets/new", {**TYPED, "answer_by": "鸽子"})

    assert answer.status_code == 422
    assert "请从列出的里选" in answer.text


@pytest.mark.parametrize("number", [HUGE, "9" * 5000, "٣", "-1"])
def test_odd_numbers_in_forms_are_refused_kindly(as_, number):
    ticket = a_dispatched_ticket(EARLIER)
    unit, admin = as_(MARKET), as_("guanli")
    unit.get(f"/tickets/{ticket}")

    extend = unit.post(f"/tickets/{ticket}/extend", version="2", working_days=number, reason="现场")
    note = unit.post(f"/tickets/{ticket}/note", version=number, words="记一笔备注")
    admin.get("/admin/accounts")

    assert extend.status_code in (409, 422)
    assert note.status_code in (200, 403, 409, 422)
    assert admin.post("/admin/accounts/reset", id=number).status_code in (404, 422)


def test_a_token_with_chinese_in_it_is_no_fault(browser):
    browser.get("/login")

    assert browser.post("/login", token="令牌", username="huawu", password="x").status_code == 422
