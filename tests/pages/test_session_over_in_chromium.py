"""A session that is over, a page that is old: what was typed stays, and goes on."""

from sqlmodel import delete

from engine.actions.setup import DEMO_PASSWORD
from engine.models import AccountSession
from engine.store.database import work
from tests.builders import OPERATOR, SUPERVISOR
from tests.pages.screens import IN_A_BROWSER, find, found, keys, sign_in, until
from tests.pages.test_desk_in_chromium import drafts
from tests.pages.test_rules_pages import CSV

pytestmark = IN_A_BROWSER
STALE = "for (const one of document.querySelectorAll('[name=csrf]')) one.value = 'old'"


def end_every_session():
    with work() as session:
        session.exec(delete(AccountSession))


def test_a_form_without_a_draft_keeps_what_was_typed_when_the_session_is_over(site, screen):
    sign_in(screen, site, SUPERVISOR, "/calendar/import")
    find(screen, "#text").send_keys(CSV)
    find(screen, "#number").send_keys("试验〔2026〕1号")
    screen.execute_script("document.querySelector('#dated').value = '2026-11-20'")
    end_every_session()

    find(screen, "form[data-main] .go").click()
    until(screen, lambda: found(screen, "dialog"))
    find(screen, "dialog #username").send_keys(SUPERVISOR)
    find(screen, "dialog #password").send_keys(DEMO_PASSWORD)
    find(screen, "dialog .go").click()
    until(screen, lambda: not found(screen, "dialog"))
    assert find(screen, "#text").get_attribute("value") == CSV
    find(screen, "form[data-main] .go").click()

    until(screen, lambda: "差异 13 天" in find(screen, "main").text)


def test_a_page_from_before_an_update_or_a_second_sign_in_keeps_its_draft(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    screen.execute_script(STALE)

    find(screen, "#content").send_keys("窗口说系统坏了，让我们下周")

    until(screen, lambda: "草稿已存" in find(screen, "[data-saved]").text, 15)
    assert not found(screen, ".bar")
    assert drafts() == ["窗口说系统坏了，让我们下周"]


def test_nothing_of_an_old_page_goes_in_the_name_of_somebody_else(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    screen.execute_script(STALE)
    screen.execute_script("document.querySelector('.who a').textContent = '另一个人'")

    find(screen, "#content").send_keys("窗口说系统坏了，让我们下周")

    until(screen, lambda: "草稿还没有存上" in find(screen, ".bar").text)
    assert drafts() == []


def test_the_list_of_keys_names_only_those_of_this_page(site, screen):
    sign_in(screen, site, SUPERVISOR, "/tickets/new")
    keys(screen, "\ue031")
    until(screen, lambda: found(screen, "dialog"))
    logging = find(screen, "dialog").text
    screen.get(f"{site}/calendar/import")
    find(screen, "footer [data-keys]").click()
    until(screen, lambda: found(screen, "dialog"))
    importing = find(screen, "dialog").text

    assert all(key in logging for key in ("F8", "F9", "Alt+1…5", "Ctrl+Enter"))
    assert "返回上一层" not in logging
    assert "Ctrl+Enter" in importing
    assert not any(key in importing for key in ("F8", "F9", "Alt+1…5", "返回上一层"))
