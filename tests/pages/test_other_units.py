"""Somebody of another unit, with the address of everything: not a word of it, and no change."""

from io import BytesIO

import pytest
from sqlmodel import select

from engine.actions import attachments
from engine.actions.attachments import Upload
from engine.models import Attachment, Draft, Letter, Ticket, TicketEventRecord
from engine.store.database import work
from engine.terms import Role
from tests import files
from tests.actions.letter_steps import a_sent_letter
from tests.builders import MARKET, OPERATOR, SUPERVISOR, TAX, on_ticket
from tests.looking import ticket_of
from tests.pages.test_roles import EXAMPLES, OTHERS
from tests.structure.page_roles import PAGES, roles

SECRET = "绝密演示商行的门口道路开挖没有围挡影响经营"
OBJECTS = ("{number}", "{letter_id}", "{attachment_id}", "{finding_id}", "{breach_id}",
           "{request_id}", "{row}")  # fmt: skip
THEIRS = [
    page
    for page in PAGES
    if {Role.HANDLER, Role.UNIT_LEADER} & roles(page)
    and any(x in page for x in OBJECTS)
    and "{form_id}" not in page
]


@pytest.fixture
def market(database, frozen):
    """Return a ticket of one unit with a file and a letter sent about it."""
    letter_id = a_sent_letter()
    with work() as session:
        ticket = session.get_one(Ticket, session.get_one(Letter, letter_id).ticket_id)
        ticket.content, number = SECRET, ticket.number
    upload = Upload(name="绝密清单.pdf", source=BytesIO(files.PDF))
    on_ticket(number, "Tue 2026-11-24 09:30", OPERATOR,
              lambda s, t: attachments.attach(s, t, [upload]) and None)  # fmt: skip
    return number


def asked(desk, page, number):
    method, path = page.split(" ")
    with work() as session:
        ids = {"attachment_id": session.exec(select(Attachment.id)).first(),
               "letter_id": session.exec(select(Letter.id)).first()}  # fmt: skip
    address = path.format(**{**EXAMPLES, **OTHERS.get(page, {}), **ids, "number": number})
    desk.get("/unit")
    data = {"csrf": desk.hidden("csrf"), "reason": "看看", "text": "替别人答复的内容足够长"}
    return desk.client.request(method, address, data=data if method == "POST" else None,
                               headers={"origin": "http://hotline.test"})  # fmt: skip


def state_of(number):
    with work() as session:
        query = select(TicketEventRecord).where(TicketEventRecord.ticket_id == ticket_of(number).id)
        return len(session.exec(query).all()), ticket_of(number).version


def test_no_address_of_a_ticket_opens_for_another_unit(as_, market):
    desk, before = as_(TAX), state_of(market)

    for page in THEIRS:
        answer = asked(desk, page, market)
        assert answer.status_code in (403, 404, 422), (page, answer.status_code)
        for secret in ("绝密", "道路开挖"):
            assert secret not in answer.text, page

    assert state_of(market) == before


def test_the_same_addresses_open_for_the_unit_itself(as_, market):
    desk = as_(MARKET)

    opened = [page for page in THEIRS if page.startswith("GET")
              and asked(desk, page, market).status_code == 200]  # fmt: skip

    assert {"GET /tickets/{number}", "GET /unit/letters/{letter_id}",
            "GET /tickets/{number}/attachments/{attachment_id}"} <= set(opened)  # fmt: skip


def test_drafts_and_views_are_their_owners_alone(as_, database):
    mine, other = as_(OPERATOR), as_(SUPERVISOR)
    mine.get("/tickets/new")
    mine.post("/drafts/call-mine", {"content": "绝密的草稿"}, follow=False)
    assert "绝密" not in other.get("/tickets/new?draft=call-mine").text

    other.post("/drafts/call-mine/drop", follow=False)

    with work() as session:
        assert session.exec(select(Draft.form_id)).all() == ["call-mine"]
