"""Boxes and choices come back as they were left: after an error, from a draft, taken back."""

import re

import pytest

from engine.models import Ticket
from engine.store.database import work
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_signed_ticket,
    a_ticket,
)
from tests.looking import assignments_of, ticket_of
from tests.pages.test_letters_and_supervision import draft, letter_id, send_out

__all__ = ["letter_id"]
NUMBER = "LZ2611240001"
TYPED = {
    "kind": "help_request", "phone": "0772-0000000", "enterprise": "演示企业甲",
    "content": "我公司办理营业执照变更登记，窗口反复要求补材料", "form_id": "call-1",
    "urgency": "normal", "answer_by": "电话", "title": "",
}  # fmt: skip


def ticked(page, name="with_supports"):
    """Return whether the box stands ticked on a page."""
    box = re.search(rf'<input type="checkbox"[^>]*name="{name}"[^>]*>', page)[0]
    return " checked" in box


def test_an_untouched_form_has_the_supports_ticked(as_):
    assert ticked(as_(OPERATOR).get("/tickets/new").text)


def test_a_call_that_rang_still_has_them_ticked(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    page = desk.post("/tickets/ringing", phone="0772-0000000").text

    assert "0772-0000000" in page
    assert ticked(page)


@pytest.mark.parametrize("left", [{}, {"with_supports": "1"}])
def test_after_an_error_the_box_stands_as_it_was_left(as_, left):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    page = desk.post("/tickets/new", {**TYPED, "phone": "", **left}).text

    assert 'href="#phone"' in page
    assert ticked(page) is bool(left)


@pytest.mark.parametrize("left", [{}, {"with_supports": "1"}])
def test_in_a_draft_the_box_stands_as_it_was_left(as_, left):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    kept = desk.post("/tickets/new", {**TYPED, "keep": "1", **left}).text
    restarted = as_(OPERATOR).get("/tickets/new?draft=call-1").text

    assert ticked(kept) is ticked(restarted) is bool(left)


def test_taken_back_within_sixty_seconds_the_box_is_still_unticked_and_nobody_else_gets_it(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    desk.post("/tickets/new", {**TYPED, "lead_unit": "区市场监管局"})

    page = desk.post(f"/tickets/{NUMBER}/void").text

    assert "已撤回作废" in page
    assert not ticked(page)


def test_a_dispatch_left_without_supports_comes_back_without_them(as_):
    number = a_ticket("Tue 2026-11-24 09:00")
    desk, address = as_(OPERATOR), f"/tickets/{number}/dispatch"
    assert ticked(desk.get(address).text)
    typed = {"lead_other": "", "supports": "", "reason": "已与两家电话商定"}

    refused = desk.submit(address, **typed).text
    desk.get(address)
    desk.post(f"/drafts/{number}-dispatch", typed)
    restored = desk.get(address).text

    assert 'href="#lead"' in refused
    assert not ticked(refused)
    assert "自动保存的草稿" in restored
    assert not ticked(restored)
    lead = ticket_of(number).routing["candidates"][0]["unit"]
    desk.submit(address, **{**typed, "lead_other": lead})
    assert len(assignments_of(number)) == 1


def test_a_contact_taken_out_of_an_answer_is_not_put_back(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    unit, address = as_(MARKET), f"/tickets/{number}/answer"
    unit.submit(f"/tickets/{number}/contact", note="上午已通电话，约好下午看现场")
    assert ticked(unit.get(address).text, "contacted")

    unit.post(f"/drafts/{number}-answer", text="已办结", legal_basis="", outcome="solved")

    assert not ticked(unit.get(address).text, "contacted")


def test_the_kind_of_an_attachment_comes_back_as_chosen(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    unit, address = as_(MARKET), f"/tickets/{number}/contact"
    first = unit.get(address).text

    refused = unit.post(address, note="已联系", file_kind="credential", version="0").text
    unit.get(address)
    unit.post(f"/drafts/{number}-contact", note="已联系", file_kind="credential")
    restored = unit.get(address).text

    assert '<option value="contact_evidence" selected>' in first
    for page in (refused, restored):
        assert '<option value="credential" selected>' in page


def test_a_referral_half_written_stands_beside_a_correction_even_after_its_error(as_, letter_id):
    draft(as_(SUPERVISOR), letter_id)
    desk, address = as_(SECOND_SUPERVISOR), f"/letters/{letter_id}"
    send_out(desk, letter_id)
    why = "多次要求整改仍拒不整改，影响恶劣"
    desk.get(address)
    desk.post(f"/drafts/referring-{letter_id}", grave=why)

    asked = desk.get(f"{address}?step=correct").text
    refused = desk.post(f"{address}/correct", wrong="", right="", form_id=f"correct-{letter_id}")

    for page in (asked, refused.text):
        assert re.search(rf'<textarea id="grave"[^>]*>\n{why}</textarea>', page)


def test_a_letter_not_sent_without_a_reason_keeps_the_grounds_of_its_draft(as_, letter_id):
    desk, address = as_(SUPERVISOR), f"/letters/{letter_id}"
    before = set(re.findall(r'name="grounds" value="(\w+)" checked', desk.get(address).text))

    page = desk.post(f"{address}/drop", opinion="").text

    assert before
    assert set(re.findall(r'name="grounds" value="(\w+)" checked', page)) == before


def test_nothing_was_dispatched_by_what_came_back(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")
    desk.post("/tickets/new", {**TYPED, "phone": ""})

    with work() as session:
        assert session.query(Ticket).count() == 0


def test_three_buttons_are_pinned_below_a_call_and_fit_a_telephone(as_):
    page = as_(OPERATOR).get("/tickets/new").text

    pinned = re.search(r'<p class="acts pin">(.*?)</p>', page, re.DOTALL)[1]
    assert pinned.count("<button") == 3
    assert "<a " not in pinned
