"""A call in a real browser, by keys alone: who calls is picked, and no press is lost."""

from selenium.webdriver.common.keys import Keys

from engine import clock
from tests.builders import OPERATOR, a_dispatched_ticket
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
from tests.pages.test_desk_in_chromium import TEXT, call, drafts

pytestmark = IN_A_BROWSER


def at(screen):
    return screen.switch_to.active_element.get_attribute("id")


def two_enterprises(phone="0772-5555555"):
    for name in ("演示企业甲", "演示企业乙"):
        a_dispatched_ticket(clock.now(), phone=phone, enterprise=name)


def test_an_enterprise_is_picked_with_the_arrow_keys_and_the_next_field_is_there(site, screen):
    two_enterprises()
    sign_in(screen, site, OPERATOR, "/tickets/new")

    keys(screen, "07725555555")
    until(screen, lambda: len(found(screen, "#caller [data-fill]")) == 2)
    keys(screen, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ARROW_UP)
    assert at(screen) == "enterprise"
    keys(screen, Keys.ARROW_DOWN, Keys.ESCAPE)
    assert at(screen) == "enterprise"
    assert find(screen, "#enterprise").get_attribute("value") == ""
    keys(screen, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)

    assert find(screen, "#enterprise").get_attribute("value") == "演示企业甲"
    assert at(screen) == "contact_name"
    until(screen, lambda: not found(screen, "#caller [type=radio]"))
    assert at(screen) == "contact_name"
    assert len(tickets()) == 2


def test_an_enterprise_is_picked_with_alt_and_a_digit_by_its_pinyin_initials(site, screen):
    two_enterprises()
    sign_in(screen, site, OPERATOR, "/tickets/new")
    keys(screen, Keys.TAB, "ysqy")
    until(screen, lambda: len(found(screen, "#caller [data-fill]")) == 2)

    chord(screen, Keys.ALT, "2")

    assert find(screen, "#enterprise").get_attribute("value") == "演示企业甲"
    assert at(screen) == "contact_name"


def test_a_digit_typed_into_the_number_chooses_nobody(site, screen):
    two_enterprises()
    sign_in(screen, site, OPERATOR, "/tickets/new")
    keys(screen, Keys.TAB, "ysqy")
    until(screen, lambda: len(found(screen, "#caller [data-fill]")) == 2)
    keys(screen, "1")

    assert find(screen, "#enterprise").get_attribute("value") == "ysqy1"


def test_sent_while_the_server_is_away_nothing_goes_and_all_stays(database):
    port = free_port()
    with chromium(1366, 768) as screen:
        with serving(database, port) as site:
            sign_in(screen, site, OPERATOR, "/tickets/new")
            call(screen)
            until(screen, lambda: "草稿已存" in find(screen, "[data-saved]").text)
        chord(screen, Keys.CONTROL, Keys.ENTER)
        until(screen, lambda: "没有提交" in find(screen, ".bar").text)

        assert find(screen, "#content").get_attribute("value") == TEXT
        with serving(database, port):
            until(screen, lambda: not found(screen, ".bar"), 15)
            assert tickets() == []
            chord(screen, Keys.CONTROL, Keys.ENTER)
            until(screen, lambda: "已登记 LZ" in find(screen, ".done").text)
    assert len(tickets()) == 1
    assert drafts() == []


def test_no_key_raises_an_error_while_one_types(site, screen):
    sign_in(screen, site, OPERATOR, "/tickets/new")
    find(screen, "#content").send_keys("a?b", Keys.ARROW_DOWN, Keys.ESCAPE, Keys.HOME)

    said = [one["message"] for one in screen.get_log("browser") if "Error" in one["message"]]
    assert said == []
