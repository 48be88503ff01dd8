"""Whose working days a ticket used (谁用了几天), on its page."""

import re

import pytest

from engine.actions.adjusting import pause, resume
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_signed_ticket, a_ticket, on_ticket
from tests.pages.conftest import NOW


def a_paused_ticket():
    number = a_signed_ticket("Mon 2026-11-09 09:00")
    on_ticket(number, "Wed 2026-11-11 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, "testing"))  # fmt: skip
    on_ticket(number, "Fri 2026-11-13 10:00", SUPERVISOR, resume)
    return number


@pytest.mark.parametrize("who", [OPERATOR, SUPERVISOR, MARKET])
def test_the_shares_stand_as_a_sum_and_the_stays_below(as_, who):
    page = as_(who).get(f"/tickets/{a_paused_ticket()}").text
    card = page[page.index("谁用了几天") :].split("</section>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card))

    assert "登记次日起共 11 个工作日" in said
    assert "区市场监管局 9 日 ＋ 停表 2 日 ＝ 11 个工作日" in said
    assert "区市场监管局 11-09 09:00 11-11 10:00 2" in said
    assert "区市场监管局 11-13 10:00 今 7" in said


def test_the_strip_has_no_style_and_says_itself_aloud(as_):
    page = as_(SUPERVISOR).get(f"/tickets/{a_paused_ticket()}").text
    strip = page[page.index("谁用了几天") :].split("</svg>")[0]

    assert 'role="img" aria-label="区市场监管局 9 日，停表 2 日"' in strip
    assert "style=" not in strip


def test_on_the_day_of_registration_no_day_is_used_yet(as_):
    page = as_(OPERATOR).get(f"/tickets/{a_ticket(NOW)}").text

    assert "登记当日不计，还没有用到工作日" in page
