"""A ground of a letter (整改事由) rests on the events that prove it, or is not a ground yet."""

import pytest

from engine.actions import letters
from engine.actions.letter_facts import letter_data
from engine.actions.letters import Draft, Proposal
from engine.errors import BadInputError
from engine.store import letters as store
from engine.store.database import work
from engine.terms import LetterKind, LetterStatus, RectificationGround
from tests.actions.letter_steps import NOW, draft, on_letter, proposed, the
from tests.builders import (
    SUPERVISOR,
    a_signed_ticket,
    a_step,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    on_ticket,
)
from tests.looking import letters_of, sweep

pytestmark = pytest.mark.usefixtures("database")
G = RectificationGround
PROVABLE = [G.DUTY_NOT_PERFORMED, G.PERFUNCTORY, G.FALSE_REPORT, G.REFUSED_TO_SIGN,
            G.DISSATISFIED_TWICE]  # fmt: skip
LATE = "Tue 2026-12-08 09:00"


@pytest.mark.parametrize("ground", PROVABLE)
def test_a_ground_no_event_proves_is_refused_to_the_drafter(ground):
    letter_id = proposed(a_signed_ticket(NOW))

    with pytest.raises(BadInputError, match=f"没有可作依据的事件：“{ground.label}”") as refused:
        draft(letter_id, grounds=(ground,))

    assert list(refused.value.fields) == ["grounds"]
    assert the(letter_id).status is LetterStatus.PROPOSED


@pytest.mark.parametrize("kind", [LetterKind.RECTIFICATION, LetterKind.SUPERVISION])
def test_and_to_who_proposes(kind):
    number = a_signed_ticket(NOW)
    wish = Proposal(kind, (G.DUTY_NOT_PERFORMED,), "没有办")

    with pytest.raises(BadInputError, match="时限届满未办") as refused:
        on_ticket(number, NOW, SUPERVISOR, lambda s, t: letters.propose_by_hand(s, t, wish))

    assert list(refused.value.fields) == ["grounds"]
    assert letters_of(number) == []


def test_a_reminder_names_no_ground_and_may_be_proposed_before_the_due_day():
    number = a_signed_ticket(NOW)
    wish = Proposal(LetterKind.REMINDER, (G.DUTY_NOT_PERFORMED,), "事项紧急")

    on_ticket(number, NOW, SUPERVISOR, lambda s, t: letters.propose_by_hand(s, t, wish))
    draft(letters_of(number)[-1].id, grounds=(G.DUTY_NOT_PERFORMED,))

    assert the(letters_of(number)[-1].id).status is LetterStatus.DRAFTED


def test_once_the_limit_has_passed_the_ground_rests_on_that_event_and_on_no_drafting():
    number = a_signed_ticket(NOW)
    sweep(LATE)
    letter_id = proposed(number, LATE)

    draft(letter_id, LATE, grounds=(G.DUTY_NOT_PERFORMED,))

    text = "".join(part.text for part in words(letter_id, LATE))
    assert "未依法履行职能。11月24日" in text
    assert "首次联系时限届满未办（事件第" in text
    assert "核实认定" not in text


def test_evidence_the_drafter_took_out_proves_nothing():
    number = a_signed_ticket(NOW)
    sweep(LATE)
    letter_id = proposed(number, LATE)
    late = [line for line in the(letter_id).evidence if "届满" not in line]
    kept = Draft((G.DUTY_NOT_PERFORMED,), ("限期办结",), evidence=tuple(late))

    with pytest.raises(BadInputError, match="没有可作依据的事件"):
        on_letter(letter_id, LATE, SUPERVISOR, lambda s, one: letters.draft_letter(s, one, kept))


def test_two_grounds_that_rest_on_one_event_both_show_it():
    number = a_ticket_to_call_back(NOW)
    call_back(number, "Tue 2026-11-24 09:30", an_unhappy_callback())
    letter_id = proposed(number, "Tue 2026-11-24 10:00")

    draft(letter_id, "Tue 2026-11-24 10:00", grounds=(G.PERFUNCTORY, G.FALSE_REPORT))

    told = [part.text for part in words(letter_id, "Tue 2026-11-24 10:00")
            if {"（一）敷衍塞责。", "（二）弄虚作假。"} & {part.lead}]  # fmt: skip
    assert len(told) == 2
    assert all("11月24日回访" in one for one in told)


def test_a_judgement_takes_no_evidence_of_other_things_to_itself():
    number = a_signed_ticket(NOW)
    sweep(LATE)
    letter_id = proposed(number, LATE)

    draft(letter_id, LATE, grounds=(G.BAD_ATTITUDE, G.DUTY_NOT_PERFORMED))

    (bad,) = [part for part in words(letter_id, LATE) if "态度恶劣" in part.lead + part.text]
    assert "届满" not in bad.text
    assert "12月8日热线核实认定（事件第" in bad.text


def words(letter_id, now):
    with work() as session:
        return letter_data(a_step(session, now), store.letter(session, letter_id), number=None).body
