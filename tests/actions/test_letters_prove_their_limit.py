"""A letter proves the limit that was missed, and names it: not always the first one."""

import pytest

from engine.actions.letter_facts import letter_data
from engine.store import letters as store
from engine.store.database import work
from engine.terms import ClockKind, LetterKind
from tests.actions.letter_steps import NOW, proposed
from tests.builders import (
    a_signed_ticket,
    a_step,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
)
from tests.looking import clocks_of, letters_of, sweep

pytestmark = pytest.mark.usefixtures("database")
LATER = "Mon 2026-12-14 09:00"


def letter_of(number, kind, now=LATER):
    """Return the letter of that kind as it reads now: proposed by the sweep, or now."""
    swept = [one.id for one in letters_of(number) if one.kind is kind]
    letter_id = swept[0] if swept else proposed(number, now, kind=kind)
    with work() as session:
        return letter_data(a_step(session, now), store.letter(session, letter_id), number=None)


def written(day):
    return f"{day.month}月{day.day}日"


def a_rework_overdue():
    """Return a ticket answered in time, ordered done again and not answered since."""
    number = a_ticket_to_call_back(NOW)
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())
    sweep(LATER)
    return number


@pytest.mark.parametrize("kind", [LetterKind.SUPERVISION, LetterKind.REMINDER])
def test_a_missed_rework_is_named_proved_and_no_old_answer_passes_for_the_answer(kind):
    number = a_rework_overdue()
    first, again = clocks_of(number, ClockKind.HANDLING)

    data = letter_of(number, kind)

    text = "".join(part.lead + part.text for part in data.body)
    assert (
        f"11月23日答复，11月24日要求重新办理，期限为{written(again.due_on)}，至今未重新答复" in text
    )
    assert "现已超期" in text
    proofs = [one for one in data.attachments if one.title.startswith("期限计算书")]
    assert [one.title for one in proofs] == ["期限计算书（重新办理时限）"]
    assert written(again.due_on) in proofs[0].rows[-1][0]
    assert again.due_on != first.due_on


def test_a_missed_first_contact_is_proved_beside_the_missed_answer():
    number = a_signed_ticket(NOW)
    sweep(LATER)
    (contact,) = clocks_of(number, ClockKind.FIRST_CONTACT)

    data = letter_of(number, LetterKind.RECTIFICATION)

    titles = [one.title for one in data.attachments]
    assert titles == ["期限计算书（首次联系时限）", "期限计算书（承办时限）", "工单办理经过"]
    text = "".join(part.lead + part.text for part in data.body)
    assert f"首次联系时限至{written(contact.due_on)}" in text


def test_a_letter_that_rests_on_no_missed_limit_proves_the_one_for_the_answer():
    data = letter_of(a_signed_ticket(NOW), LetterKind.RECTIFICATION, NOW)

    assert data.attachments[0].title == "期限计算书"
