"""A unit has its full working days to answer a letter, from the day on which it really leaves."""

import pytest

from engine.actions.corrections import sent_text
from engine.actions.delivering import deliver
from engine.actions.letter_arrival import count_from_leaving
from engine.actions.letter_resent import restate_late
from engine.errors import ConflictError
from engine.store.database import work
from engine.store.leaving import record_sent
from engine.terms import ClockKind, NoticeKind, TicketEvent, Urgency
from tests.actions.letter_steps import (
    a_reviewed_letter,
    number_of,
    send,
    sign,
    the,
)
from tests.builders import day, moment
from tests.looking import clock_of, last_event, mails_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")


def sent(signed, at, **changes):
    """Return a letter signed and sent at those moments, its reply clock and the unit's mail."""
    letter_id = a_reviewed_letter(**changes)
    sign(letter_id, signed)
    send(letter_id, at)
    number = number_of(letter_id)
    mail = next(one for one in mails_of(number, NoticeKind.RECTIFICATION)
                if one.recipient == "shijianguan@demo.invalid")  # fmt: skip
    return the(letter_id), clock_of(number, ClockKind.RECTIFICATION_REPLY), mail


def test_a_letter_that_leaves_on_its_own_day_is_answered_by_the_day_it_names():
    letter, clock, mail = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 16:00")

    assert clock.due_on == day("Mon 2026-11-30")
    said = "请于本函送出次日起5个工作日内（成文当日送出的不迟于11月30日）书面反馈"
    assert said in sent_text(letter)
    assert "反馈期限：11月30日（周一）" in mail.text
    assert "自送出次日起算" not in mail.text


@pytest.mark.parametrize(
    ("at", "leaves", "due"),
    [
        ("Mon 2026-11-23 22:00", "Tue 2026-11-24 09:00", "Tue 2026-12-01"),
        ("Wed 2026-11-25 10:00", "Wed 2026-11-25 10:00", "Wed 2026-12-02"),
        ("Fri 2026-11-27 20:00", "Mon 2026-11-30 09:00", None),
    ],
)
def test_one_held_at_night_or_sent_days_later_leaves_the_unit_all_its_days(at, leaves, due):
    if due is None:  # it would leave on the day it names
        with pytest.raises(ConflictError, match="已到，不能再发；请作废"):
            sent("Mon 2026-11-23 09:30", at)
        return
    _, clock, mail = sent("Mon 2026-11-23 09:30", at)

    assert mail.next_attempt_at == moment(leaves)
    assert clock.due_on == day(due)
    assert clock.certificate["started_on"] == moment(leaves).date().isoformat()
    assert f"反馈期限：{day(due).month}月{day(due).day}日" in mail.text
    assert "反馈期限自送出次日起算，以此为准" in mail.text


def test_an_urgent_letter_leaves_at_night_and_counts_from_that_day():
    _, clock, mail = sent("Mon 2026-11-23 20:00", "Mon 2026-11-23 22:00", urgency=Urgency.URGENT)

    assert mail.next_attempt_at == moment("Mon 2026-11-23 22:00")
    assert clock.due_on == day("Mon 2026-11-30")


def test_a_mail_server_that_was_away_takes_no_day_from_the_unit():
    letter, clock, _ = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:00")

    send_mails("Wed 2026-11-25 09:00")

    number = number_of(letter.id)
    moved = clock_of(number, ClockKind.RECTIFICATION_REPLY)
    assert (moved.id, moved.due_on) == (clock.id, day("Wed 2026-12-02"))
    assert "11月25日（周三）才送出" in last_event(number, TicketEvent.NOTE).reason
    for mail in mails_of(number, NoticeKind.RECTIFICATION):
        assert mail.sent_at == moment("Wed 2026-11-25 09:00")
        assert "反馈期限：12月2日（周三）" in mail.text
        assert "反馈期限12月2日（周三）" in mail.subject
        assert "12月2日（周三）" in mail.html
        assert "反馈期限自送出次日起算，以此为准" in mail.text
        assert "11月30日" not in mail.text + mail.subject + mail.html
    assert mails_of(number, NoticeKind.DUE_CHANGED) == []


def test_a_copy_to_the_head_that_leaves_after_a_late_letter_names_the_same_day():
    letter, _, mail = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:00")
    number = number_of(letter.id)
    deliver([mail.id], moment("Wed 2026-11-25 09:00"))

    send_mails("Thu 2026-11-26 09:00")

    first, second = sorted(mails_of(number, NoticeKind.RECTIFICATION), key=lambda one: one.sent_at)
    assert (first.sent_at.day, second.sent_at.day) == (25, 26)
    assert all("反馈期限：12月2日（周三）" in one.text for one in (first, second))
    assert clock_of(number, ClockKind.RECTIFICATION_REPLY).due_on == day("Wed 2026-12-02")


def test_a_mail_that_was_restated_but_left_after_midnight_is_followed_by_its_true_day():
    letter, _, mail = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:00")
    restate_late([mail.id], moment("Tue 2026-11-24 23:59"))

    with work() as session:
        record_sent(session, mail.id, moment("Wed 2026-11-25 00:01"))
        count_from_leaving(session, mail.id, moment("Wed 2026-11-25 00:01"))

    (told,) = mails_of(number_of(letter.id), NoticeKind.DUE_CHANGED)
    assert "由11月30日（周一）改为12月2日（周三）" in told.text


def test_what_a_letter_says_of_its_days_is_true_whenever_it_leaves():
    letter, _, _ = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:00")
    before = sent_text(letter)

    send_mails("Wed 2026-11-25 09:00")

    assert sent_text(the(letter.id)) == before
    assert "请于本函送出次日起5个工作日内" in before


def test_a_copy_to_the_head_that_leaves_later_changes_nothing():
    letter, clock, mail = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 10:00")
    number = number_of(letter.id)
    deliver([mail.id], moment("Mon 2026-11-23 10:01"))

    send_mails("Wed 2026-11-25 09:00")

    assert clock_of(number, ClockKind.RECTIFICATION_REPLY).due_on == clock.due_on
    assert mails_of(number, NoticeKind.DUE_CHANGED) == []


def test_a_day_beyond_the_published_calendars_is_named_as_provisional():
    letter, clock, mail = sent("Mon 2026-12-28 10:00", "Mon 2026-12-28 11:00")

    assert clock.due_on == day("Tue 2027-01-05")
    said = "（成文当日送出的不迟于2027年1月5日，暂定）"
    assert said in sent_text(letter)
    assert mail.subject.endswith("，反馈期限1月5日（周二，暂定）")
    assert "反馈期限：1月5日（周二，暂定，日历公布后可能调整）" in mail.text
    assert "（周二，暂定，日历公布后可能调整）" in mail.html


def test_a_day_of_a_published_calendar_is_not():
    letter, _, mail = sent("Mon 2026-11-23 09:30", "Mon 2026-11-23 16:00")

    assert "暂定" not in sent_text(letter) + mail.text + mail.html
