"""A supervisor approves a letter in a real browser: reviewed, signed, sent, by hand and by keys."""

from selenium.webdriver.common.keys import Keys

from engine import clock
from engine.models import Letter
from engine.store.database import work
from tests.actions import letter_steps as letters
from tests.builders import SECOND_SUPERVISOR, a_signed_ticket
from tests.pages.screens import IN_A_BROWSER, chord, find, sign_in, until, width_of

pytestmark = IN_A_BROWSER


def drafted():
    letter_id = letters.proposed(a_signed_ticket(clock.now()), clock.now())
    letters.draft(letter_id, clock.now())
    return letter_id


def state(letter_id):
    with work() as session:
        letter = session.get_one(Letter, letter_id)
        return letter.status.value, bool(letter.number)


def test_a_supervisor_approves_a_letter_and_nothing_goes_out_unasked(site, screen):
    letter_id = drafted()
    sign_in(screen, site, SECOND_SUPERVISOR, "/letters")

    find(screen, f"a[href='/letters/{letter_id}']").click()
    until(screen, lambda: find(screen, "img.a4").get_property("naturalWidth") > 0)
    find(screen, "button[formaction$='/review']").click()
    until(screen, lambda: "已核稿" in find(screen, ".done").text)
    find(screen, "a[href$='?step=approve']").click()
    until(screen, lambda: "确认签发" in find(screen, "main").text)
    assert state(letter_id) == ("reviewed", False)
    chord(screen, Keys.CONTROL, Keys.ENTER)
    until(screen, lambda: "已签发，编号" in find(screen, ".done").text)
    find(screen, "a[href$='?step=send']").click()
    until(screen, lambda: "确认发出" in find(screen, "main").text)
    assert state(letter_id) == ("signed", True)
    chord(screen, Keys.CONTROL, Keys.ENTER)

    until(screen, lambda: "已发 " in find(screen, ".done").text)
    assert state(letter_id) == ("sent", True)
    assert width_of(screen) <= 1366
