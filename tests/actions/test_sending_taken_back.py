"""A supervisor takes the sending of a letter back while no mail of it has left (撤回发送)."""

import pytest
from sqlalchemy import text

from engine.actions.letter_history import history_of
from engine.actions.letters import Proposal, propose_by_hand
from engine.actions.recallable import may_recall
from engine.actions.unit_share import share_of
from engine.errors import BadInputError, ConflictError
from engine.store.database import work
from engine.terms import (
    ActorKind,
    LetterKind,
    LetterStatus,
    MessageStatus,
    RectificationGround,
    TicketEvent,
)
from tests.actions.letter_steps import number_of, on_letter, send, the
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import (
    LATER,
    MORNING,
    NIGHT,
    NOON,
    REPLY,
    TUESDAY,
    carrying,
    recall,
    sent_at_night,
    told,
)
from tests.builders import SECOND_SUPERVISOR, SUPERVISOR, on_ticket
from tests.looking import clocks_of, last_event, letters_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")


def test_what_a_person_settled_otherwise_counts_as_arrived():
    letter_id, wish = sent_at_night()
    with work() as session:
        session.exec(text("UPDATE outbox_message SET status = 'superseded', last_error = "
                          f"'不再发：已当面送达' WHERE letter_id = {letter_id}"))  # fmt: skip

    grant(wish, NIGHT)

    assert the(letter_id).status is LetterStatus.SENT
    with pytest.raises(ConflictError, match="请发更正函"):
        recall(letter_id, NIGHT)


def test_taken_back_twice_each_sending_keeps_its_own_reason():
    letter_id, _ = sent_at_night()
    recall(letter_id, reason="先核实")
    send(letter_id, LATER, SECOND_SUPERVISOR)
    recall(letter_id, reason="改日再发")

    told = [(one.last_error, one.key.count(":recalled:")) for one in carrying(letter_id)]

    reasons = ["发送已撤回：先核实", "发送已撤回：改日再发"]
    assert sorted(told) == sorted((one, 1) for one in reasons for _ in range(2))


def test_a_person_stops_a_letter_before_it_leaves_and_sends_it_again():
    letter_id, _ = sent_at_night()
    before = on_letter(letter_id, LATER, SUPERVISOR, may_recall)

    recall(letter_id, reason="先核实情况")
    between = (the(letter_id).status, on_letter(letter_id, LATER, SUPERVISOR, may_recall))
    send(letter_id, MORNING, SECOND_SUPERVISOR)
    send_mails(MORNING)

    assert before is True
    assert between == (LetterStatus.SIGNED, False)
    went = [one.status for one in carrying(letter_id) if ":recalled:" not in one.key]
    assert len(went) == 2
    assert set(went) == {MessageStatus.SENT}
    record = last_event(number_of(letter_id), TicketEvent.RECALL_LETTER)
    assert (record.actor_kind, "先核实情况" in record.reason) == (ActorKind.USER, True)
    running = [one for one in clocks_of(number_of(letter_id), REPLY) if one.stopped_at is None]
    assert len(running) == 1


def test_without_a_reason_or_after_a_mail_has_left_nothing_is_stopped():
    letter_id, _ = sent_at_night()
    with pytest.raises(BadInputError, match="撤回发送的理由"):
        recall(letter_id, reason=" ")
    send_mails(MORNING)

    with pytest.raises(ConflictError, match="请发更正函"):
        recall(letter_id, NOON)

    assert the(letter_id).status is LetterStatus.SENT
    assert on_letter(letter_id, NOON, SUPERVISOR, may_recall) is False


def test_while_another_of_the_kind_is_in_hand_a_person_is_told_and_the_engine_voids():
    letter_id, wish = sent_at_night()
    number = number_of(letter_id)
    more = Proposal(LetterKind.RECTIFICATION, (RectificationGround.BAD_ATTITUDE,), "另有情况")
    on_ticket(number, LATER, SUPERVISOR, lambda s, one: propose_by_hand(s, one, more))
    with pytest.raises(ConflictError, match="已另有一份整改函在办"):
        recall(letter_id)

    grant(wish, NIGHT)

    letter = the(letter_id)
    assert (letter.status, letter.sent_at) == (LetterStatus.VOIDED, None)
    assert letter.void_reason == "依据已不成立；本工单已另有一份整改函在办"
    assert letters_of(number)[-1].status is LetterStatus.PROPOSED
    assert any("已撤回发送并作废" in one.text for one in told(letter_id))


def test_what_the_engine_proposed_meanwhile_makes_way_for_a_letter_taken_back_by_hand():
    letter_id, _ = sent_at_night()
    number = number_of(letter_id)
    sweep(TUESDAY)  # its mails could not leave: a server was away
    (other,) = [one for one in letters_of(number)
                if one.kind is LetterKind.RECTIFICATION and one.id != letter_id]  # fmt: skip
    assert other.status is LetterStatus.PROPOSED

    recall(letter_id, TUESDAY)

    assert the(letter_id).status is LetterStatus.SIGNED
    dropped = the(other.id)
    assert dropped.status is LetterStatus.DROPPED
    assert dropped.opinion == f"{the(letter_id).number}发送已撤回，仍在办。"


def test_a_sending_that_was_taken_back_is_no_part_of_the_course_another_letter_tells():
    letter_id, _ = sent_at_night()
    number = number_of(letter_id)

    def told_of_sending(step, ticket):
        share = share_of(step, ticket, the(letter_id).unit_id)
        return [one for one in history_of(step, ticket, share) if the(letter_id).number in one.text]

    before = on_ticket(number, LATER, SUPERVISOR, told_of_sending)
    recall(letter_id)
    between = on_ticket(number, LATER, SUPERVISOR, told_of_sending)
    send(letter_id, MORNING, SECOND_SUPERVISOR)

    assert len(before) == 1
    assert between == []
    assert len(on_ticket(number, MORNING, SUPERVISOR, told_of_sending)) == 1
