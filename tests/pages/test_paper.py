"""Sheets as a browser prints them: A4, a page each, and nothing of the site around them."""

import base64
from io import BytesIO

import pikepdf
import pytest

from tests.builders import MARKET, a_dispatched_ticket
from tests.documents.measuring import Page, bands, words_of
from tests.pages.screens import IN_A_BROWSER, sign_in

pytestmark = IN_A_BROWSER
NOW = "Tue 2026-11-24 09:00"


@pytest.mark.parametrize("device", ["screen", "phone"])
def test_a_sheet_is_printed_alone_a_page_to_a_page_and_in_its_size(site, request, tmp_path, device):
    number = a_dispatched_ticket(NOW, MARKET, content="窗口三次要求补材料，每次不同。" * 40)
    browser = request.getfixturevalue(device)
    sign_in(browser, site, MARKET, f"/tickets/{number}/order")

    printed = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    paper = base64.b64decode(printed["data"])
    with pikepdf.open(BytesIO(paper)) as found:
        sizes = [[float(one) * 25.4 / 72 for one in page.mediabox[2:]] for page in found.pages]
    rules = [bands(Page(paper, number, tmp_path).long_black_rows()) for number in (1, 2)]

    assert browser.switch_to.active_element.text == "打印"
    assert sizes == [pytest.approx([210, 297], abs=0.3)] * 2
    assert words_of(paper) == ""
    assert {round(one[2]) for page in rules for one in page} == {25}
    assert {round(one[3]) for page in rules for one in page} == {187}
