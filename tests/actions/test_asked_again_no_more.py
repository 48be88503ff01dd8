"""A reply found insufficient (整改不到位) at night: its ground falls before that mail leaves."""

import pytest

from engine.actions.recalling import follow_grounds
from engine.store.database import work
from engine.store.desk_unit import letters_to_answer
from engine.store.unit_sight import seen_by_units
from engine.terms import ClockState, LetterStatus, MessageStatus, NoticeKind, TicketEvent
from tests.actions.letter_steps import number_of, reply, the
from tests.actions.test_fallen_letters import DUTY, RUDE
from tests.actions.test_late_grants import grant
from tests.actions.test_late_replies import judge
from tests.actions.test_recalled_letters import (
    LATER,
    MORNING,
    NIGHT,
    NOON,
    REPLY,
    TUESDAY,
    carrying,
    sent_at_night,
    told,
)
from tests.builders import SUPERVISOR, on_ticket
from tests.looking import clocks_of, events_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")
FOUND_SHORT, GRANTED = "Mon 2026-11-23 21:00", "Mon 2026-11-23 21:30"


def found_short_at_night():
    """A letter that left and was answered, the reply found insufficient on the evening."""
    letter_id, wish = sent_at_night()
    send_mails(MORNING)
    reply(letter_id, now=NOON)
    judge(letter_id, accepted=False, now=FOUND_SHORT)
    return letter_id, wish


def asking_again(letter_id):
    return [one for one in carrying(letter_id) if ":again:" in one.key]


def test_its_mail_is_taken_back_its_limit_ends_and_the_unit_is_asked_for_nothing():
    letter_id, wish = found_short_at_night()
    assert {one.status for one in asking_again(letter_id)} == {MessageStatus.PENDING}

    grant(wish, GRANTED)
    send_mails(TUESDAY)

    assert {one.status for one in asking_again(letter_id)} == {MessageStatus.SUPERSEDED}
    assert the(letter_id).status is LetterStatus.ANSWERED
    last = clocks_of(number_of(letter_id), REPLY)[-1]
    assert (last.state, last.stop_reason) == (ClockState.SUPERSEDED, "依据已不成立")
    with work() as session:
        assert letters_to_answer(session, the(letter_id).unit_id) == []


def test_history_and_supervisors_are_told_once_that_it_is_not_asked_for_again_and_units_are_not():
    letter_id, wish = found_short_at_night()

    grant(wish, GRANTED)
    on_ticket(number_of(letter_id), GRANTED, SUPERVISOR, follow_grounds)

    said = "要求再次反馈的邮件未出、不再发出，不再要求再次反馈"
    notes = [one.reason for one in events_of(number_of(letter_id))
             if one.event is TicketEvent.NOTE and one.reason.endswith(said)]  # fmt: skip
    assert len(notes) == 1
    seen = seen_by_units(events_of(number_of(letter_id)))
    assert TicketEvent.ANSWER_LETTER in {one.event for one in seen}
    assert not any("依据已不成立" in one.reason for one in seen)
    mails = told(letter_id)
    assert len({one.recipient for one in mails}) == len(mails) > 0
    assert all(f"{said}，“整改不到位”的认定已撤销，请发更正函" in one.text for one in mails)


def test_once_that_mail_has_left_the_new_limit_of_a_letter_that_keeps_a_ground_runs_on():
    letter_id, wish = sent_at_night(grounds=(DUTY, RUDE))
    send_mails(MORNING)
    reply(letter_id, now=NOON)
    judge(letter_id, accepted=False, now=FOUND_SHORT)
    send_mails(TUESDAY)

    grant(wish, "Tue 2026-11-24 09:30")

    assert the(letter_id).status is LetterStatus.INSUFFICIENT
    assert clocks_of(number_of(letter_id), REPLY)[-1].state is ClockState.RUNNING
    assert all("已发出，依据已不成立，请发更正函" in one.text for one in told(letter_id))
    assert told(letter_id)


def test_answered_and_found_short_in_one_night_neither_mail_leaves():
    letter_id, wish = sent_at_night()
    reply(letter_id, now=LATER)
    judge(letter_id, accepted=False, now="Fri 2026-11-20 22:00")

    grant(wish, NIGHT)
    send_mails(MORNING)

    mails = [one for one in carrying(letter_id) if one.kind is NoticeKind.RECTIFICATION]
    assert {one.status for one in mails} == {MessageStatus.SUPERSEDED}
    assert the(letter_id).status is LetterStatus.ANSWERED
    assert [one for one in clocks_of(number_of(letter_id), REPLY)
            if one.state is ClockState.RUNNING] == []  # fmt: skip
