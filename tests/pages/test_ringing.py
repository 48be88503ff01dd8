"""A call that comes in (来电弹屏): telephone software lays a form ready for who picks up."""

import re
from urllib.parse import urlsplit

import pytest

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

    def send(operator, phone=PHONE):
        return software.post(CALLS, json={"operator": operator, "phone": phone}, headers=key)

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
