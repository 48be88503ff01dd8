"""Mails of letters in a batch: what is taken back is not sent, what breaks is set aside."""

import pytest
from sqlalchemy import text

from engine.actions.actor import SYSTEM
from engine.actions.letters import Proposal, propose_by_hand
from engine.store.database import work
from engine.terms import LetterKind, LetterStatus, MessageStatus, NoticeKind, TicketEvent
from tests.actions.letter_steps import number_of, reply, the
from tests.actions.test_fallen_letters import RUDE
from tests.actions.test_late_grants import grant
from tests.actions.test_recalled_letters import (
    LATER,
    MORNING,
    NIGHT,
    TUESDAY,
    carrying,
    sent_at_night,
    told,
)
from tests.builders import SUPERVISOR, a_dispatched_ticket, moment, on_ticket
from tests.looking import last_event, letters_of, mails_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")


def test_mails_taken_back_as_they_were_to_leave_are_not_counted_as_sent():
    letter_id, _ = sent_at_night()
    send_mails("Sat 2026-11-21 08:00")
    with work() as session:  # its ground fell without anybody's word
        session.exec(text(f"UPDATE clock SET due_at = due_at + interval '9 days' WHERE kind = "
                          f"'handling' AND ticket_id = {the(letter_id).ticket_id}"))  # fmt: skip

    counts = send_mails(MORNING)

    assert {one.status for one in carrying(letter_id)} == {MessageStatus.SUPERSEDED}
    assert counts["sent"] == 0


def test_one_ticket_that_breaks_the_look_at_its_letters_keeps_back_its_own_mails_alone():
    letter_id, _ = sent_at_night()
    number = number_of(letter_id)
    more = Proposal(LetterKind.RECTIFICATION, (RUDE,), "另有情况")
    on_ticket(number, NIGHT, SUPERVISOR, lambda step, one: propose_by_hand(step, one, more))
    send_mails(NIGHT)
    with work() as session:  # a word that this version does not know
        session.exec(text(f"UPDATE letter SET grounds = '[\"unheard_of\"]', proposed_by = "
                          f"'{SYSTEM.name}' WHERE id = {letters_of(number)[-1].id}"))  # fmt: skip
    other = a_dispatched_ticket(MORNING)

    counts = send_mails(MORNING)

    assert {one.status for one in mails_of(other)} == {MessageStatus.SENT}
    mails = carrying(letter_id)
    assert {(one.status, one.attempts) for one in mails} == {(MessageStatus.PENDING, 1)}
    assert all("核对不了，没有发出" in one.last_error for one in mails)
    assert counts["retry"] == len(mails)


def test_answered_at_night_a_letter_stays_so_and_its_mails_leave_no_more_once_its_ground_fell():
    letter_id, wish = sent_at_night()
    reply(letter_id, now=LATER)

    grant(wish, NIGHT)
    send_mails(MORNING)

    assert the(letter_id).status is LetterStatus.ANSWERED
    asking = [one for one in carrying(letter_id) if one.kind is NoticeKind.RECTIFICATION]
    assert {one.status for one in asking} == {MessageStatus.SUPERSEDED}
    assert "未出的邮件不再发出" in last_event(number_of(letter_id), TicketEvent.NOTE).reason
    assert told(letter_id)
    said = "单位已在页面回复，依据已不成立，未出的邮件不再发出，请发更正函"
    assert all(said in one.text for one in told(letter_id))


def with_a_calendar_nobody_has(letter_id):
    with work() as session:
        session.exec(text("UPDATE clock SET certificate = jsonb_set(certificate::jsonb, "
                          "'{calendar_version}', '\"2019-x\"') "
                          f"WHERE letter_id = {letter_id}"))  # fmt: skip


def test_one_letter_whose_day_cannot_be_restated_keeps_back_its_own_mails_alone():
    letter_id, _ = sent_at_night()
    with_a_calendar_nobody_has(letter_id)
    other = a_dispatched_ticket(TUESDAY)

    counts = send_mails(TUESDAY)

    assert {one.status for one in mails_of(other)} == {MessageStatus.SENT}
    asking = [one for one in carrying(letter_id) if one.kind is NoticeKind.RECTIFICATION]
    waiting = [one for one in asking if one.status is MessageStatus.PENDING]
    assert waiting
    assert {one.attempts for one in waiting} == {1}
    assert all("反馈期限核对不了，没有发出" in one.last_error for one in waiting)
    assert counts["retry"] == len(waiting)


def test_a_mail_that_left_counts_as_sent_though_what_follows_it_breaks():
    letter_id, _ = sent_at_night()
    with_a_calendar_nobody_has(letter_id)
    with work() as session:  # written today, so that nothing is restated before it leaves
        session.exec(text(f"UPDATE outbox_message SET created_at = '{moment(TUESDAY)}' "
                          f"WHERE letter_id = {letter_id}"))  # fmt: skip
    other = a_dispatched_ticket(TUESDAY)

    send_mails(TUESDAY)

    mails = [*mails_of(other), *carrying(letter_id)]
    assert {one.status for one in mails} == {MessageStatus.SENT}
    assert {one.attempts for one in carrying(letter_id)} == {1}
