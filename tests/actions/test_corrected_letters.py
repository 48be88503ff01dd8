"""A correction (更正函) mends what it is about, once that fell: nothing else of its letter."""

import pytest

from engine.actions.moot_letters import fallen
from engine.actions.recalling import follow_grounds
from engine.terms import LetterStatus
from tests.actions.letter_steps import approve, number_of, on_letter, send, the
from tests.actions.test_corrections import correct
from tests.actions.test_excused_letters import excuse
from tests.actions.test_fallen_letters import FELL
from tests.actions.test_findings import judge
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import (
    KINDS,
    LATER,
    MORNING,
    NIGHT,
    NOON,
    TUESDAY,
    sent_at_night,
    told,
)
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, on_ticket
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


def what_supervisors_read(letter_id):
    """Return what each digest says of the letter, a supervisor's mail each."""
    kinds = ("已撤回发送，请作废", "已发出，依据已不成立，请发更正函")
    texts = [one.text for one in told(letter_id)]
    return [sum(kind in one for one in texts) for kind in kinds]


def test_sent_again_after_it_was_called_back_supervisors_are_told_that_it_needs_a_correction():
    letter_id, wish = sent_at_night()
    breach_id = excuse(number_of(letter_id), LATER)
    assert the(letter_id).status is LetterStatus.SIGNED
    judge(breach_id, kind="confirmed", now=NIGHT)
    send(letter_id, NIGHT, SECOND_SUPERVISOR)
    send_mails(MORNING)
    once, before = what_supervisors_read(letter_id)

    grant(wish, NOON)
    on_ticket(number_of(letter_id), AFTERWARDS, SUPERVISOR, follow_grounds)

    assert (once > 0, before) == (True, 0)
    assert what_supervisors_read(letter_id) == [once, once]


def test_called_back_a_second_time_supervisors_are_told_a_second_time():
    letter_id, wish = sent_at_night()
    breach_id = excuse(number_of(letter_id), LATER)
    judge(breach_id, kind="confirmed", now=NIGHT)
    send(letter_id, NIGHT, SECOND_SUPERVISOR)
    once, _ = what_supervisors_read(letter_id)

    grant(wish, NIGHT)
    on_ticket(number_of(letter_id), TUESDAY, SUPERVISOR, follow_grounds)

    assert what_supervisors_read(letter_id) == [2 * once, 0]
