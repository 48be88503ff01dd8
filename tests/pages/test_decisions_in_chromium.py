"""Ctrl+Enter decides nothing but what its form is for; what is half typed outlives the server."""

import pytest
from selenium.webdriver.common.keys import Keys

from engine import clock
from engine.actions.adjusting import request_extension
from engine.models import ExtensionRequest, Letter
from engine.store.database import work
from tests.actions.letter_steps import draft, proposed
from tests.builders import MARKET, SECOND_SUPERVISOR, a_signed_ticket, on_ticket
from tests.pages.screens import (
    IN_A_BROWSER,
    chord,
    chromium,
    find,
    free_port,
    serving,
    sign_in,
    until,
)

pytestmark = IN_A_BROWSER
NO = "不同意：没有写明已办到哪一步。"


def an_extension():
    number = a_signed_ticket(clock.now())
    on_ticket(number, clock.now(), MARKET, lambda s, t: request_extension(s, t, 1, "需现场检测"))
    return "/supervise/extensions/1", "#reason", ExtensionRequest, "pending"


def a_draft():
    draft(proposed(a_signed_ticket(clock.now()), clock.now()), clock.now())
    return "/letters/1", "#opinion", Letter, "drafted"


@pytest.mark.parametrize("waiting", [an_extension, a_draft])
def test_the_key_in_the_box_of_a_refusal_does_not_agree(site, screen, waiting):
    address, box, what, state = waiting()
    sign_in(screen, site, SECOND_SUPERVISOR, address)
    find(screen, box).send_keys(NO)

    chord(screen, Keys.CONTROL, Keys.ENTER)

    screen.get(f"{site}/supervise")  # whatever was sent has been answered
    with work() as session:
        row = session.get_one(what, 1)
        assert str(getattr(row, "state", "") or row.status) == state


@pytest.mark.parametrize("waiting", [an_extension, a_draft])
def test_a_decision_half_typed_survives_a_server_that_dies_and_comes_back(database, waiting):
    address, box, *_ = waiting()
    port = free_port()
    with chromium(1366, 768) as screen:
        with serving(database, port) as site:
            sign_in(screen, site, SECOND_SUPERVISOR, address)
            find(screen, box).send_keys(NO)
            until(screen, lambda: "草稿已存" in find(screen, "[data-saved]").text)
        with serving(database, port):
            screen.get(f"{site}{address}")

            assert find(screen, box).get_attribute("value") == NO
            assert "自动保存的草稿" in find(screen, "[data-saved]").text
