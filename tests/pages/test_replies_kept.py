"""What a unit wrote in reply to a letter that needs no reply any more is not lost (回复留存)."""

import pytest

from tests.actions.letter_steps import reply, the
from tests.actions.test_late_grants import grant
from tests.actions.test_short_replies import GRANTED, found_short
from tests.builders import MARKET

pytestmark = pytest.mark.usefixtures("database", "var")
WORDS = "已经补充整改完毕，逐项说明如下：一、二、三。"
KEPT = "您刚才填写的内容还在这里，可以复制"


def refused(unit, letter_id):
    answer = unit.submit(f"/unit/letters/{letter_id}", text=WORDS)
    assert answer.status_code == 409
    return answer.text


def test_the_ground_of_its_letter_fell_meanwhile(as_):
    letter_id, wish = found_short()
    unit = as_(MARKET)
    unit.get(f"/unit/letters/{letter_id}")
    grant(wish, GRANTED)

    page = refused(unit, letter_id)

    assert KEPT in page
    assert page.count(WORDS) == 1


def test_a_colleague_replied_first(as_):
    letter_id, _ = found_short()
    unit = as_(MARKET)
    unit.get(f"/unit/letters/{letter_id}")
    reply(letter_id, now=GRANTED)

    page = refused(unit, letter_id)

    assert KEPT in page
    assert WORDS in page
    assert the(letter_id).reply != WORDS


def test_a_reply_that_is_too_short_stands_in_its_form_once(as_):
    letter_id, _ = found_short()
    unit = as_(MARKET)

    answer = unit.submit(f"/unit/letters/{letter_id}", text="已整改")

    assert answer.status_code == 422
    assert KEPT not in answer.text
    assert answer.text.count("已整改<") == 1
