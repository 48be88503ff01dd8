"""A letter sent at night whose ground falls before its mail leaves goes out to nobody (撤回)."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engine.actions.letter_signing import void_letter
from engine.actions.moot_letters import fallen
from engine.actions.recalling import follow_grounds, recall_letter
from engine.errors import ConflictError
from engine.models import OutboxMessage
from engine.store import outbox
from engine.store.database import work
from engine.store.desk_unit import letters_to_answer
from engine.terms import (
    ClockKind,
    ClockState,
    LetterKind,
    LetterStatus,
    MessageStatus,
    NoticeKind,
    TicketEvent,
)
from tests.actions.letter_steps import number_of, on_letter, review, send, sign, the
from tests.actions.test_fallen_letters import DUTY, GRANTED, REVIEWED, SIGNED, WHY, a_draft
from tests.actions.test_late_grants import grant
from tests.builders import SUPERVISOR, moment, on_ticket
from tests.looking import (
    clocks_of,
    events_of,
    last_event,
    mails_of,
    send_mails,
)

pytestmark = pytest.mark.usefixtures("database", "var")
EVENING, LATER, NIGHT = "Fri 2026-11-20 21:00", "Fri 2026-11-20 21:30", "Sat 2026-11-21 09:00"
MORNING, NOON = "Mon 2026-11-23 09:00", "Mon 2026-11-23 12:00"
TUESDAY = "Tue 2026-11-24 09:00"
KINDS = [LetterKind.SUPERVISION, LetterKind.RECTIFICATION]
REPLY = ClockKind.RECTIFICATION_REPLY


def sent_at_night(kind=LetterKind.RECTIFICATION, grounds=(DUTY,)):
    """A letter sent on a Friday evening, its mails held till Monday; the wish still waits."""
    letter_id, wish = a_draft(kind, grounds)
    review(letter_id, REVIEWED)
    sign(letter_id, SIGNED)
    send_mails(SIGNED)
    send(letter_id, EVENING)
    return letter_id, wish


def carrying(letter_id):
    """The mails that bring a letter out; not those that tell of it afterwards."""
    found = mails_of(number_of(letter_id))
    return [one for one in found if one.letter_id == letter_id and one.key.startswith("letter:")]


def told(letter_id):
    return [one for one in mails_of(number_of(letter_id), NoticeKind.DIGEST)
            if "依据已不成立" in one.subject]  # fmt: skip


def recall(letter_id, now=LATER, who=SUPERVISOR, reason="发错了单位"):
    on_letter(letter_id, now, who, lambda step, one: recall_letter(step, one, reason))


@pytest.mark.parametrize("kind", KINDS)
def test_a_grant_before_its_mail_leaves_calls_a_sent_letter_back(kind):
    letter_id, wish = sent_at_night(kind)

    grant(wish, NIGHT)
    send_mails(MORNING)

    letter, number = the(letter_id), number_of(letter_id)
    assert (letter.status, letter.sent_at, letter.sent_by_id) == (LetterStatus.SIGNED, None, None)
    assert {one.status for one in carrying(letter_id)} == {MessageStatus.SUPERSEDED}
    said = last_event(number, TicketEvent.RECALL_LETTER).reason
    assert said == f"{kind.label} {letter.number} 邮件未出，撤回发送：依据已不成立"
    (clock,) = clocks_of(number, REPLY)
    assert (clock.state, clock.stop_reason) == (ClockState.SUPERSEDED, "发送已撤回")
    with work() as session:
        assert letters_to_answer(session, letter.unit_id) == []


def test_called_back_it_can_be_voided_and_nothing_else():
    letter_id, wish = sent_at_night()
    grant(wish, NIGHT)

    with pytest.raises(ConflictError, match=WHY):
        send(letter_id, MORNING)
    on_letter(letter_id, MORNING, SUPERVISOR, lambda s, one: void_letter(s, one, "超期已撤销"))

    assert the(letter_id).status is LetterStatus.VOIDED


def test_supervisors_get_one_mail_that_it_was_called_back():
    letter_id, wish = sent_at_night()

    grant(wish, NIGHT)
    on_ticket(number_of(letter_id), MORNING, SUPERVISOR, follow_grounds)

    mails = told(letter_id)
    assert len({one.recipient for one in mails}) == len(mails) > 0
    assert all("邮件未出，已撤回发送，请作废" in one.text for one in mails)
    assert all(f"/letters/{letter_id}" in one.text for one in mails)


def test_one_whose_mail_has_left_stays_sent_and_supervisors_are_told_to_correct_it():
    letter_id, wish = sent_at_night()
    send_mails(MORNING)

    grant(wish, NOON)

    assert the(letter_id).status is LetterStatus.SENT
    assert {one.status for one in carrying(letter_id)} == {MessageStatus.SENT}
    assert all("已发出，依据已不成立，请发更正函" in one.text for one in told(letter_id))
    assert told(letter_id)
    found = on_letter(letter_id, NOON, SUPERVISOR, fallen)
    assert "请发更正函" in found.what_now


@pytest.mark.parametrize("steps", [(), (review,), (review, sign)])
def test_supervisors_are_told_of_a_draft_that_lost_its_ground_too(steps):
    letter_id, wish = a_draft(LetterKind.RECTIFICATION)
    for step, now in zip(steps, (REVIEWED, SIGNED), strict=False):
        step(letter_id, now)

    grant(wish, GRANTED)

    mails = told(letter_id)
    what = ("不能核稿", "不能签发", "不能发出，请作废")[len(steps)]
    assert mails
    assert all(f"依据已不成立，{what}" in one.text for one in mails)


def test_a_mail_that_a_sender_talks_about_at_this_moment_keeps_the_letter_sent_the_rest_stays_in():
    letter_id, wish = sent_at_night()
    first, *_ = carrying(letter_id)
    with work() as session:
        session.exec(text(f"UPDATE outbox_message SET sending_until = now() + interval '1 hour' "
                          f"WHERE id = {first.id}"))  # fmt: skip

    grant(wish, NIGHT)

    assert the(letter_id).status is LetterStatus.SENT
    leaving, *rest = carrying(letter_id)
    assert (leaving.id, leaving.status) == (first.id, MessageStatus.PENDING)
    assert {one.status for one in rest} == {MessageStatus.SUPERSEDED}


def test_a_sender_that_locks_a_mail_at_this_moment_is_not_waited_for():
    letter_id, _ = sent_at_night()
    first, *_ = carrying(letter_id)

    with work() as other:
        other.get(OutboxMessage, first.id, with_for_update=True)
        with pytest.raises(ConflictError, match="正在送出"):
            recall(letter_id)

    assert the(letter_id).status is LetterStatus.SENT


def test_what_a_sender_only_reserved_is_taken_back_and_not_sent():
    letter_id, _ = sent_at_night()
    ids = [one.id for one in carrying(letter_id)]
    with work() as session:
        session.exec(text("UPDATE outbox_message SET claimed_until = now() + interval '1 hour' "
                          f"WHERE letter_id = {letter_id}"))  # fmt: skip

    recall(letter_id)

    with work() as session:
        assert outbox.begin_sending(session, ids, moment(NOON) - moment(MORNING)) == {}


def test_what_fell_without_anybodys_word_is_seen_before_the_mail_leaves():
    letter_id, _ = sent_at_night()
    with work() as session:  # its clock was moved by hand, say: no action told the letters
        session.exec(text(f"UPDATE clock SET due_at = due_at + interval '9 days' WHERE kind = "
                          f"'handling' AND ticket_id = {the(letter_id).ticket_id}"))  # fmt: skip

    send_mails(MORNING)

    assert the(letter_id).status is LetterStatus.SIGNED
    assert {one.status for one in carrying(letter_id)} == {MessageStatus.SUPERSEDED}


def test_the_database_lets_no_letter_back_of_which_a_mail_has_left():
    letter_id, _ = sent_at_night()
    send_mails(MORNING)

    with pytest.raises(IntegrityError, match="does not become signed this way"), work() as session:
        session.exec(text("UPDATE letter SET status = 'signed', sent_at = NULL, sent_by_id = NULL "
                          f"WHERE id = {letter_id}"))  # fmt: skip


def test_while_its_ground_stands_a_letter_sent_at_night_leaves_in_the_morning():
    letter_id, _ = sent_at_night()

    send_mails(MORNING)

    assert the(letter_id).status is LetterStatus.SENT
    assert {one.status for one in carrying(letter_id)} == {MessageStatus.SENT}
    assert the(letter_id).grounds == [DUTY.value]
    assert TicketEvent.RECALL_LETTER not in {one.event for one in events_of(number_of(letter_id))}
