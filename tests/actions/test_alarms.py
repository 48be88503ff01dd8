"""Supervisors are told once a day which calendar is missing, and nobody without need."""

from sqlmodel import select

from engine.actions import background
from engine.models import OutboxMessage
from engine.store.database import work
from engine.terms import NoticeKind
from tests.builders import moment


def mails():
    with work() as session:
        return session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def test_from_november_every_supervisor_gets_one_mail_a_day_until_the_calendar_is_there(database):
    first = background.tell_calendar_alarms(moment("Mon 2026-11-02 09:00"))
    again = background.tell_calendar_alarms(moment("Mon 2026-11-02 15:00"))
    next_day = background.tell_calendar_alarms(moment("Tue 2026-11-03 09:00"))

    assert first == {"alarms": 1, "mailed": 2}
    assert again == {"alarms": 1, "mailed": 0}
    assert next_day == {"alarms": 1, "mailed": 2}
    assert {one.key for one in mails()} == {
        "calendar-alarm:2026-11-02", "calendar-alarm:2026-11-03",
    }  # fmt: skip


def test_the_mail_says_where_the_notice_is_taken_in_and_names_no_file(database):
    background.tell_calendar_alarms(moment("Mon 2026-11-02 09:00"))

    mail = mails()[0]
    assert mail.kind is NoticeKind.DIGEST
    assert mail.ticket_id is None
    for words in (mail.text, mail.html):
        assert "2027 年全国放假安排尚未载入：请在公布后到“日历”页导入" in words
        assert ".yaml" not in words


def test_without_an_alarm_nobody_is_written_to(database):
    assert background.tell_calendar_alarms(moment("Fri 2026-10-30 09:00")) == {
        "alarms": 0, "mailed": 0,
    }  # fmt: skip
    assert mails() == []


def test_in_the_night_a_missing_calendar_wakes_nobody(database):
    background.tell_calendar_alarms(moment("Thu 2026-11-26 22:23"))

    assert {one.next_attempt_at for one in mails()} == {moment("Fri 2026-11-27 09:00")}


def test_what_is_told_at_night_and_on_that_morning_is_one_mail(database):
    night = background.tell_calendar_alarms(moment("Thu 2026-11-26 22:23"))
    morning = background.tell_calendar_alarms(moment("Fri 2026-11-27 09:00"))

    assert (night["mailed"], morning["mailed"]) == (2, 0)
    assert {one.key for one in mails()} == {"calendar-alarm:2026-11-27"}


def test_the_mail_leaves_the_house(database, var):
    now = moment("Mon 2026-11-02 09:00")
    background.tell_calendar_alarms(now)

    assert background.deliver(background.messages_due(now, 10), now)["sent"] == 2
