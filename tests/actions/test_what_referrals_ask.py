"""A referral that names many letters costs no more to look at than one that names two."""

import pytest
from sqlalchemy import event

from engine.actions.letters import reject_letter
from engine.actions.moot_letters import fallen
from engine.models import Letter
from tests.actions.letter_steps import on_letter, the
from tests.actions.test_referrals import rectify
from tests.actions.test_referrals_follow_letters import AFTERNOON, FRIDAY, a_second, drawn_up
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, a_signed_ticket, doing

pytestmark = pytest.mark.usefixtures("database", "var")


def questions(letter_id):
    """How often the database is asked whether a referral stands."""
    asked = []

    def note(*_):
        asked.append(1)

    def count(step):
        letter, engine = step.session.get_one(Letter, letter_id), step.session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        fallen(step, letter)
        event.remove(engine, "before_cursor_execute", note)

    doing(AFTERNOON, SUPERVISOR, count)
    return len(asked)


def test_the_database_is_asked_no_more_often_for_a_referral_that_names_many_letters():
    rectify(a_signed_ticket("Thu 2026-11-19 09:00"), "Thu 2026-11-19 09:10")
    number = a_second(FRIDAY)
    referral_id = drawn_up(number, FRIDAY)
    before = questions(referral_id)
    for _ in range(3):
        a_second(FRIDAY)
    on_letter(referral_id, FRIDAY, SECOND_SUPERVISOR, lambda s, o: reject_letter(s, o, "补充"))
    drawn_up(number, FRIDAY)

    assert len([one for one in the(referral_id).evidence if "发整改函" in one]) == 5
    assert 0 < questions(referral_id) <= before
