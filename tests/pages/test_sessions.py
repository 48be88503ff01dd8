"""Sessions seen and ended, passwords changed: by the person himself and by the administrator."""

import pytest
from sqlmodel import select

from api.pages.token import masked
from engine.actions.setup import DEMO_PASSWORD
from engine.models import Account, AccountSession, AuditEntry
from engine.store.database import work
from tests.builders import MARKET, OPERATOR, a_ticket, an_account
from tests.pages.conftest import HOST, Browser

ADMIN = "guanli"
NEW = "一句好记的话也可以当密码"


def change(browser, old=DEMO_PASSWORD, new=NEW, again=None):
    browser.get("/password")
    return browser.post("/password", old=old, new=new, again=again or new, next="/me")


@pytest.mark.parametrize("who", [OPERATOR, MARKET])
def test_a_changed_password_ends_every_other_session_and_keeps_this_one(as_, who):
    here, elsewhere = as_(who), as_(who)

    assert "密码已修改" in change(here).text

    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me", follow=False).headers["location"].startswith("/login")
    assert Browser().sign_in(who, password=NEW).status_code == 200


def test_a_wrong_old_password_counts_as_a_try_and_changes_nothing(as_):
    desk = as_(OPERATOR)

    answer = change(desk, old="not this one")

    assert answer.status_code == 422
    assert "还可以试 4 次" in answer.text
    assert "not this one" not in answer.text
    with work() as session:
        assert an_account(session).failed_sign_ins == 1
    assert Browser().sign_in(OPERATOR).status_code == 200


def test_a_new_password_that_is_too_short_says_so_beside_its_field(as_):
    answer = change(as_(OPERATOR), new="short")

    assert 'id="new-e"' in answer.text
    assert "至少 12 个字符" in answer.text


def test_a_one_time_password_leads_to_another_first_and_then_to_the_page_wanted(as_):
    number = a_ticket("Tue 2026-11-24 09:00")
    admin = as_(ADMIN)
    admin.get("/admin/accounts")
    with work() as session:
        account = an_account(session)
    secret = admin.post("/admin/accounts/reset", id=str(account.id)).text
    once = secret.split("<b>")[2 if secret.count("<b>") > 1 else 1].split("</b>")[0]

    desk = Browser()
    arrived = desk.sign_in(OPERATOR, f"/tickets/{number}", password=once)

    assert arrived.url.path == "/password"
    assert desk.get("/desk", follow=False).headers["location"] == "/password?next=/desk"
    assert desk.post("/tickets/new", content="还没改密码").status_code == 403
    desk.get(f"/password?next=/tickets/{number}")
    went = desk.post("/password", old=once, new=NEW, again=NEW, next=desk.hidden("next"))
    assert went.url.path == f"/tickets/{number}"


def test_a_person_sees_where_he_is_signed_in_and_leaves_all_other_places(as_):
    here, elsewhere = as_(OPERATOR), as_(OPERATOR)
    assert "登录着的地方 <small>2 处" in here.get("/me").text

    assert "已退出其他 1 处登录" in here.post("/me/sessions/end").text

    assert elsewhere.get("/me", follow=False).status_code == 303
    assert here.get("/me").status_code == 200


def test_an_administrator_sees_who_is_signed_in_and_ends_it_with_a_trace(as_):
    desk, admin = as_(OPERATOR), as_(ADMIN)
    assert OPERATOR in admin.get("/admin/sessions").text
    with work() as session:
        account = an_account(session)
        query = select(AccountSession).where(AccountSession.account_id == account.id)
        open_one = session.exec(query).one()

    admin.post("/admin/sessions/end", id=str(open_one.id))

    assert desk.get("/desk", follow=False).headers["location"].startswith("/login")
    with work() as session:
        last = session.exec(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (last.stream, last.action) == (f"account:{account.id}", "end_sessions")


def test_signing_in_always_makes_a_new_session_and_ends_the_one_before(browser):
    form = {"token": masked("t"), "username": OPERATOR, "password": DEMO_PASSWORD, "next": "/"}

    def enter(session):
        browser.client.cookies.clear()
        browser.client.cookies.update({"hotline_form": "t", "hotline_session": session})
        return browser.post("/login", form, follow=False).headers["set-cookie"].split("=")[1][:43]

    first = enter("chosen-by-somebody-else")
    second = enter(first)

    assert len({"chosen-by-somebody-else", first, second}) == 3
    again = Browser()
    again.client.cookies.set("hotline_session", first)
    assert again.get("/desk", follow=False).status_code == 303


def test_a_locked_account_is_unlocked_by_the_administrator(as_):
    for _ in range(5):
        Browser().sign_in(OPERATOR, password="wrong")
    admin = as_(ADMIN)
    page = admin.get("/admin/accounts").text
    assert page.count("/admin/accounts/unlock") == 1
    with work() as session:
        account_id = session.exec(select(Account.id).where(Account.username == OPERATOR)).one()

    admin.post("/admin/accounts/unlock", id=str(account_id))

    assert Browser().sign_in(OPERATOR).status_code == 200


@pytest.mark.parametrize("host", ["http://hotline.internal", "http://10.1.2.3:8000"])
def test_a_plain_http_name_that_is_not_this_machine_works(browser, host):
    """Such browsers send Origin and no Sec-Fetch headers; a Secure cookie would never come back."""
    browser.client.base_url = host
    browser.get("/login")
    fields = {"token": browser.hidden("token"), "username": OPERATOR, "next": "/"}

    answer = browser.post("/login", fields, origin=host, password=DEMO_PASSWORD, follow=False)

    assert answer.status_code == 303
    assert "secure" not in answer.headers["set-cookie"].lower()
    assert browser.get("/desk").status_code == 200
    assert browser.post("/me/sessions/end", origin=HOST).status_code == 403
