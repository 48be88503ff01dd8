"""Real keys in a real browser, on a plain-HTTP name that is not localhost."""

import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from sqlmodel import select

from engine import clock
from engine.actions.drafts import typed_in
from engine.actions.routing import hold
from engine.models import Draft
from engine.store.database import work
from tests.builders import (
    MARKET,
    OPERATOR,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    on_ticket,
    status_of,
)
from tests.pages.screens import (
    IN_A_BROWSER,
    chord,
    find,
    found,
    keys,
    sign_in,
    tickets,
    until,
    width_of,
)

pytestmark = IN_A_BROWSER


def test_an_operator_logs_ten_tickets_without_the_mouse(site, screen):
    sign_in(screen, site, OPERATOR)
    keys(screen, Keys.F2)

    for count in range(1, 11):
        until(screen, lambda: screen.switch_to.active_element.get_attribute("id") == "phone")
        keys(screen, f"0772-00000{count:02d}", Keys.TAB, "演示企业甲", Keys.TAB, "演示联系人")
        chord(screen, Keys.ALT, "w")
        find(screen, "#content").send_keys("我公司办理营业执照变更登记，窗口反复要求补材料")
        until(screen, lambda: screen.find_elements(By.CSS_SELECTOR, ".sugs input"))
        chord(screen, Keys.ALT, "1")
        chord(screen, Keys.CONTROL, Keys.ENTER)
        until(screen, lambda made=count: len(tickets()) == made)
        until(screen, lambda: "已登记 LZ" in find(screen, ".done").text)

    assert {one.kind.value for one in tickets()} == {"complaint"}
    assert {one.status.value for one in tickets()} == {"accepted"}  # held for the undo window


def test_composing_pinyin_sends_no_half_typed_word(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    screen.execute_script(
        "window.sent=[];const f=window.fetch;window.fetch=(u,o)=>{if(String(u).includes('suggest'))"
        "window.sent.push(new URLSearchParams(o.body).get('content'));return f(u,o)}"
    )
    find(screen, "#content").click()

    for word, half in (("营业执照", "ying'ye'zhi'zhao"), ("变更登记", "bian'geng'deng'ji")):
        for end in range(4, len(half) + 1, 4):
            screen.execute_cdp_cmd(
                "Input.imeSetComposition",
                {"text": half[:end], "selectionStart": end, "selectionEnd": end},
            )
            time.sleep(0.35)
        screen.execute_cdp_cmd("Input.insertText", {"text": word})
        time.sleep(0.6)

    sent = screen.execute_script("return window.sent")
    assert sent == ["营业执照", "营业执照变更登记"]


def test_no_request_carries_a_word_that_is_composed_in_another_field(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    screen.execute_script(
        "window.sent=[];const f=window.fetch;window.fetch=(u,o)=>{if(o&&o.body)"
        "window.sent.push(new URLSearchParams(o.body).get('content'));return f(u,o)}"
    )
    find(screen, "#enterprise").send_keys("演示企业甲")
    find(screen, "#content").click()
    for half in ("ying", "ying'ye"):
        screen.execute_cdp_cmd(
            "Input.imeSetComposition", {"text": half, "selectionStart": 4, "selectionEnd": 4}
        )
        time.sleep(0.5)
    screen.execute_cdp_cmd("Input.insertText", {"text": "营业执照"})
    until(screen, lambda: "营业执照" in screen.execute_script("return window.sent"))

    assert set(screen.execute_script("return window.sent")) == {"营业执照"}


def test_keys_do_nothing_while_a_word_is_being_composed(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")

    screen.execute_script(
        "document.querySelector('#content').dispatchEvent(new KeyboardEvent('keydown',"
        "{key:'Enter',ctrlKey:true,isComposing:true,bubbles:true}))"
    )
    time.sleep(0.3)

    assert screen.current_url.endswith("/tickets/new")
    assert tickets() == []


def test_half_typed_text_is_kept_on_the_server_and_comes_back_after_a_crash(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    find(screen, "#content").send_keys("窗口说系统坏了，让我们下周")

    until(screen, lambda: "草稿已存" in find(screen, "[data-saved]").text)
    kept = screen.current_url
    screen.get("about:blank")
    screen.get(kept)

    assert "draft=call-" in kept
    assert find(screen, "#content").get_attribute("value") == "窗口说系统坏了，让我们下周"
    with work() as session:
        kept_there = typed_in(session.exec(select(Draft)).one())
    assert kept_there["content"] == ["窗口说系统坏了，让我们下周"]


def test_a_lost_server_is_said_and_the_text_stays(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    screen.execute_cdp_cmd("Network.enable", {})
    away = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    screen.execute_cdp_cmd("Network.emulateNetworkConditions", away)

    find(screen, "#content").send_keys("说到一半断网了")
    until(screen, lambda: "与服务器断开" in find(screen, ".bar").text)
    screen.execute_cdp_cmd("Network.emulateNetworkConditions", {**away, "offline": False})

    until(screen, lambda: not screen.find_elements(By.CSS_SELECTOR, ".bar"), 10)
    assert find(screen, "#content").get_attribute("value") == "说到一半断网了"


def test_an_error_takes_the_focus_to_its_summary(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")

    find(screen, "#content").send_keys("太慢")
    chord(screen, Keys.CONTROL, Keys.ENTER)

    until(screen, lambda: screen.title.startswith("有错误："))
    assert "errsum" in screen.switch_to.active_element.get_attribute("class")


def test_a_handler_answers_on_a_telephone(site, phone):
    number = a_signed_ticket(clock.now())
    sign_in(phone, site, MARKET)

    find(phone, f"a[href='/tickets/{number}/answer']").click()
    find(phone, "input[value=solved]").click()
    find(phone, "#text").send_keys("已为企业办结变更登记，执照已送达。")
    find(phone, "#contacted").click()
    find(phone, "form[data-main] .go").click()
    until(phone, lambda: "将发给热线审核" in find(phone, "main").text)
    find(phone, "form[data-main] .go").click()

    until(phone, lambda: "答复已提交" in find(phone, ".done").text)
    assert status_of(number) == "answered"
    assert phone.execute_script("return document.documentElement.scrollWidth") <= 390


def test_on_a_telephone_signing_and_its_neighbour_are_of_one_size(site, phone):
    a_dispatched_ticket(clock.now())
    sign_in(phone, site, MARKET)

    boxes = phone.execute_script(
        "return [...document.querySelectorAll('.card .acts button,.card .acts .btn')]"
        ".slice(0,2).map(e=>{const b=e.getBoundingClientRect();return [b.top,b.width,b.height]})"
    )

    (top, width, height), neighbour = boxes
    assert neighbour == pytest.approx([top, width, height], abs=0.6)
    assert height >= 46


def test_a_table_of_many_columns_scrolls_by_itself_on_a_telephone(site, phone):
    sign_in(phone, site, "guanli", "/admin/accounts")

    assert width_of(phone) <= 390


def test_the_list_of_keys_opens_over_the_form_and_closes(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    find(screen, "#phone").send_keys("0772-1")

    keys(screen, Keys.F1)
    until(screen, lambda: find(screen, "dialog").is_displayed())
    keys(screen, Keys.ESCAPE)

    until(screen, lambda: not found(screen, "dialog"))
    assert find(screen, "#phone").get_attribute("value") == "0772-1"


def test_a_key_on_the_desk_dispatches_only_the_ticket_one_has_walked_to(site, screen):
    first, second = (a_ticket(clock.now()) for _ in range(2))
    for number in (first, second):
        on_ticket(number, clock.now(), None, hold)
    sign_in(screen, site, OPERATOR)

    chord(screen, Keys.ALT, "1")
    time.sleep(0.5)
    assert {status_of(first), status_of(second)} == {"to_be_dispatched"}

    keys(screen, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    walked_to = screen.switch_to.active_element.text
    chord(screen, Keys.ALT, "1")
    until(screen, lambda: "已派" in find(screen, ".done").text)

    dispatched = [one for one in (first, second) if status_of(one) == "dispatched"]
    assert dispatched == [walked_to]


def test_without_the_script_a_ticket_can_still_be_logged_and_errors_are_shown(site, screen):
    screen.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    sign_in(screen, site, OPERATOR, "/tickets/new")

    find(screen, "#content").send_keys("我公司办理营业执照变更登记，窗口反复要求补材料")
    find(screen, "form[data-main] .go").click()
    until(screen, lambda: screen.title.startswith("有错误："))
    find(screen, "#phone").send_keys("0772-0000000")
    find(screen, ".sugs input").click()
    find(screen, "form[data-main] .go").click()

    until(screen, lambda: len(tickets()) == 1)
    assert "派区市场监管局" in find(screen, ".done").text
