"""On a telephone charts can be read and what is pressed is large; on paper a list is short."""

import base64
from io import BytesIO

import pikepdf
import pytest

from engine import clock
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_dispatched_ticket
from tests.pages.busy import busy
from tests.pages.screens import IN_A_BROWSER, found, sign_in, width_of

pytestmark = IN_A_BROWSER
LEAST_TEXT, LEAST_TOUCH = 11, 44
# How large the letters of every chart are as seen: a drawing made smaller has smaller letters.
LETTERS = """
return [...document.querySelectorAll('.chart text')].map(one => {
    const chart = one.ownerSVGElement, seen = chart.getBoundingClientRect().width;
    return parseFloat(getComputedStyle(one).fontSize) * seen / chart.viewBox.baseVal.width;
})
"""
SMALL = """
const pressed = 'button, .btn, summary, .top a, select, input';
return [...document.querySelectorAll(pressed)].filter(one => {
    const box = one.getBoundingClientRect();
    const boxed = /radio|checkbox/.test(one.type) && one.closest('label, td');
    return box.width && !boxed && !one.closest('.vh, .skip') && !one.matches('.vh, .brand')
        && box.height < arguments[0] - 0.6;
}).map(one => one.outerHTML.slice(0, 80))
"""


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_letters_of_every_chart_can_be_read(site, database, request, size):
    busy(database, 300)
    browser = request.getfixturevalue(size)
    sign_in(browser, site, SUPERVISOR)

    for path in ("/supervise", "/supervise/figures", "/supervise/units", "/supervise/sight"):
        browser.get(f"{site}{path}")
        letters = browser.execute_script(LETTERS)
        assert letters, path
        assert min(letters) >= LEAST_TEXT, path
        assert width_of(browser) <= browser.execute_script("return innerWidth"), path


@pytest.mark.parametrize(
    ("who", "paths"),
    [
        (MARKET, ("/unit", "/tickets/{number}", "/tickets/{number}/answer")),
        (OPERATOR, ("/desk", "/tickets/new", "/tickets/{number}", "/profile")),
        (SUPERVISOR, ("/supervise", "/supervise/breaches", "/rules/tasks", "/calendar/import")),
    ],
)
def test_what_is_pressed_on_a_telephone_is_large_enough(site, phone, who, paths):
    number = a_dispatched_ticket(clock.now())
    sign_in(phone, site, who)

    small = {}
    for path in paths:
        phone.get(f"{site}{path.format(number=number)}")
        small[path] = phone.execute_script(SMALL, LEAST_TOUCH)

    assert {path: these for path, these in small.items() if these} == {}


def test_a_telephone_shows_no_keys_that_it_does_not_have(site, phone):
    sign_in(phone, site, OPERATOR, "/desk")

    shown = [one.text for one in found(phone, "kbd") if one.is_displayed()]

    assert shown == []
    assert "F2" not in phone.find_element("css selector", "body").text


def test_a_short_breach_ledger_is_printed_on_one_page(site, database, screen):
    busy(database, 60)
    sign_in(screen, site, SUPERVISOR, "/supervise/breaches")
    rows = found(screen, "main tbody tr")
    for row in rows[5:]:
        screen.execute_script("arguments[0].remove()", row)

    printed = screen.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    with pikepdf.open(BytesIO(base64.b64decode(printed["data"]))) as paper:
        sizes = [[float(one) for one in page.mediabox[2:]] for page in paper.pages]

    assert len(rows) >= 5
    assert len(sizes) == 1
    assert sizes[0][0] > sizes[0][1]
