"""A call that comes in (来电弹屏): telephone software lays a form ready for who picks up."""

import re
from urllib.parse import urlsplit

import pytest

from engine.actions.drafts import drop_draft
from engine.store import accounts
from engine.store.database import work
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_dispatched_ticket
from tests.pages.conftest import Browser

CALLS, PHONE = "/api/v1/calls", "0772-5555555"


@pytest.fixture
def ring(as_):
    """Return how telephone software rings, with a key that an administrator made on the page."""
    desk = as_("guanli")
    desk.get("/admin/keys")
    page = desk.post("/admin/keys/add", name="话务软件", scopes="calls:write").text
    key = {"Authorization": f"Bearer {re.search(r'<pre>([^<]+)</pre>', page)[1]}"}
    software = Browser().client

    def send(operator, phone=PHONE, name=None):
        headers = {**key, "Idempotency-Key": name} if name else key
        return software.post(CALLS, json={"operator": operator, "phone": phone}, headers=headers)

    return send


def form_of(answer):
    assert answer.status_code == 201, answer.text
    there = urlsplit(answer.json()["open"])
    return f"{there.path}?{there.query}"


def test_a_call_opens_a_form_with_the_number_and_its_caller(as_, ring):
    a_dispatched_ticket("Mon 2026-11-23 09:00", phone=PHONE, enterprise="演示企业乙")

    form = form_of(ring(OPERATOR))
    page = as_(OPERATOR).get(form).text

    assert f'value="{PHONE}"' in page
    assert "近 90 天 1 件" in page
    assert "5555555" not in form


def test_somebody_else_who_opens_the_address_sees_no_number(as_, ring):
    form = form_of(ring(OPERATOR))

    assert PHONE not in as_(SUPERVISOR).get(form).text


def test_an_operator_who_is_not_signed_in_comes_to_the_form_after_signing_in(ring):
    form = form_of(ring(OPERATOR))
    desk = Browser()
    desk.get(form)

    fields = {"token": desk.hidden("token"), "next": desk.hidden("next")}
    page = desk.post("/login", fields, username=OPERATOR, password="hotline-demo-2026").text

    assert f'value="{PHONE}"' in page


@pytest.mark.parametrize("who", [MARKET, "guanli", "没有这人", " "])
def test_a_call_for_nobody_who_answers_calls_is_refused_by_field(ring, who):
    answer = ring(who)

    assert answer.status_code == 422
    assert "operator" in str(answer.json()["errors"])


def test_a_call_told_again_under_its_key_has_one_form(as_, ring):
    first, again = (ring(OPERATOR, name="call-1") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert ring(OPERATOR, name="call-2").json() != first.json()
    assert f'value="{PHONE}"' in as_(OPERATOR).get(form_of(first)).text


@pytest.mark.parametrize("other", [(OPERATOR, "0772-5555556"), (SUPERVISOR, PHONE)])
def test_another_call_under_the_same_key_is_refused(ring, other):
    ring(OPERATOR, name="call-1")

    refused = ring(*other, name="call-1")

    assert refused.status_code == 409
    assert [one["field"] for one in refused.json()["errors"]] == ["Idempotency-Key"]


def test_a_call_that_has_become_a_ticket_gets_no_second_form(as_, ring):
    first = ring(OPERATOR, name="call-1")
    form_id = form_of(first).partition("draft=")[2]
    a_dispatched_ticket("Mon 2026-11-23 09:00", source="desk", external_id=form_id)
    with work() as session:
        drop_draft(session, accounts.by_name(session, OPERATOR).id, form_id)

    again = ring(OPERATOR, name="call-1")

    assert (again.status_code, again.json()) == (200, first.json())
    assert f'value="{PHONE}"' not in as_(OPERATOR).get(form_of(first)).text
