"""督办级别 (H-90): a supervision letter says how high, from the ticket's own record."""

import pytest

from engine.actions.letter_facts import letter_data
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterKind
from tests.actions.letter_steps import NOW, approve, draft, proposed
from tests.builders import a_signed_ticket, a_step
from tests.looking import letters_of, sweep

pytestmark = pytest.mark.usefixtures("database")


def words_of(letter_id, now=NOW):
    with work() as session:
        data = letter_data(a_step(session, now), store.letter(session, letter_id), number=None)
    return "".join(part.lead + part.text for part in data.body)


def test_the_first_letter_is_a_common_supervision_and_the_next_a_grave_one():
    number = a_signed_ticket(NOW)
    first = proposed(number, kind=LetterKind.SUPERVISION)
    draft(first)

    assert "本件列为一般督办件，请你单位" in words_of(first)
    approve(first)
    again = proposed(number, "Wed 2026-11-25 09:00", kind=LetterKind.SUPERVISION)
    assert "本件列为重点督办件，请你单位" in words_of(again, "Wed 2026-11-25 09:00")


def test_after_the_talk_of_the_ladder_it_is_a_grave_one():
    number = a_signed_ticket(NOW)
    sweep("Mon 2026-12-14 09:00")
    (letter,) = [one for one in letters_of(number) if one.kind is LetterKind.SUPERVISION]

    assert "重点督办件" in words_of(letter.id, "Mon 2026-12-14 09:00")


def test_no_other_letter_names_a_level():
    assert "督办件" not in words_of(proposed(a_signed_ticket(NOW)))
