"""A letter proves the limit that was missed, and names it: not always the first one."""

import pytest

from engine.actions import adjusting
from engine.actions.evidence import evidence_for
from engine.actions.letter_facts import letter_data
from engine.actions.proofs import proofs_of
from engine.store import letters as store
from engine.store.database import work
from engine.terms import ClockKind, LetterKind, RectificationGround
from tests.actions.letter_steps import NOW, proposed
from tests.builders import (
    MARKET,
    SUPERVISOR,
    a_signed_ticket,
    a_step,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    doing,
    on_ticket,
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
    assert f"重新答复自{written(again.due_on)}24:00起超期，现已超期" in text
    proofs = [one for one in data.attachments if one.title.startswith("期限计算书")]
    assert [one.title for one in proofs] == ["期限计算书（重新办理时限）"]
    assert written(again.due_on) in proofs[0].rows[-1][0]
    assert "退回重办次日起算" in "".join(part.text for part in proofs[0].body)
    assert again.due_on != first.due_on


def test_a_missed_first_contact_is_proved_beside_the_missed_answer():
    number = a_signed_ticket(NOW)
    sweep(LATER)
    (contact,) = clocks_of(number, ClockKind.FIRST_CONTACT)

    data = letter_of(number, LetterKind.SUPERVISION)

    titles = [one.title for one in data.attachments]
    assert titles == ["期限计算书（首次联系时限）", "期限计算书（承办时限）", "工单办理经过"]
    text = "".join(part.lead + part.text for part in data.body)
    assert f"首次联系时限已于{written(contact.due_on)}届满" in text
    first, *_ = data.attachments
    assert "首次联系 1 个工作日，签收次日起算" in "".join(part.text for part in first.body)
    assert first.rows[0][2] == "起算当日"


def test_a_letter_of_one_page_names_and_proves_the_limit_for_the_answer_the_annex_tells_the_other():
    number = a_signed_ticket(NOW)
    sweep(LATER)
    (contact,) = clocks_of(number, ClockKind.FIRST_CONTACT)

    data = letter_of(number, LetterKind.RECTIFICATION)

    text = "".join(part.lead + part.text for part in data.body)
    proof, course = data.attachments
    assert "承办时限届满未办（事件第" in text
    assert "首次联系时限" not in text
    assert (proof.title, proof.rows[-1][3]) == ("期限计算书", "第10日")
    assert any(f"首次联系时限（{contact.due_on.year}年" in row[-1] for row in course.rows)


def test_a_letter_that_rests_on_no_missed_limit_proves_the_one_for_the_answer():
    data = letter_of(a_signed_ticket(NOW), LetterKind.RECTIFICATION, NOW)

    assert data.attachments[0].title == "期限计算书"


def test_a_limit_that_an_extension_moved_afterwards_is_no_reproach():
    number = a_signed_ticket("Mon 2026-11-23 09:00")
    asked = on_ticket(
        number, "Fri 2026-12-04 10:00", MARKET,
        lambda step, ticket: adjusting.request_extension(step, ticket, 5, "需外地协查").id,
    )  # fmt: skip
    sweep("Tue 2026-12-08 09:00")

    def told(now):
        def act(step, ticket):
            duty = proofs_of(step, ticket)[RectificationGround.DUTY_NOT_PERFORMED]
            lines = evidence_for(step, ticket, ticket.lead_unit_id)
            return len(duty), sum("承办时限届满未办" in one for one in lines)

        return on_ticket(number, now, SUPERVISOR, act)

    before = told("Tue 2026-12-08 09:30")
    doing(
        "Tue 2026-12-08 10:00", SUPERVISOR,
        lambda step: adjusting.decide_extension(step, asked, granted=True, reason="同意"),
    )  # fmt: skip
    after = told("Tue 2026-12-08 11:00")

    assert before == (3, 1)
    assert after == (1, 0)  # the first contact alone
