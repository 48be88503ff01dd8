"""Clues handed on, groups, split reports: no page a unit can open says a word of them."""

import pytest

from engine.actions.step import Why, take
from engine.terms import TicketEvent
from tests.actions.test_referrals import proposed, send
from tests.builders import (
    MARKET,
    SUPERVISOR,
    a_signed_ticket,
    on_ticket,
)

NOW = "Mon 2026-11-23 09:00"
GRAVE = "两个月内两次整改不到位，企业反映强烈"
SECRETS = ("移交", "恶劣", "企业反映强烈", "群体", "商务局纪检", "一类诉求", "restricted")


def unit_pages(desk, number):
    """Return every page a unit's person can open, by its address."""
    names = ("", "/answer", "/contact", "/return", "/assist", "/extend", "/note", "/supplement",
             "/propose-letter", "/sign", "/statutory")  # fmt: skip
    paths = ["/unit", "/keys", *(f"/tickets/{number}{name}" for name in names)]
    paths += [f"/unit/letters/{one}" for one in range(1, 4)]
    paths += [f"/letters/{one}/file.{kind}" for one in range(1, 4) for kind in ("pdf", "docx")]
    found = {path: desk.get(path).text for path in paths}
    desk.get("/unit")
    found["/search"] = desk.post("/search", q=number).text
    desk.get(f"/tickets/{number}")
    stale = desk.post(f"/tickets/{number}/contact", version="1", note="已联系")
    return {**found, "stale form": stale.text}


@pytest.fixture
def number(database):
    number, referral = proposed()

    def group(step, ticket):
        why = Why("群体诉求：近七天一类诉求 3 件", details={"watch": "group", "restricted": True})
        take(step, ticket, TicketEvent.NOTE, why)

    on_ticket(number, NOW, None, group)
    send(referral.id, NOW, target="supervision", judgement=GRAVE)
    return number


def test_the_unit_concerned_reads_no_word_of_a_referral_on_any_page(as_, number):
    pages = unit_pages(as_(MARKET), number)

    told = {path: word for path, text in pages.items() for word in SECRETS if word in text}
    assert told == {}
    assert number in pages[f"/tickets/{number}"]


def test_the_supervisor_sees_what_the_unit_does_not(as_, number):
    page = as_(SUPERVISOR).get(f"/tickets/{number}").text

    assert "提议移交线索" in page
    assert "群体诉求" in page


def test_a_referral_is_no_change_that_stops_the_units_form(as_, database):
    number = a_signed_ticket(NOW)
    unit = as_(MARKET)
    unit.get(f"/tickets/{number}/contact")
    version = unit.hidden("version")

    def restrict(step, ticket):
        take(step, ticket, TicketEvent.PROPOSE_REFERRAL, Why("提议移交线索：情况恶劣"))

    on_ticket(number, NOW, SUPERVISOR, restrict)

    assert (
        unit.post(f"/tickets/{number}/contact", version=version, note="已联系").status_code == 200
    )
