"""Pages are compressed on their way out, and give nothing away by their length."""

import re

import pytest

from api.pages.token import masked, matches
from tests.builders import OPERATOR, SUPERVISOR, a_dispatched_ticket
from tests.pages.conftest import HOST


def asked(desk, path, **headers):
    return desk.client.get(path, headers=headers)


def test_a_page_goes_out_compressed_to_a_browser_that_reads_it(as_):
    answer = asked(as_(OPERATOR), "/tickets/new")

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) < len(answer.content) / 2
    assert "登记工单" in answer.text


def test_a_browser_that_does_not_ask_for_it_gets_the_page_plain(as_):
    answer = asked(as_(OPERATOR), "/tickets/new", **{"accept-encoding": "identity"})

    assert "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("site", "encoding"),
    [("same-origin", "gzip"), ("none", "gzip"), ("same-site", None), ("cross-site", None)],
)
def test_a_page_that_another_site_asked_for_goes_out_plain(as_, site, encoding):
    answer = asked(as_(OPERATOR), "/desk?unit=x", **{"sec-fetch-site": site})

    assert answer.headers.get("content-encoding") == encoding


@pytest.mark.parametrize("path", ["/supervise/export/tickets.csv", "/health/live"])
def test_what_is_no_page_goes_out_as_it_is(as_, path):
    a_dispatched_ticket("Tue 2026-11-24 09:00")

    answer = asked(as_(SUPERVISOR), path)

    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def test_every_page_shows_another_token_and_each_of_them_holds(as_):
    desk = as_(OPERATOR)
    first, second = (re.search(r'name="csrf" value="([^"]+)"', desk.get("/drafts").text)[1]
                     for _ in range(2))  # fmt: skip

    answers = [
        desk.client.post("/drafts/call-1", data={"csrf": one, "content": "字"},
                         headers={"origin": HOST}) for one in (first, second)
    ]  # fmt: skip

    assert first != second
    assert [one.status_code for one in answers] == [200, 200]


@pytest.mark.parametrize("shown", ["", "-", "tokem", "é", "dG9rZW4="])
def test_what_is_not_the_token_is_refused(shown):
    assert not matches(shown, "token")
    assert not matches(masked(shown), "token")
    assert not matches(shown, "")


def test_nobody_signs_in_with_a_form_that_was_never_shown(browser):
    fields = {"token": masked("-"), "username": OPERATOR, "password": "hotline-demo-2026"}

    answer = browser.post("/login", fields)

    assert answer.status_code == 422
    assert "hotline_session" not in browser.client.cookies
