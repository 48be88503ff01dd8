"""The pages of a letter of which nothing stands any more say that no reply is asked (H-96)."""

import pytest

from engine.terms import LetterStatus
from tests.actions.letter_steps import reply, the
from tests.actions.test_asked_no_more import AFTER, DUTY, GRANTED, RUDE, mailed
from tests.actions.test_corrected_letters import corrected
from tests.actions.test_late_grants import grant
from tests.actions.test_referrals_follow_letters import NOT_MISSED
from tests.builders import MARKET, SECOND_SUPERVISOR

pytestmark = pytest.mark.usefixtures("database", "var")
SAID = "这份函的依据已全部不成立，不再要求反馈。愿意说明情况的，仍可以提交。"
TOLD = "依据已全部不成立，已告知单位不再要求反馈。"
LIMIT = "前回复整改情况"
WORDS = "原因：当日停电；已当面向企业说明，并办结。"


def test_the_units_page_says_so_in_place_of_the_limit_and_takes_a_reply_all_the_same(as_):
    letter_id, wish = mailed()
    unit = as_(MARKET)
    assert LIMIT in unit.get(f"/unit/letters/{letter_id}").text
    assert the(letter_id).number in unit.get("/unit").text
    grant(wish, GRANTED)

    page = unit.get(f"/unit/letters/{letter_id}").text

    assert SAID in page
    assert LIMIT not in page
    assert "整改反馈已取消" in page
    assert the(letter_id).number not in unit.get("/unit").text
    unit.submit(f"/unit/letters/{letter_id}", text=WORDS)
    assert (the(letter_id).status, the(letter_id).reply) == (LetterStatus.ANSWERED, WORDS)
    assert "仍可以提交" not in unit.get(f"/unit/letters/{letter_id}").text


def test_a_letter_of_which_a_part_stands_asks_for_its_reply_as_before(as_):
    letter_id, wish = mailed(grounds=(DUTY, RUDE))
    grant(wish, GRANTED)

    page = as_(MARKET).get(f"/unit/letters/{letter_id}").text

    assert LIMIT in page
    assert "不再要求反馈" not in page


def test_supervisors_read_that_the_unit_was_told_after_a_correction_too(as_):
    letter_id, wish = mailed()
    grant(wish, GRANTED)
    desk = as_(SECOND_SUPERVISOR)
    assert TOLD in desk.get(f"/letters/{letter_id}").text

    corrected(letter_id, NOT_MISSED, AFTER)

    page = desk.get(f"/letters/{letter_id}").text
    assert TOLD in page
    assert "它的依据已不成立" not in page


def test_who_judges_its_reply_is_offered_to_accept_it_alone(as_):
    letter_id, wish = mailed()
    reply(letter_id, now=AFTER)
    desk = as_(SECOND_SUPERVISOR)
    assert "整改不到位，再次回复" in desk.get(f"/letters/{letter_id}").text

    grant(wish, "Fri 2026-11-20 11:00")

    page = desk.get(f"/letters/{letter_id}").text
    assert "整改不到位，再次回复" not in page
    assert "不能认定不到位" in page


def test_it_is_said_in_english_too(as_):
    letter_id, wish = mailed()
    grant(wish, GRANTED)

    page = as_(MARKET).get(f"/unit/letters/{letter_id}?lang=en").text

    assert "Nothing this letter rests on stands any more; no reply is asked." in page
    assert "You may still send one" in page
