from datetime import timedelta

import pytest
from freezegun import freeze_time
from sqlmodel import select

from engine.models import AccountSession
from engine.store.database import work
from tests.builders import OPERATOR, a_ticket, moment
from tests.pages.conftest import HOST, NOW


@pytest.mark.parametrize(
    ("who", "desk"),
    [("huawu", "/desk"), ("zhuguan1", "/supervise"), ("shijianguan", "/unit"), ("guanli", "/admin"),
     ("zhidu", "/supervise")],
)  # fmt: skip
def test_each_role_lands_on_its_own_desk(browser, who, desk):
    answer = browser.sign_in(who)

    assert answer.status_code == 200
    assert answer.url.path == desk


def test_a_stranger_is_sent_to_sign_in_and_then_goes_on_to_the_page_he_wanted(browser):
    number = a_ticket("Tue 2026-11-24 09:00")

    sent = browser.get(f"/tickets/{number}", follow=False)
    went = browser.sign_in(OPERATOR, f"/tickets/{number}")

    assert sent.headers["location"] == f"/login?next=/tickets/{number}"
    assert went.url.path == f"/tickets/{number}"


@pytest.mark.parametrize("trap", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(browser, trap):
    assert browser.sign_in(OPERATOR, trap).url.host == "hotline.test"


def test_a_wrong_password_says_how_many_tries_are_left_and_keeps_the_name(browser):
    answer = browser.sign_in(OPERATOR, password="not this one")

    assert answer.status_code == 422
    assert "还可以试 4 次" in answer.text
    assert 'value="huawu"' in answer.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser):
    browser.get("/login")
    fields = {"token": browser.hidden("token"), "username": OPERATOR, "next": "/",
              "password": "hotline-demo-2026"}  # fmt: skip

    answer = browser.post("/login", fields, follow=False)

    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


def test_signing_out_ends_the_session_on_the_server_too(as_):
    desk = as_(OPERATOR)
    cookie = desk.client.cookies["hotline_session"]

    desk.post("/logout")
    desk.client.cookies.set("hotline_session", cookie)

    assert desk.get("/desk", follow=False).headers["location"].startswith("/login")


def test_a_revoked_session_stops_at_once(as_):
    desk = as_(OPERATOR)
    with work() as session:
        for row in session.exec(select(AccountSession)):
            row.revoked_at = moment(NOW)

    assert desk.get("/desk", follow=False).status_code == 303


def test_an_expired_session_leads_back_to_the_same_page_after_signing_in(as_):
    desk = as_(OPERATOR)

    with freeze_time(moment(NOW) + timedelta(hours=13)):
        assert (
            desk.get("/desk?list=rule", follow=False)
            .headers["location"]
            .endswith("next=/desk%3Flist%3Drule")
        )


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_form_from_elsewhere_is_refused(as_, origin):
    desk = as_(OPERATOR)

    answer = desk.post("/tickets/new", {"content": "x"}, origin=origin)

    assert answer.status_code == 403
    assert "不是从本系统的页面发出的" in answer.text


def test_a_form_with_a_stale_token_is_shown_again_with_what_was_typed(as_):
    desk = as_(OPERATOR)

    answer = desk.post("/tickets/new", {"csrf": "old", "content": "窗口反复要求补材料"})

    assert answer.status_code == 403
    assert "请再提交一次" in answer.text
    assert "窗口反复要求补材料" in answer.text


def test_signing_in_needs_a_form_from_this_site(browser):
    browser.get("/login")
    fields = {
        "token": browser.hidden("token"),
        "username": OPERATOR,
        "password": "hotline-demo-2026",
    }

    assert browser.post("/login", fields, origin="http://evil.example").status_code == 403
    assert browser.post("/login", {**fields, "token": "guess"}, origin=HOST).status_code == 422


@pytest.mark.parametrize(
    ("who", "path"),
    [("shijianguan", "/desk"), ("shijianguan", "/supervise"), ("shijianguan", "/letters"),
     ("huawu", "/admin"), ("huawu", "/letters"), ("huawu", "/unit"), ("guanli", "/desk"),
     ("zhidu", "/tickets/new")],
)  # fmt: skip
def test_a_page_of_another_role_says_which_role_it_takes(as_, who, path):
    answer = as_(who).get(path)

    assert answer.status_code == 403
    assert "需要的角色" in answer.text


def test_an_unknown_page_is_a_plain_page_with_a_way_back(as_):
    answer = as_(OPERATOR).get("/nowhere")

    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_words_typed_before_the_session_ended_are_shown_again(as_):
    desk = as_(OPERATOR)
    desk.get("/tickets/new")

    with freeze_time(moment(NOW) + timedelta(hours=13)):
        answer = desk.post("/tickets/new", content="说了十分钟的诉求内容")

    assert answer.status_code == 401
    assert "说了十分钟的诉求内容" in answer.text
    assert "在新页面登录" in answer.text
