"""A letter that is called back takes its corrections (更正函) along while they are held too."""

import pytest

from engine.errors import ConflictError
from engine.terms import LetterStatus, MessageStatus
from tests.actions.letter_steps import review, send, sign, the
from tests.actions.test_corrected_letters import ABOUT_ELSE
from tests.actions.test_corrections import correct
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import (
    LATER,
    MORNING,
    NIGHT,
    carrying,
    recall,
    sent_at_night,
)
from tests.looking import send_mails

pytestmark = pytest.mark.usefixtures("database", "var")


def corrected_at_night():
    """A letter and its correction, both sent on a Friday evening and held till Monday."""
    letter_id, wish = sent_at_night()
    made = correct(letter_id, *ABOUT_ELSE, now=LATER)
    for step in (review, sign, send):
        step(made, LATER)
    return letter_id, made, wish


def test_recalled_by_a_person_its_correction_is_signed_again_and_leaves_no_more():
    letter_id, made, _ = corrected_at_night()

    recall(letter_id)
    send_mails(MORNING)

    assert the(made).status is LetterStatus.SIGNED
    found = [*carrying(letter_id), *carrying(made)]
    assert {one.status for one in found} == {MessageStatus.SUPERSEDED}


def test_its_ground_fallen_its_correction_is_called_back_with_it():
    letter_id, made, wish = corrected_at_night()

    grant(wish, NIGHT)
    send_mails(MORNING)

    assert {the(one).status for one in (letter_id, made)} == {LetterStatus.SIGNED}
    assert {one.status for one in carrying(made)} == {MessageStatus.SUPERSEDED}


def test_a_correction_is_not_sent_while_its_letter_is_not_and_is_once_it_was_sent_again():
    letter_id, made, _ = corrected_at_night()
    recall(letter_id)

    with pytest.raises(ConflictError, match="没有发出，更正函不能发出"):
        send(made, NIGHT)
    send(letter_id, NIGHT)
    send(made, NIGHT)

    assert {the(one).status for one in (letter_id, made)} == {LetterStatus.SENT}
