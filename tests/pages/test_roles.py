"""Every page, asked by everybody: who may open it does, who may not is told so in Chinese."""

import pytest
from fastapi.testclient import TestClient

from api.main import create_app
from api.pages.token import masked
from api.pages.visit import COOKIE
from engine.actions import sessions
from engine.actions.people import NewAccount, create_account
from engine.models import Account
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import Role
from tests.actions.letter_steps import proposed
from tests.builders import MARKET, a_ticket_to_call_back, moment
from tests.pages.conftest import HOST, NOW
from tests.structure.page_roles import OPEN, PAGES, roles

EXAMPLES = {
    "name": "note", "letter_id": "1", "breach_id": "1", "request_id": "1", "kind": "pdf",
    "what": "approve", "secret": "none", "form_id": "call-1", "page": "1", "key": "returns.window",
    "subscription": "1", "attachment_id": "1", "view_id": "1", "finding_id": "1", "row": "1",
    "entry_id": "1", "bulletin_id": "1", "mail_id": "1", "reply_id": "1",
}  # fmt: skip
OTHERS = {
    "GET /supervise/export/{name}.xlsx": {"name": "units"},
    "GET /supervise/export/{name}.csv": {"name": "units"},
    "GET /tickets/{number}/{name}/page-{page}.png": {"name": "order"},
    "GET /tickets/{number}/{name}/file.pdf": {"name": "order"},
    "GET /admin/{page}": {"page": "accounts"}, "GET /static/{name}": {"name": "desk.css"},
    "POST /admin/{page}/{what}": {"page": "accounts", "what": "add"},
    "POST /admin/keys/{what}": {"what": "add"},
    "POST /admin/webhooks/{subscription}/{what}": {"what": "try"},
    **{page: {"number": "1"} for page in PAGES if "/changes/" in page or "/bulk/" in page},
}  # fmt: skip
FORMS = [page for page in PAGES if page.startswith("POST") and PAGES[page] != OPEN]


@pytest.fixture
def number(database, frozen):
    number = a_ticket_to_call_back("Mon 2026-11-23 09:00", MARKET)
    proposed(number)
    return number


@pytest.fixture
def client(database, frozen):
    return TestClient(create_app(), base_url=HOST, follow_redirects=False)


@pytest.fixture
def people(database):
    """Return somebody of every role; the unit's people are of the unit that has the ticket."""
    found = {}
    with work() as session:
        unit = store.unit_by_name(session, MARKET)
        for role in Role:
            new = NewAccount(
                username=f"a_{role.value}", name="某人", role=role, password_hash="-",
                unit_id=unit.id if role in (Role.HANDLER, Role.UNIT_LEADER) else None,
            )  # fmt: skip
            found[role] = create_account(session, new, moment(NOW)).id
    return found


def sit_down(client, account_id):
    """Sign somebody in without the long check of a password; return the token of his forms."""
    with work() as session:
        account = session.get_one(Account, account_id)
        entered = sessions.open_session(session, account, moment(NOW), sessions.Browser())
    client.cookies.set(COOKIE, entered.secret)
    return masked(entered.session.csrf)


def asked(client, page, number, csrf="", origin=HOST):
    method, path = page.split(" ")
    address = path.format(**{**EXAMPLES, "number": number, **OTHERS.get(page, {})})
    data = {"csrf": csrf} if method == "POST" else None
    return client.request(method, address, data=data, headers={"origin": origin})


@pytest.mark.parametrize("role", list(Role))
def test_a_page_opens_for_those_it_is_for_and_tells_everybody_else(role, client, people, number):
    opened = set()
    for page in PAGES:
        answer = asked(client, page, number, sit_down(client, people[role]))
        assert answer.status_code not in (401, 500), page
        if answer.status_code == 403:
            assert "没有这项权限" in answer.text or "不看工单内容" in answer.text, page
        else:
            opened.add(page)

    assert opened == {page for page in PAGES if role in roles(page)}


def test_a_stranger_is_sent_to_sign_in_from_every_page(client, number):
    for page in PAGES:
        if PAGES[page] != OPEN:
            answer = asked(client, page, number)
            there = answer.headers.get("location", "")
            assert answer.status_code == 401 or there.startswith("/login"), page


@pytest.mark.parametrize("page", FORMS)
def test_a_form_without_its_token_or_from_another_site_is_refused(page, client, people, number):
    for role in sorted(roles(page))[:1]:
        csrf = sit_down(client, people[role])

        assert asked(client, page, number, "another").status_code in (403, 404, 422)
        assert asked(client, page, number, csrf, "http://elsewhere.test").status_code == 403
        assert asked(client, page, number, csrf).status_code != 403


def test_every_answer_forbids_foreign_scripts(client, number):
    for page in [*PAGES, "GET /nowhere", "GET /api/v1/tickets", "GET /health/live"]:
        policy = asked(client, page, number).headers["content-security-policy"]

        assert "default-src 'none'" in policy, page
        assert "unsafe" not in policy, page


def test_every_address_for_programs_wants_a_key(client, number):
    contexts = [one for part in client.app.routes if hasattr(part, "effective_route_contexts")
                for one in part.effective_route_contexts()]  # fmt: skip
    for one in contexts:
        if one.path.startswith("/api/v1"):
            address = one.path.replace("{number}", number).replace("{deadline_id}", "1")
            address = address.replace("{attachment_id}", "1")
            answer = client.request(next(iter(one.methods)), address)
            assert answer.status_code == 401, one.path
