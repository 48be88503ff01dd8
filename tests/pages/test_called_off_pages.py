"""The pages of a letter whose reply was found short and is not asked for again (认定已撤销)."""

import pytest

from tests.actions.letter_steps import reply
from tests.actions.test_asked_again_no_more import found_short_at_night
from tests.actions.test_late_grants import grant
from tests.actions.test_late_replies import judge
from tests.actions.test_recalled_letters import TUESDAY
from tests.actions.test_short_replies import GRANTED, LATER, found_short
from tests.builders import MARKET, SUPERVISOR

pytestmark = pytest.mark.usefixtures("database", "var")
UNIT_SAID = "“整改不到位”的认定已撤销，不必再次反馈。"
SAID = "11-23 14:00 的“整改不到位”认定已撤销：函的依据已不成立"


def test_the_units_page_shows_how_its_reply_kept_the_limit_and_asks_for_no_other(as_):
    letter_id, wish = found_short()
    unit, page = as_(MARKET), f"/unit/letters/{letter_id}"
    before = unit.get(page).text
    grant(wish, GRANTED)

    after = unit.get(page).text

    assert UNIT_SAID not in before
    assert UNIT_SAID in after
    assert "整改反馈已取消" not in after
    assert "整改反馈按期" in after
    assert "前回复整改情况" in before
    assert "前回复整改情况" not in after


def test_it_is_the_same_where_the_mail_that_asks_again_was_kept_in(as_):
    letter_id, wish = found_short_at_night()
    grant(wish, "Mon 2026-11-23 21:30")

    page = as_(MARKET).get(f"/unit/letters/{letter_id}").text

    assert UNIT_SAID in page
    assert "整改反馈已取消" not in page


def test_supervisors_read_which_finding_was_withdrawn_and_may_accept_alone(as_):
    letter_id, wish = found_short()
    desk, page = as_(SUPERVISOR), f"/letters/{letter_id}"
    before = desk.get(page).text
    grant(wish, GRANTED)

    after = desk.get(page).text

    assert "认定已撤销" not in before
    assert SAID in after
    assert "整改不到位，再次回复" not in after
    assert "整改反馈已取消" not in after
    assert "整改反馈按期" in after


def test_a_second_reply_given_before_the_ground_fell_shows_its_own_limit(as_):
    letter_id, wish = found_short()
    reply(letter_id, now=TUESDAY, text="已补充整改：逐项办结并向诉求人说明。")
    judge(letter_id, accepted=True, now="Tue 2026-11-24 09:20")
    grant(wish, GRANTED)

    page = as_(SUPERVISOR).get(f"/letters/{letter_id}").text

    assert SAID in page
    assert UNIT_SAID not in as_(MARKET).get(f"/unit/letters/{letter_id}").text


def test_it_is_said_in_english_too(as_):
    letter_id, wish = found_short()
    grant(wish, LATER)

    assert "you need not reply again" in as_(MARKET).get(f"/unit/letters/{letter_id}?lang=en").text
    assert "was withdrawn: the letter" in as_(SUPERVISOR).get(f"/letters/{letter_id}?lang=en").text
