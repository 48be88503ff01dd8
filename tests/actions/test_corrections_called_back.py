"""A letter that is called back takes its corrections (更正函) along while they are held too."""

import pytest
from sqlalchemy import text

from engine.actions.letter_signing import void_letter
from engine.actions.letters import Proposal, drop_letter, propose_by_hand
from engine.actions.moot_letters import fallen
from engine.errors import ConflictError
from engine.store.database import work
from engine.store.unit_sight import seen_by_units
from engine.terms import (
    ActorKind,
    LetterKind,
    LetterStatus,
    MessageStatus,
    RectificationGround,
    TicketEvent,
)
from tests.actions.letter_steps import number_of, on_letter, review, send, sign, the
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
from tests.builders import SUPERVISOR, on_ticket
from tests.looking import events_of, last_event, letters_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")


def corrected_at_night():
    """A letter and its correction, both sent on a Friday evening and held till Monday.

    It could not be called back while another of its kind was in hand, so it was corrected.
    """
    letter_id, wish = sent_at_night()
    other = another(letter_id)
    made = correct(letter_id, *ABOUT_ELSE, now=LATER)
    for step in (review, sign, send):
        step(made, LATER)
    on_letter(other, LATER, SUPERVISOR, lambda step, one: drop_letter(step, one, "不再需要"))
    return letter_id, made, wish


def void(letter_id, reason):
    on_letter(letter_id, NIGHT, SUPERVISOR, lambda step, one: void_letter(step, one, reason))


def another(letter_id):
    number = number_of(letter_id)
    more = Proposal(LetterKind.RECTIFICATION, (RectificationGround.BAD_ATTITUDE,), "另有情况")
    on_ticket(number, LATER, SUPERVISOR, lambda step, one: propose_by_hand(step, one, more))
    return letters_of(number)[-1].id


def test_while_its_sending_can_be_taken_back_a_letter_is_not_corrected():
    letter_id, _ = sent_at_night()

    with pytest.raises(ConflictError, match="邮件还没有送出，不发更正函：有误的请撤回发送，作废后"):
        correct(letter_id, *ABOUT_ELSE, now=LATER)

    assert len(letters_of(number_of(letter_id))) == 1


def test_once_a_mail_has_left_it_is_corrected():
    letter_id, _ = sent_at_night()
    send_mails(MORNING)

    assert the(correct(letter_id, *ABOUT_ELSE, now=MORNING)).status is LetterStatus.DRAFTED


def test_a_held_letter_that_fell_is_not_said_to_need_a_correction():
    letter_id, _ = sent_at_night()
    with work() as session:  # its clock was moved by hand, say: no action told the letters
        session.exec(text(f"UPDATE clock SET due_at = due_at + interval '9 days' WHERE kind = "
                          f"'handling' AND ticket_id = {the(letter_id).ticket_id}"))  # fmt: skip

    held = on_letter(letter_id, LATER, SUPERVISOR, fallen)

    assert held.what_now.startswith("邮件还没有送出：请撤回发送，然后作废")


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


def test_a_correction_called_back_with_its_letter_is_voided_and_its_number_is_not_used_again():
    letter_id, made, _ = corrected_at_night()
    recall(letter_id)
    number = the(made).number

    void(made, "原函已撤回发送")
    void(letter_id, "写错了")

    assert the(made).status is LetterStatus.VOIDED
    assert (the(made).number, the(made).void_reason) == (number, "原函已撤回发送")
    assert {one.status for one in carrying(made)} == {MessageStatus.SUPERSEDED}
    with pytest.raises(ConflictError):
        send(made, NIGHT)
    record = last_event(number_of(made), TicketEvent.VOID_LETTER)
    assert record.actor_kind is ActorKind.USER
    assert seen_by_units(events_of(number_of(made)))[-1].event is not TicketEvent.VOID_LETTER


def test_while_another_correction_is_in_hand_the_one_called_back_is_voided_at_once():
    letter_id, made, _ = corrected_at_night()
    other = another(letter_id)
    second = correct(letter_id, *ABOUT_ELSE, now=LATER)
    on_letter(other, LATER, SUPERVISOR, lambda step, one: drop_letter(step, one, "不再需要"))

    recall(letter_id)

    letter = the(made)
    assert (letter.status, letter.sent_at) == (LetterStatus.VOIDED, None)
    assert letter.void_reason == (
        f"所更正的{the(letter_id).number}发送已撤回；本工单已另有一份更正函在办"
    )
    assert the(second).status is LetterStatus.DRAFTED
