"""A letter proves the limit that was missed, and names it: not always the first one."""

import pytest
from sqlmodel import select

from engine.actions import adjusting
from engine.actions.assignment_arrival import contact_from_now
from engine.actions.evidence import evidence_for
from engine.actions.letter_facts import letter_data
from engine.actions.proofs import proofs_of
from engine.models import OutboxMessage
from engine.store import letters as store
from engine.store.database import work
from engine.terms import ClockKind, LetterKind, MessageStatus, RectificationGround
from tests.actions.letter_steps import NOW, proposed
from tests.builders import (
    MARKET,
    SUPERVISOR,
    a_dispatched_ticket,
    a_signed_ticket,
    a_step,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    doing,
    moment,
    on_ticket,
)
from tests.looking import assignments_of, clocks_of, letters_of, sweep

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


def contact_proof(number):
    """Return the proof of the first contact in the 督办函 of a ticket, and what the letter says."""
    data = letter_of(number, LetterKind.SUPERVISION)
    proof = next(one for one in data.attachments if "首次联系" in one.title)
    return proof, "".join(part.lead + part.text for part in data.body)


@pytest.mark.parametrize(
    ("found", "said", "first_day"),
    [("Wed 2026-11-25 00:01", "11月25日查见，查见次日起算", "2026年11月25日"),
     ("Thu 2026-11-26 10:00", "11月26日查见，查见次日起算", "2026年11月26日")],
)  # fmt: skip
def test_what_counts_from_the_finding_of_a_deemed_signature_says_so(found, said, first_day):
    """Midnight is 24:00 of one day and 0:00 of the next: letter and proof name both by its rule."""
    number = a_dispatched_ticket(NOW)
    sweep(found)
    sweep(LATER)

    proof, letter = contact_proof(number)

    assert "11月24日24:00视为签收" in letter
    words = "".join(part.text for part in proof.body)
    assert f"首次联系 1 个工作日，11月24日24:00视为签收，{said}" in words
    assert proof.rows[0][0] == first_day
    assert proof.rows[0][2] == "起算当日"


def test_what_counts_from_the_mail_that_first_told_the_unit_says_so():
    number = a_dispatched_ticket(NOW)
    with work() as session:
        for one in session.exec(select(OutboxMessage)):
            one.status = MessageStatus.UNDELIVERED
    sweep("Wed 2026-11-25 00:01")
    (part,) = assignments_of(number)
    with work() as session:
        contact_from_now(session, part.id, moment("Fri 2026-11-27 10:00"))
    sweep(LATER)

    proof, _ = contact_proof(number)

    words = "".join(part.text for part in proof.body)
    assert "11月24日24:00视为签收，11月27日派单通知重发后发出，发出次日起算" in words
    assert proof.rows[0][0] == "2026年11月27日"


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
