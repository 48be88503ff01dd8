"""A correction (更正函) mends what it is about, once that fell: nothing else of its letter."""

import pytest

from engine.actions.moot_letters import fallen
from tests.actions.letter_steps import approve, on_letter
from tests.actions.test_corrections import correct
from tests.actions.test_fallen_letters import FELL
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import KINDS, MORNING, NOON, sent_at_night, told
from tests.builders import SUPERVISOR
from tests.looking import send_mails

pytestmark = pytest.mark.usefixtures("database", "var")
EARLIER, AFTERWARDS = "Mon 2026-11-23 11:00", "Mon 2026-11-23 15:00"
ABOUT_ELSE = ("限期办结", "限期办结并说明原因")
ABOUT_THE_LINE = ("11月16日24:00承办时限届满未办", "承办时限延至11月23日，11月16日未超期")


def left():
    """A letter whose mails left on a Monday morning, and the wish that waits still."""
    letter_id, wish = sent_at_night()
    send_mails(MORNING)
    return letter_id, wish


def corrected(letter_id, words, now):
    approve(correct(letter_id, *words, now=now), now)


def still_fallen(letter_id):
    return on_letter(letter_id, AFTERWARDS, SUPERVISOR, fallen)


@pytest.mark.parametrize("words", [ABOUT_ELSE, ("11月16日24:00承办", "11月16日24时承办")])
def test_a_correction_sent_before_the_ground_fell_silences_nothing(words):
    letter_id, wish = left()
    corrected(letter_id, words, EARLIER)

    grant(wish, NOON)

    assert FELL in "".join(still_fallen(letter_id).lines)
    assert all("已发出，依据已不成立，请发更正函" in one.text for one in told(letter_id))
    assert told(letter_id)


def test_a_correction_about_other_words_mends_no_line_that_fell():
    letter_id, wish = left()
    grant(wish, NOON)

    corrected(letter_id, ABOUT_ELSE, AFTERWARDS)

    assert FELL in "".join(still_fallen(letter_id).lines)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", [ABOUT_THE_LINE, ("届满未办（事件第14号）", "未届满")])
def test_a_correction_of_the_line_after_it_fell_mends_the_letter(kind, words):
    letter_id, wish = sent_at_night(kind)
    send_mails(MORNING)
    grant(wish, NOON)
    assert still_fallen(letter_id)

    corrected(letter_id, words, AFTERWARDS)

    assert still_fallen(letter_id) is None


def test_while_the_correction_is_only_drawn_up_the_letter_stays_marked():
    letter_id, wish = left()
    grant(wish, NOON)

    correct(letter_id, *ABOUT_THE_LINE, now=AFTERWARDS)

    assert still_fallen(letter_id)
