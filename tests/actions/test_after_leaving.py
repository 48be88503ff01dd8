"""What must follow a mail that left, and broke, is tried again until it is done (送出后的记录)."""

import pytest
from sqlalchemy import text

from engine.actions import background, mailing
from engine.serving.examined_database import examine_database
from engine.serving.findings import Level
from engine.settings import load_settings
from engine.store import desk_admin
from engine.store.database import work
from engine.terms import (
    AsideWork,
    BreachJudgement,
    ClockKind,
    LetterKind,
    MessageStatus,
    NoticeKind,
    TicketEvent,
)
from tests.actions.letter_steps import number_of, send
from tests.actions.test_reply_days import sent
from tests.actions.test_reply_limit_of_supervision import a_signed_letter
from tests.actions.test_told_when_sent_again import an_untold_ticket, contacts_of, sent_again
from tests.builders import day, moment
from tests.looking import breaches_of, clock_of, events_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database", "var")
REPLY = ClockKind.RECTIFICATION_REPLY
LEFT, SOON, AGAIN = "Wed 2026-11-25 09:00", "Wed 2026-11-25 09:04:59", "Wed 2026-11-25 09:05"
THURSDAY, OVER = "Thu 2026-11-26 09:00", "Tue 2026-12-01 09:00"
NOBODYS = "2019-x"  # a calendar nobody has: what follows a letter's leaving can't be counted by it
LONG_AGO = "Mon 2018-01-08 09:00"


def run(words):
    with work() as session:
        return session.exec(text(words))


def counted_by(number, version):
    """Let a letter's reply be counted by another calendar; return the one before."""
    found = clock_of(number, REPLY)
    run("UPDATE clock SET certificate = jsonb_set(certificate::jsonb, '{calendar_version}', "
        f"'\"{version}\"') WHERE id = {found.id}")  # fmt: skip
    return found.certificate["calendar_version"]


def left_late():
    """A letter that left two days late, and its reply could not be counted; with its calendar."""
    letter, _, _ = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:00")
    number = number_of(letter.id)
    # Written that day, so that nothing is restated before it leaves.
    run(f"UPDATE outbox_message SET created_at = '{moment(LEFT)}' WHERE letter_id = {letter.id}")
    was = counted_by(number, NOBODYS)
    send_mails(LEFT)
    return number, was


def aside():
    with work() as session:
        return [(one.work, ticket.number, one.reason)
                for one, ticket in desk_admin.health(session, moment(LEFT)).set_aside]  # fmt: skip


def noted(number):
    return [one for one in events_of(number)
            if one.event is TicketEvent.NOTE and "才送出" in one.reason]  # fmt: skip


def test_what_breaks_is_set_aside_and_seen_though_the_mail_has_left(database):
    number, _ = left_late()

    mails = mails_of(number, NoticeKind.RECTIFICATION)
    assert {one.status for one in mails} == {MessageStatus.SENT}
    assert {one[:2] for one in aside()} == {(AsideWork.AFTER_LEAVING, number)}
    assert all(NOBODYS in reason for _, _, reason in aside())
    found = {one.what: one for one in examine_database(database, load_settings(), moment(LEFT))}
    assert found["搁置"].level is Level.LOOK
    assert mailing.tell_stuck(moment(LEFT))["stuck"] == 1


def test_it_is_tried_again_and_the_unit_has_its_days_from_the_day_the_mail_left():
    number, was = left_late()
    counted_by(number, was)

    send_mails(THURSDAY)

    assert clock_of(number, REPLY).due_on == day("Wed 2026-12-02")
    assert clock_of(number, REPLY).started_at == moment(LEFT)
    (record,) = noted(number)
    assert "11月25日（周三）才送出" in record.reason
    (told,) = mails_of(number, NoticeKind.DUE_CHANGED)
    assert "由11月30日（周一）改为12月2日（周三）" in told.text
    assert aside() == []


def test_it_is_tried_again_after_five_minutes_and_not_before():
    number, was = left_late()
    counted_by(number, was)

    send_mails(SOON)
    before = noted(number)
    send_mails(AGAIN)

    assert before == []
    assert len(noted(number)) == 1


def test_what_breaks_again_stays_seen_and_waits_another_five_minutes():
    number, was = left_late()
    told = aside()
    send_mails(AGAIN)
    counted_by(number, was)

    send_mails("Wed 2026-11-25 09:09")

    assert aside() == told
    assert noted(number) == []


def test_two_senders_that_try_again_carry_it_out_once():
    number, was = left_late()
    counted_by(number, was)
    ids = background.messages_due(moment(AGAIN), 100)

    background.deliver(ids, moment(AGAIN))
    background.deliver(ids, moment(AGAIN))

    assert len(noted(number)) == 1
    assert {one.attempts for one in mails_of(number, NoticeKind.RECTIFICATION)} == {1}


def test_a_new_start_does_not_forget_it():
    number, was = left_late()
    background.retry_set_aside()
    counted_by(number, was)

    send_mails(AGAIN)

    assert len(noted(number)) == 1


def test_a_breach_recorded_meanwhile_is_withdrawn():
    number, was = left_late()
    counted_by(number, was)
    sweep(OVER)
    (before,) = [one for one in breaches_of(number) if one.kind is REPLY]

    send_mails(OVER)

    (breach,) = [one for one in breaches_of(number) if one.kind is REPLY]
    assert before.judgement != BreachJudgement.WITHDRAWN.value
    assert breach.judgement == BreachJudgement.WITHDRAWN.value
    assert "才送出，反馈期限自送出次日起算，原到期日11月30日（周一）届满不计超期" in (
        breach.judgement_reason
    )


def test_a_first_contact_that_could_not_begin_begins_when_it_is_tried_again():
    number = an_untold_ticket()
    accepted = run(f"SELECT accepted_at FROM ticket WHERE number = '{number}'").one()[0]
    run(f"UPDATE ticket SET accepted_at = '{moment(LONG_AGO)}' WHERE number = '{number}'")
    sent_again(number)
    began = contacts_of(number)
    run(f"UPDATE ticket SET accepted_at = '{accepted}' WHERE number = '{number}'")

    send_mails(THURSDAY)

    assert began == []
    assert contacts_of(number) == [(moment(THURSDAY), "2026-11-27")]
    assert aside() == []


def test_a_supervision_letter_that_leaves_late_has_its_own_days_and_not_the_common_ones():
    letter_id = a_signed_letter(LetterKind.SUPERVISION)
    send(letter_id, "Tue 2026-11-24 10:00")
    number = number_of(letter_id)

    send_mails(THURSDAY)

    assert clock_of(number, REPLY).due_on == day("Tue 2026-12-01")
    mails = mails_of(number, NoticeKind.RECTIFICATION)
    assert all("12月1日（周二）" in one.text for one in mails)
