"""The history strikes what was found short of a reply and withdrawn since (整改不到位，已撤销)."""

import pytest

from tests.actions.letter_steps import number_of
from tests.actions.test_late_grants import grant
from tests.actions.test_short_replies import GRANTED, found_short
from tests.builders import MARKET, SUPERVISOR

pytestmark = pytest.mark.usefixtures("database", "var")
STRUCK = "<p><s>整改不到位：已当面核实</s> <b>已撤销</b> "


@pytest.mark.parametrize("who", [MARKET, SUPERVISOR])
def test_it_is_struck_for_its_unit_and_for_the_hotline(as_, who):
    letter_id, wish = found_short()
    number = number_of(letter_id)
    before = as_(who).get(f"/tickets/{number}").text

    grant(wish, GRANTED)

    after = as_(who).get(f"/tickets/{number}").text
    assert "整改不到位：已当面核实" in before
    assert "<s>" not in before
    assert STRUCK in after
    assert "“整改不到位”的认定已撤销，不必再次反馈" in after
    assert "<b>withdrawn</b>" in as_(who).get(f"/tickets/{number}?lang=en").text


def test_its_units_desk_asks_for_nothing_and_its_letter_shows_no_opinion(as_):
    letter_id, wish = found_short()
    page = f"/unit/letters/{letter_id}"
    desk = as_(MARKET)
    before, asked = desk.get(page).text, desk.get("/unit").text

    grant(wish, GRANTED)

    assert "主管意见：已当面核实" in before
    assert "整改不到位，须再次回复" in asked
    assert "主管意见" not in desk.get(page).text
    assert "须再次回复" not in desk.get("/unit").text
