"""An operator's day in a real browser: keys, lost sessions, two tabs, files, news."""

import pytest
from selenium.webdriver.common.keys import Keys
from sqlmodel import select

from engine import clock
from engine.actions import unit_work
from engine.actions.drafts import typed_in
from engine.models import AccountSession, Attachment, Draft
from engine.store.database import work
from tests import files
from tests.builders import MARKET, OPERATOR, a_dispatched_ticket, on_ticket, status_of
from tests.pages.screens import (
    IN_A_BROWSER,
    chord,
    chromium,
    find,
    found,
    free_port,
    keys,
    serving,
    sign_in,
    tickets,
    until,
)

pytestmark = IN_A_BROWSER
TEXT = "我公司办理营业执照变更登记，窗口反复要求补材料"


def end_every_session():
    with work() as session:
        for row in session.exec(select(AccountSession)):
            row.revoked_at = clock.now()


def drafts():
    with work() as session:
        found = session.exec(select(Draft).order_by(Draft.id)).all()
        return [typed_in(one).get("content", [""])[0] for one in found]


def call(screen, text=TEXT):
    find(screen, "#phone").send_keys("0772-0000000")
    find(screen, "#content").send_keys(text)


def test_an_expired_session_is_renewed_over_the_form_and_the_text_stays(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    find(screen, "#phone").send_keys("0772-0000000")
    end_every_session()

    find(screen, "#content").send_keys(TEXT)
    until(screen, lambda: "登录已过期" in find(screen, "dialog").text)
    find(screen, "dialog #username").send_keys(OPERATOR)
    find(screen, "dialog #password").send_keys("wrong", Keys.ENTER)
    until(screen, lambda: "账号或密码不对" in find(screen, "dialog p").text)
    find(screen, "dialog #password").clear()
    find(screen, "dialog #password").send_keys("hotline-demo-2026", Keys.ENTER)
    until(screen, lambda: not found(screen, "dialog"))

    assert find(screen, "#content").get_attribute("value") == TEXT
    chord(screen, Keys.CONTROL, Keys.ENTER)
    until(screen, lambda: len(tickets()) == 1)
    assert "已登记 LZ" in until(screen, lambda: find(screen, ".done")).text


def test_half_typed_text_survives_a_server_that_dies_and_comes_back(database):
    port = free_port()
    with chromium(1366, 768) as screen:
        with serving(database, port) as site:
            sign_in(screen, site, OPERATOR, "/tickets/new")
            find(screen, "#content").send_keys("窗口说系统坏了")
            until(screen, lambda: "草稿已存" in find(screen, "[data-saved]").text)
        find(screen, "#content").send_keys("，让我们下周再来")
        until(screen, lambda: "与服务器断开" in find(screen, ".bar").text)
        with serving(database, port):
            until(screen, lambda: not found(screen, ".bar"), 15)

            assert drafts() == ["窗口说系统坏了，让我们下周再来"]


@pytest.mark.parametrize("way", ["a link", "F2"])
def test_the_last_words_are_kept_however_soon_one_leaves_the_form(site, screen, way):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    find(screen, "#content").send_keys("窗口说系统坏了")
    until(screen, lambda: "草稿已存" in find(screen, "[data-saved]").text)
    find(screen, "#content").send_keys("，让我们下周再来")

    if way == "F2":
        keys(screen, Keys.F2)
        until(screen, lambda: find(screen, "#content").get_attribute("value") == "")
    else:
        find(screen, ".top nav a[href='/desk']").click()
        until(screen, lambda: found(screen, "#lists"))

    until(screen, lambda: drafts() == ["窗口说系统坏了，让我们下周再来"], 5)


def test_a_form_that_is_only_looked_at_leaves_no_draft(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    screen.execute_script(
        "const f=window.fetch;window.fetch=(u,o)=>{sessionStorage.sent="
        "(sessionStorage.sent||'')+u;return f(u,o)}"
    )

    find(screen, ".top nav a[href='/desk']").click()
    until(screen, lambda: found(screen, "#lists"))

    assert "/drafts" not in (screen.execute_script("return sessionStorage.sent") or "")


def test_two_tabs_of_one_draft_keep_a_text_each(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    find(screen, "#content").send_keys("第一页写的")
    until(screen, lambda: "草稿已存" in find(screen, "[data-saved]").text)
    address, first = screen.current_url, screen.current_window_handle

    screen.switch_to.new_window("tab")
    screen.get(address)
    second = screen.current_window_handle
    screen.switch_to.window(first)
    find(screen, "#content").send_keys("，第一页接着写")
    until(screen, lambda: drafts() == ["第一页写的，第一页接着写"])
    screen.switch_to.window(second)
    find(screen, "#content").send_keys("，第二页也写")
    until(screen, lambda: len(drafts()) == 2)

    assert set(drafts()) == {"第一页写的，第一页接着写", "第一页写的，第二页也写"}
    assert screen.current_url != address


def test_f8_keeps_a_draft_and_f9_answers_on_the_spot(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    call(screen)
    chord(screen, Keys.ALT, "q")

    keys(screen, Keys.F8)
    until(screen, lambda: "草稿已存" in find(screen, ".done").text)
    keys(screen, Keys.F9)
    until(screen, lambda: screen.switch_to.active_element.get_attribute("id") == "spot_words")
    keys(screen, "已告知带正副本到三楼", Keys.TAB, Keys.SPACE)
    keys(screen, Keys.F9)

    until(screen, lambda: "当场答复，已办结" in find(screen, ".done").text)
    assert [one.status.value for one in tickets()] == ["closed"]
    assert drafts() == []


def test_what_was_logged_is_taken_back_by_one_press_and_stands_there_again(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    call(screen)
    chord(screen, Keys.CONTROL, Keys.ENTER)
    until(screen, lambda: found(screen, "[data-left]"))

    find(screen, "[data-left]").click()

    until(screen, lambda: "已撤回作废" in find(screen, ".done").text)
    assert status_of(tickets()[0].number) == "voided"
    assert find(screen, "#content").get_attribute("value") == TEXT


def test_keys_do_nothing_once_they_are_switched_off(site, screen):
    sign_in(screen, site, OPERATOR, "/profile")
    find(screen, "[name=shortcuts]").click()
    find(screen, "main .go").click()
    until(screen, lambda: found(screen, ".done"))

    keys(screen, Keys.F2)
    keys(screen, "?")

    assert screen.current_url.endswith("/profile")
    assert not found(screen, "dialog")


def test_a_file_goes_up_as_soon_as_it_is_chosen_and_the_form_stays(site, screen, tmp_path):
    path = tmp_path / "执照.pdf"
    path.write_bytes(files.PDF)
    sign_in(screen, site, OPERATOR, "/tickets/new")
    call(screen)

    screen.execute_script("document.querySelector('#file').closest('details').open = true")
    find(screen, "#file input[type=file]").send_keys(str(path))
    until(screen, lambda: "执照.pdf" in find(screen, "#file [data-list]").text)

    assert find(screen, "#content").get_attribute("value") == TEXT
    chord(screen, Keys.CONTROL, Keys.ENTER)
    until(screen, lambda: len(tickets()) == 1)
    with work() as session:
        assert session.exec(select(Attachment)).one().ticket_id == tickets()[0].id


def test_a_file_that_is_too_large_is_said_before_it_is_sent(site, screen, tmp_path):
    path = tmp_path / "录像.pdf"
    path.write_bytes(files.PDF + bytes(10_000_001))
    sign_in(screen, site, OPERATOR, "/tickets/new")

    screen.execute_script("document.querySelector('#file').closest('details').open = true")
    field = find(screen, "#file input[type=file]")
    field.send_keys(str(path))

    message = until(screen, lambda: field.get_property("validationMessage"))
    assert "超过 10 MB" in message


def test_news_of_a_ticket_stand_in_a_bar_and_touch_no_form(site, screen):
    number = a_dispatched_ticket(clock.now())
    sign_in(screen, site, OPERATOR, f"/tickets/{number}/supplement")
    find(screen, "#text").send_keys("企业补充说明")
    on_ticket(number, clock.now(), MARKET, unit_work.sign_for)

    screen.execute_script("return renew()")

    bar = find(screen, "[data-news]")
    assert "工单有新进展" in bar.text
    assert "签收" in bar.text
    assert find(screen, "#text").get_attribute("value") == "企业补充说明"


def test_somebody_was_faster_and_the_words_stand_beside_what_is_new(site, screen):
    number = a_dispatched_ticket(clock.now())
    sign_in(screen, site, OPERATOR, f"/tickets/{number}/supplement")
    find(screen, "#text").send_keys("企业补充说明")
    on_ticket(number, clock.now(), MARKET, unit_work.sign_for)

    find(screen, "form[data-main] .go").click()

    until(screen, lambda: "刚被 区市场监管局演示承办人 改过" in find(screen, ".errsum").text)
    assert "签收" in find(screen, "main .note h2 + p").text
    assert find(screen, "#text").get_attribute("value") == "企业补充说明"


def test_arrows_walk_a_list_and_escape_leads_back(site, screen):
    numbers = [a_dispatched_ticket(clock.now()) for _ in range(2)]
    sign_in(screen, site, OPERATOR, "/desk?list=today&who=all")

    keys(screen, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
    until(screen, lambda: "/tickets/LZ" in screen.current_url)
    assert screen.current_url.endswith(numbers[0])
    screen.get(f"{site}/tickets/{numbers[0]}/supplement")
    keys(screen, Keys.ESCAPE)

    until(screen, lambda: screen.current_url.endswith(numbers[0]))


def test_the_list_renews_itself_and_leaves_a_form_in_use_alone(site, screen):
    sign_in(screen, site, OPERATOR, "/desk?list=today&who=all")
    number = a_dispatched_ticket(clock.now())

    screen.execute_script("return renew()")
    assert number in find(screen, "#list").text
    assert find(screen, "#lists").text.count("1") >= 1
    end_every_session()
    screen.execute_script("return renew()")

    until(screen, lambda: "登录已过期" in find(screen, "dialog").text)


@pytest.mark.parametrize("path", ["/desk?list=callback", "/drafts", "/profile"])
def test_without_the_script_the_desk_still_works(site, screen, path):
    screen.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    sign_in(screen, site, OPERATOR, "/tickets/new")
    call(screen)
    find(screen, "form[data-main] .go").click()
    until(screen, lambda: len(tickets()) == 1)
    find(screen, "form[action$='/void'] button").click()
    until(screen, lambda: status_of(tickets()[0].number) == "voided")
    assert find(screen, "#content").get_attribute("value") == TEXT

    screen.get(f"{site}{path}")

    assert found(screen, "h1")
