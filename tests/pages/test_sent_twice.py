"""A double click, the back button, three browsers at once: a form takes effect once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from freezegun import freeze_time
from sqlmodel import select

from engine.models import ApiKey, CallbackAttempt, Ticket
from engine.store.database import work
from engine.terms import TicketEvent
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    moment,
)
from tests.looking import events_of
from tests.pages.conftest import NOW
from tests.pages.test_logging_a_ticket import TYPED

EARLIER = "Tue 2026-11-24 09:00"


def tickets():
    with work() as session:
        return session.exec(select(Ticket)).all()


def filled(desk):
    desk.get("/tickets/new")
    return {**TYPED, "form_id": desk.hidden("form_id"), "csrf": desk.hidden("csrf")}


def count(number, event):
    return len([one for one in events_of(number) if one.event is event])


def test_a_ticket_form_sent_twice_makes_one_ticket_and_leads_to_it(as_):
    desk = as_(OPERATOR)
    form = filled(desk)
    desk.post("/tickets/new", form)

    again = desk.post("/tickets/new", form)

    assert len(tickets()) == 1
    assert again.url.path == f"/tickets/{tickets()[0].number}"
    assert "没有再登记一张" in again.text


def test_a_ticket_form_sent_three_times_at_once_makes_one_ticket(as_):
    desk = as_(OPERATOR)
    form = filled(desk)

    def send(_):
        return desk.client.post(
            "/tickets/new", data=form, headers={"origin": "http://hotline.test"}
        )

    with freeze_time(moment(NOW)), ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(send, range(3)))

    assert [one.status_code for one in answers] == [303, 303, 303]
    assert len(tickets()) == 1


def test_another_matter_typed_into_a_used_form_is_kept_and_not_swallowed(as_):
    desk = as_(OPERATOR)
    form = filled(desk)
    desk.post("/tickets/new", form)
    other = {**form, "content": "另一件事：停车场出入口被占用，多次反映没有人来"}

    refused = desk.post("/tickets/new", other)
    fresh = desk.hidden("form_id")
    desk.post("/tickets/new", {**other, "form_id": fresh, "csrf": desk.hidden("csrf")})

    assert refused.status_code == 409
    assert "停车场出入口被占用" in refused.text
    assert fresh != form["form_id"]
    assert len(tickets()) == 2


def twice(desk, path, **fields):
    desk.get(path)
    form = {"version": desk.hidden("version"), "csrf": desk.hidden("csrf"), **fields}
    return desk.post(path, form), desk.post(path, form)


def test_a_callback_attempt_sent_twice_counts_once(as_):
    number = a_ticket_to_call_back(EARLIER)
    path = f"/tickets/{number}/callback"

    first, second = twice(as_(OPERATOR), path, channel="human_call", result="no_answer")

    assert (first.status_code, second.status_code) == (200, 409)
    with work() as session:
        assert len(session.exec(select(CallbackAttempt)).all()) == 1


@pytest.mark.parametrize(
    ("who", "name", "fields", "event"),
    [
        (OPERATOR, "note", {"words": "企业来电询问进度"}, TicketEvent.NOTE),
        (OPERATOR, "remind", {"words": "请尽快联系企业"}, TicketEvent.REMIND),
        (OPERATOR, "supplement", {"text": "企业补充了新的材料"}, TicketEvent.SUPPLEMENT),
        (MARKET, "contact", {"note": "上午已电话联系"}, TicketEvent.FIRST_CONTACT),
        (SUPERVISOR, "propose-letter",
         {"kind": "reminder", "grounds": "duty_not_performed", "reason": "超期未办"},
         TicketEvent.PROPOSE_LETTER),
    ],
)  # fmt: skip
def test_a_note_a_reminder_a_supplement_sent_twice_is_written_once(as_, who, name, fields, event):
    number = a_signed_ticket(EARLIER)

    first, second = twice(as_(who), f"/tickets/{number}/{name}", **fields)

    assert (first.status_code, second.status_code) == (200, 409)
    assert count(number, event) == 1


def test_a_second_note_on_purpose_can_be_written_from_the_page_that_refused(as_):
    number = a_signed_ticket(EARLIER)
    desk = as_(OPERATOR)
    twice(desk, f"/tickets/{number}/note", words="企业来电询问进度")

    desk.post(f"/tickets/{number}/note", version=desk.hidden("version"), words="企业再次来电")

    assert count(number, TicketEvent.NOTE) == 2


def test_a_form_without_its_version_is_not_taken(as_):
    number = a_dispatched_ticket(EARLIER)
    desk = as_(OPERATOR)
    desk.get(f"/tickets/{number}")

    assert desk.post(f"/tickets/{number}/remind", words="请尽快联系企业").status_code == 409
    assert count(number, TicketEvent.REMIND) == 0


def test_a_key_is_not_made_twice_by_a_double_click(as_):
    admin = as_("guanli")
    admin.get("/admin/keys")
    form = {"name": "市平台对接", "scopes": "tickets:read", "csrf": admin.hidden("csrf")}

    first, second = (admin.post("/admin/keys/add", form) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 409)
    with work() as session:
        assert len(session.exec(select(ApiKey)).all()) == 1
