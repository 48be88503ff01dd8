"""The list of keys names what works for this person, and the page is asked whether it is fresh."""

import pytest

from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_signed_ticket

HOTLINE_ONLY = ("F2", "F8", "F9", "Alt+Q / W / R")


@pytest.mark.parametrize("who", [OPERATOR, SUPERVISOR])
def test_the_hotline_sees_the_keys_of_logging_a_ticket(as_, who):
    page = as_(who).get("/keys").text

    for key in HOTLINE_ONLY:
        assert f"<kbd>{key}</kbd></th>" in page, key


@pytest.mark.parametrize("who", [MARKET, "fuzeren", "guanli", "zhidu"])
def test_others_see_none_of_them(as_, who):
    page = as_(who).get("/keys").text

    for key in HOTLINE_ONLY:
        assert f"<kbd>{key}</kbd></th>" not in page, key
    assert "<kbd>F3</kbd></th>" in page or who == "guanli"


def test_who_switched_keys_off_is_told_so(as_):
    desk = as_(OPERATOR)
    desk.get("/profile")
    desk.post("/profile", {"undo_seconds": "60"})

    assert "您关了快捷键" in desk.get("/keys").text


def test_a_ticket_says_where_esc_leads(as_):
    number = a_signed_ticket("Tue 2026-11-24 09:00")

    assert (
        '<a href="/" data-back>返回 <kbd>Esc</kbd></a>'
        in as_(MARKET).get(f"/tickets/{number}").text
    )


def test_before_a_form_goes_its_page_is_asked_whether_it_is_fresh(as_, browser):
    desk = as_(OPERATOR)
    desk.get("/desk")

    assert desk.post("/here").status_code == 204
    assert desk.post("/here", csrf="alt").status_code == 403
    assert desk.post("/here", origin="http://elsewhere.test").status_code == 403
    assert browser.post("/here").status_code == 401


def test_the_draft_of_a_page_in_english_is_said_to_be_kept_in_english(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new?lang=en")

    empty = desk.post("/drafts/call-1", content="").text
    desk.get("/tickets/new")
    kept = desk.post("/drafts/call-1", content="窗口说系统坏了").text

    assert empty == "Nothing written yet"
    assert kept == "Draft kept 10:00"
