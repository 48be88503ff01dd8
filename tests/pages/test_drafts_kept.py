"""Which forms leave a draft behind: those in which a person put something."""

import pytest
from sqlmodel import select

from engine.models import Draft
from engine.store.database import work
from tests.builders import MARKET, OPERATOR, a_signed_ticket, a_ticket_to_call_back

UNTOUCHED = {
    "kind": "help_request", "urgency": "normal", "answer_by": "电话", "with_supports": "1",
    "content": "", "phone": "", "enterprise": " ", "file_kind": "handling",
}  # fmt: skip


def kept():
    with work() as session:
        return [one.form_id for one in session.exec(select(Draft))]


def test_a_call_in_which_nothing_was_typed_leaves_no_draft(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    answer = desk.post("/drafts/call-1", UNTOUCHED)
    desk.get("/tickets/new")
    pressed = desk.post("/tickets/new", {**UNTOUCHED, "keep": "1", "form_id": "call-1"})

    assert answer.text == "还没有写内容"
    assert "还没有写内容，没有存草稿" in pressed.text
    assert kept() == []


def test_a_callback_whose_choices_stand_at_their_first_value_leaves_no_draft(as_):
    number = a_ticket_to_call_back("Tue 2026-11-24 09:00")
    desk = as_(OPERATOR)
    desk.get(f"/tickets/{number}/callback")

    desk.post(f"/drafts/{number}-callback", channel="phone", result="reached", words="")

    assert kept() == []


@pytest.mark.parametrize("field", ["content", "phone", "place", "confidential"])
def test_one_field_filled_in_is_enough_to_be_kept(as_, field):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    desk.post("/drafts/call-1", {**UNTOUCHED, field: "1"})

    assert kept() == ["call-1"]


def test_what_was_typed_and_taken_out_again_leaves_no_draft(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    unit = as_(MARKET)
    unit.get(f"/tickets/{number}/answer")
    page = {"page": unit.hidden("page"), "rev": unit.hidden("rev")}
    unit.post(f"/drafts/{number}-answer", page, text="已联系企业")
    assert kept() == [f"{number}-answer"]

    unit.get(f"/tickets/{number}/answer")
    unit.post(f"/drafts/{number}-answer", page, text="")

    assert kept() == []


def test_an_empty_page_does_not_wipe_out_what_another_page_keeps(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    unit = as_(MARKET)
    unit.get(f"/tickets/{number}/answer")
    unit.post(f"/drafts/{number}-answer", page="aa", rev="0", text="已联系企业")

    unit.get("/unit")
    unit.post(f"/drafts/{number}-answer", page="bb", rev="0", text="")

    assert kept() == [f"{number}-answer"]
