import re

import pytest

from api.pages.rendering import STATIC, TEMPLATES
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_signed_ticket

LEADER, ADMINISTRATOR, AUDITOR = "fuzeren", "guanli", "zhidu"

CSS, SCRIPT, FIRST_LOAD = 12_000, 10_000, 20_000


def test_the_stylesheet_and_the_script_stay_small():
    assert (STATIC / "desk.css").stat().st_size <= CSS
    assert (STATIC / "desk.js").stat().st_size <= SCRIPT


def on_the_wire(answer):
    """Return how many bytes an answer took, as it was sent."""
    return int(answer.headers["content-length"])


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (OPERATOR, "/tickets/new"),
        (OPERATOR, "/desk"),
        (OPERATOR, "/tickets/{number}"),
        (SUPERVISOR, "/supervise"),
        (SUPERVISOR, "/supervise/figures"),
        (SUPERVISOR, "/letters"),
        (SUPERVISOR, "/rules/tasks"),
        (MARKET, "/unit"),
        (MARKET, "/tickets/{number}/answer"),
        (LEADER, "/unit"),
        (ADMINISTRATOR, "/admin"),
        (ADMINISTRATOR, "/admin/accounts"),
        (AUDITOR, "/supervise"),
    ],
)
def test_a_first_load_takes_less_than_twenty_kilobytes_of_the_wire(as_, who, path):
    number = a_signed_ticket("Tue 2026-11-24 09:00")
    desk = as_(who)

    page = desk.get(path.format(number=number))
    files = [desk.get(one) for one in re.findall(r'"(/static/desk\.[^"]+)"', page.text)]

    assert page.status_code == 200
    assert len(files) == 2
    assert sum(map(on_the_wire, [page, *files])) <= FIRST_LOAD


def test_templates_hold_no_inline_script_style_or_foreign_address():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\son[a-z]+=|style=|<style|https?://", text), path.name
        assert "|safe" not in text or path.name == "_macros.html", path.name


def test_every_field_of_every_form_has_a_label(as_):
    desk = as_(OPERATOR)
    page = desk.get("/tickets/new").text

    for name in re.findall(r'<(?:input|select|textarea) id="([^"]+)"', page):
        assert f'for="{name}"' in page, name


def test_static_files_are_kept_by_the_browser_and_change_their_address_with_their_content(browser):
    page = browser.get("/login").text
    address = re.search(r'href="(/static/desk\.css\?v=[0-9a-f]{10})"', page)[1]

    answer = browser.client.get(address)

    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert browser.get("/static/secrets.env").status_code == 404


def test_pages_are_not_kept_and_run_only_our_own_script(browser):
    answer = browser.get("/login")

    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
