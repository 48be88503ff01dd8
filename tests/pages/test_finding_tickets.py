"""A ticket is found however its number was typed: small letters, blanks, full width."""

import pytest
from sqlmodel import select

from engine.models import Requester
from engine.store.database import work
from tests.builders import MARKET, OPERATOR, a_dispatched_ticket, a_ticket

EARLIER = "Tue 2026-11-24 09:00"
NUMBER = "LZ2611240001"
TYPED = [
    NUMBER.lower(),
    "LZ 2611 240001",
    " lz2611240001 ",
    "ＬＺ２６１１２４０００１",
    "ｌｚ　２６１１２４０００１",
]


@pytest.mark.parametrize("typed", TYPED)
def test_a_number_leads_to_its_ticket_however_it_was_typed(as_, typed):
    assert a_ticket(EARLIER) == NUMBER
    desk = as_(OPERATOR)

    found = desk.post("/search", q=typed, follow=False)
    page = desk.get(f"/tickets/{typed}")

    assert found.headers["location"] == f"/tickets/{NUMBER}"
    assert page.status_code == 200
    assert f'action="/tickets/{NUMBER}/' in page.text


def test_in_another_spelling_a_ticket_is_still_its_own_units_alone(as_):
    a_dispatched_ticket(EARLIER, "区税务局")

    assert as_(MARKET).get(f"/tickets/{NUMBER.lower()}").status_code == 404


@pytest.mark.parametrize(
    "typed", ["ｙｓｑｙｊ", "演示企业甲", "１３８００００００００", "００００"]
)
def test_words_in_full_width_find_what_they_mean(as_, typed):
    number = a_ticket(EARLIER, phone="13800000000")
    desk = as_(OPERATOR)
    desk.get("/desk")

    assert number in desk.post("/search", q=typed).text


def test_what_stands_in_full_width_is_found_as_it_stands(as_):
    number = a_ticket(EARLIER, content="门口的招牌写着ＡＢＣ三个字母挡住了路")
    desk = as_(OPERATOR)
    desk.get("/desk")

    assert number in desk.post("/search", q="ＡＢＣ").text


def test_an_enterprise_is_looked_up_by_initials_in_full_width(as_):
    a_ticket(EARLIER)
    with work() as session:
        name = session.exec(select(Requester.enterprise)).one()
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    assert f"填入 {name}" in desk.post("/tickets/caller", enterprise="ｑｙｊ").text
