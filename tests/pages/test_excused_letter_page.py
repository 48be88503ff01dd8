"""The page of a letter says which missed limits are excused (免责), and so no evidence (H-94)."""

import pytest

from tests.actions.letter_steps import number_of
from tests.actions.test_excused_letters import DRAFTED, NOTE, excuse, overdue, sent_at_night, wish
from tests.actions.test_fallen_letters import DUTY, RUDE
from tests.builders import SUPERVISOR

pytestmark = pytest.mark.usefixtures("database", "var")


def test_the_drafter_reads_that_the_limit_is_excused_and_is_offered_none_of_it(as_):
    number = overdue()
    letter_id = wish(number, RUDE)
    before = as_(SUPERVISOR).get(f"/letters/{letter_id}").text
    excuse(number, DRAFTED)

    page = as_(SUPERVISOR).get(f"/letters/{letter_id}").text
    english = as_(SUPERVISOR).get(f"/letters/{letter_id}?lang=en").text

    assert "届满未办" in before.partition('id="evidence"')[2]
    assert NOTE not in before
    assert NOTE in page
    assert "届满未办" not in page.partition('id="evidence"')[2].partition("</fieldset>")[0]
    assert "Excused, so neither a ground nor evidence" in english


def test_a_proposal_on_it_alone_says_that_it_is_not_needed_any_more(as_):
    number = overdue()
    letter_id = wish(number, DUTY)

    excuse(number, DRAFTED)

    page = as_(SUPERVISOR).get(f"/letters/{letter_id}").text
    assert "提议时的依据已不成立" in page
    assert page.count(NOTE) == 2


def test_one_called_back_says_why_it_can_only_be_voided(as_):
    letter_id = sent_at_night()

    excuse(number_of(letter_id))

    page = as_(SUPERVISOR).get(f"/letters/{letter_id}").text
    assert "这次超期已认定免责（H-94）" in page
    assert "不能发出，请作废" in page
    assert "?step=void" in page
    assert "?step=send" not in page
