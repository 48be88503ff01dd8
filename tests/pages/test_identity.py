"""Sign-in by the site's identity server, against a real one over HTTP."""

import sys
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from sqlmodel import func, select

from engine.actions.people import account_by_name
from engine.delivery import identity
from engine.models import Account
from engine.settings import load_settings
from engine.store.database import work
from tests.builders import OPERATOR
from tests.pages.conftest import HOST, Browser
from tests.pages.identity_server import SECRET, identity_server


@pytest.fixture
def there(monkeypatch):
    with identity_server() as made:
        monkeypatch.setenv("HOTLINE_OIDC_ISSUER", made.address)
        monkeypatch.setenv("HOTLINE_OIDC_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("HOTLINE_BASE_URL", HOST)
        load_settings.cache_clear()
        identity._known.clear()
        yield made


def away_and_back(browser: Browser, wanted="/") -> str:
    """Go to the identity server as a browser would; return the address it sends one back to."""
    address = browser.get(f"/login/oidc?next={wanted}", follow=False).headers["location"]
    back = httpx2.get(address, follow_redirects=False).headers["location"]
    return back.removeprefix(HOST)


def enter(browser: Browser, wanted="/") -> str:
    return browser.get(away_and_back(browser, wanted)).text


def changed(username, **facts):
    with work() as session:
        account = account_by_name(session, username)
        for name, value in facts.items():
            setattr(account, name, value)


def accounts():
    with work() as session:
        return session.exec(select(func.count()).select_from(Account)).one()


def test_without_an_identity_server_there_is_no_button_and_no_page(browser):
    assert "/login/oidc" not in browser.get("/login").text
    assert browser.get("/login/oidc").status_code == 404


def test_an_identity_opens_the_desk_of_its_account(browser, there):
    offered = browser.get("/login?next=/tickets/new").text

    page = enter(browser, "/tickets/new")

    assert 'href="/login/oidc?next=/tickets/new"' in offered
    assert "<h1>登记工单" in page
    assert "演示话务员" in page


def test_the_way_there_carries_proof_key_state_and_nonce(browser, there):
    address = browser.get("/login/oidc", follow=False).headers["location"]

    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 32
    assert len(asked["nonce"][0]) >= 32
    assert asked["redirect_uri"] == [f"{HOST}/login/oidc/back"]
    assert asked["scope"] == ["openid profile"]


def test_an_identity_makes_no_account(browser, there):
    there.name, before = "stranger", accounts()

    page = enter(browser)

    assert "没有对应的账号" in page
    assert accounts() == before
    assert browser.get("/desk").url.path == "/login"


def test_what_the_server_says_of_roles_gives_none(browser, there):
    there.wrong = {"roles": ["administrator"], "role": "administrator"}

    enter(browser)

    assert browser.get("/admin").status_code == 403


def test_a_disabled_account_stays_out(browser, there):
    changed(OPERATOR, active=False)

    assert "账号已停用" in enter(browser)


@pytest.mark.parametrize(
    "wrong",
    [{"nonce": "another"}, {"aud": "another"}, {"iss": "https://elsewhere.test"}, {"exp": 1},
     {"azp": "another", "aud": ["hotline", "another"]}, {"preferred_username": ""},
     {"email_verified": False}],
)  # fmt: skip
def test_a_statement_that_does_not_fit_lets_nobody_in(browser, there, wrong):
    there.wrong = wrong

    page = enter(browser)

    assert "统一身份认证" in page
    assert browser.get("/desk").url.path == "/login"


def test_a_statement_signed_by_another_key_lets_nobody_in(browser, there):
    there.signs_with = RSAKey.generate_key(2048, {"kid": "1"})

    assert "核对不上" in enter(browser)


def test_an_unsigned_statement_lets_nobody_in(browser, there, monkeypatch):
    signed = there.statement

    def unsigned(asked):
        _, body, _ = signed(asked).split(".")
        return f"eyJhbGciOiJub25lIn0.{body}."

    monkeypatch.setattr(there, "statement", unsigned)

    assert "核对不上" in enter(browser)


def test_new_keys_of_the_server_are_read_when_they_come(browser, there):
    enter(browser)
    there.key = RSAKey.generate_key(2048, {"kid": "2"})

    assert "演示话务员" in enter(Browser())


def test_who_did_not_begin_here_is_not_let_in(browser, there):
    back = away_and_back(browser)

    assert "不是从本页开始的" in Browser().get(back).text
    assert "不是从本页开始的" in browser.get("/login/oidc/back?code=code-0&state=another").text


def test_a_code_works_once(browser, there):
    back = away_and_back(browser)
    kept = dict(browser.client.cookies)
    browser.get(back)
    other = Browser()
    other.client.cookies.update(kept)

    assert "核对不上" in other.get(back).text


def test_a_refusal_of_the_server_is_said(browser, there):
    state = parse_qs(urlsplit(away_and_back(browser)).query)["state"][0]

    page = browser.get(f"/login/oidc/back?error=access_denied&state={state}").text

    assert "没有同意登录" in page


def test_while_the_server_is_away_passwords_let_people_in(browser, there, monkeypatch):
    monkeypatch.setenv("HOTLINE_OIDC_ISSUER", "http://127.0.0.1:9")
    load_settings.cache_clear()

    answer = browser.get("/login/oidc")

    assert answer.status_code == 503
    assert "用账号和密码登录" in answer.text
    assert browser.sign_in(OPERATOR).status_code == 200


def test_without_the_extra_the_button_says_what_is_missing(browser, there, monkeypatch):
    monkeypatch.setitem(sys.modules, "authlib.oidc.core", None)

    answer = browser.get("/login/oidc")

    assert answer.status_code == 503
    assert "hotline-12345[oidc]" in answer.text


def test_signing_out_offers_to_sign_out_there_too(browser, there):
    enter(browser)
    browser.get("/desk")

    page = browser.post("/logout").text
    address = browser.get("/login/oidc/leave", follow=False).headers["location"]

    assert "/login/oidc/leave" in page
    assert address.startswith(f"{there.address}/leave?")
    assert "post_logout_redirect_uri=http%3A%2F%2Fhotline.test%2Flogin" in address
    assert browser.get("/desk").url.path == "/login"


def test_a_one_time_password_ends_when_its_owner_comes_by_identity(browser, there):
    changed(OPERATOR, must_change_password=True)

    page = enter(browser)

    assert "修改密码</h1>" not in page
    assert "账号或密码不对" in Browser().sign_in(OPERATOR).text


def test_an_address_finds_its_one_account(browser, there, monkeypatch):
    monkeypatch.setenv("HOTLINE_OIDC_CLAIM", "email")
    load_settings.cache_clear()
    there.wrong = {"email": "Huawu@demo.invalid"}

    assert "演示话务员" in enter(browser)
    changed("zhidu", email="huawu@demo.invalid")
    assert "没有对应的账号" in enter(Browser())
