"""Mails wait for working hours (H-50, H-54), fold into the next one, and are never lost."""

import email

import pytest

from engine.actions import background, unit_work
from engine.actions.adjusting import decide_extension, request_extension
from engine.actions.evaluations import issue_evaluation_link
from engine.actions.overseeing import remind
from engine.terms import ClockKind, MessageStatus, NoticeKind, Urgency
from tests.actions.sweep_steps import climbed, in_progress, new_mails
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    a_dispatched_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answer,
    doing,
    moment,
    on_ticket,
)
from tests.looking import clock_of, mails_of, send_mails, sweep

pytestmark = pytest.mark.usefixtures("database")
# A complaint of Tue 2026-09-15 is due on Tue 2026-09-29; National Day is off 10-01 to 10-07.
TUESDAY, BREACH = "Tue 2026-09-15 09:00", "Wed 2026-09-30 00:00"
# One of Wed 2026-09-16 is due on Wed 2026-09-30: it is breached as the holiday begins.
WEDNESDAY, HOLIDAY = "Wed 2026-09-16 09:00", "Thu 2026-10-01 00:00"
BACK_AT_WORK = "Thu 2026-10-08 09:00"
UNIT, LEADER = "shijianguan@demo.invalid", "shijianguan.leader@demo.invalid"


def everybody_told(number):
    """Send what there is so far, so that only what comes is looked at."""
    send_mails(HOLIDAY)
    return mails_of(number)


def to(address, mails):
    return [one for one in mails if one.recipient == address]


def pending(number):
    return [one for one in mails_of(number) if one.status is MessageStatus.PENDING]


def test_a_breach_at_midnight_before_a_holiday_is_mailed_on_the_first_working_morning(var):
    number = in_progress(WEDNESDAY)
    sweep("Wed 2026-09-30 09:00")
    before = everybody_told(number)

    sweep(HOLIDAY)

    (breach,) = to(UNIT, new_mails(number, before))
    assert (breach.kind, breach.next_attempt_at) == (NoticeKind.BREACH, moment(BACK_AT_WORK))
    send_mails("Wed 2026-10-07 23:59")
    assert to(UNIT, pending(number)) == [breach]


def test_on_that_morning_breach_and_red_card_are_one_mail_that_names_both(var):
    number = in_progress(WEDNESDAY)
    sweep("Wed 2026-09-30 09:00")
    before = everybody_told(number)
    sweep(HOLIDAY)

    sweep(BACK_AT_WORK)
    send_mails(BACK_AT_WORK)

    held, sent = to(UNIT, new_mails(number, before))
    assert (held.kind, held.status) == (NoticeKind.BREACH, MessageStatus.SUPERSEDED)
    assert held.last_error == "已并入后一封通知"
    assert (sent.kind, sent.status) == (NoticeKind.REMINDER, MessageStatus.SENT)
    assert "承办时限：超期、红牌催办" in sent.text
    assert climbed(number)[-2:] == ["breach", "l1_reminder"]


def test_a_supervisor_hears_of_both_limits_of_one_ticket_in_one_mail(var):
    number = in_progress(WEDNESDAY)
    sweep("Wed 2026-09-30 09:00")
    before = everybody_told(number)
    sweep(HOLIDAY)
    sweep(BACK_AT_WORK)

    send_mails(BACK_AT_WORK)

    told = to("zhuguan1@demo.invalid", new_mails(number, before))
    (sent,) = [one for one in told if one.status is MessageStatus.SENT]
    assert "承办时限：超期、红牌催办" in sent.text
    assert "诉求人时限：超期、红牌催办" in sent.text


def test_a_sender_that_is_quicker_than_the_sweep_lets_the_held_mail_wait_for_it(var):
    number = in_progress(WEDNESDAY)
    sweep("Wed 2026-09-30 09:00")
    everybody_told(number)
    sweep(HOLIDAY)

    held = to(UNIT, pending(number))
    send_mails(BACK_AT_WORK)
    assert to(UNIT, pending(number)) == held
    sweep(BACK_AT_WORK)
    send_mails(BACK_AT_WORK)

    assert pending(number) == []


def test_while_no_sweep_comes_the_held_mail_leaves_all_the_same(var):
    number = in_progress(WEDNESDAY)
    sweep("Wed 2026-09-30 09:00")
    everybody_told(number)
    sweep(HOLIDAY)

    send_mails("Thu 2026-10-08 09:02")

    assert pending(number) == []


def test_a_sweep_after_days_off_line_writes_each_recipient_one_mail_in_the_morning(var):
    number = in_progress(TUESDAY)
    before = everybody_told(number)

    sweep("Sat 2026-10-03 10:00")
    send_mails("Sat 2026-10-03 10:01")

    assert {one.recipient for one in pending(number)} == {
        UNIT, LEADER, "zhuguan1@demo.invalid", "zhuguan2@demo.invalid"}  # fmt: skip
    sweep(BACK_AT_WORK)
    send_mails(BACK_AT_WORK)
    for address in (UNIT, LEADER, "zhuguan1@demo.invalid", "zhuguan2@demo.invalid"):
        sent = [one for one in to(address, new_mails(number, before))
                if one.status is MessageStatus.SENT]  # fmt: skip
        assert len(sent) == 1


@pytest.mark.parametrize("urgency", [Urgency.CRITICAL, Urgency.URGENT])
def test_an_urgent_breach_is_mailed_in_the_night(var, urgency):
    number = in_progress(WEDNESDAY, urgency=urgency)
    before = everybody_told(number)

    sweep(HOLIDAY)
    send_mails(HOLIDAY)

    assert {one.sent_at for one in to(UNIT, new_mails(number, before))} == {moment(HOLIDAY)}


def test_a_ticket_dispatched_in_the_night_is_mailed_at_once(var):
    number = a_dispatched_ticket("Sat 2026-10-03 22:00")

    send_mails("Sat 2026-10-03 22:00")

    (mail,) = to(UNIT, mails_of(number))
    assert (mail.kind, mail.sent_at) == (NoticeKind.ASSIGNMENT, moment("Sat 2026-10-03 22:00"))


def test_the_day_a_ticket_is_handed_over_in_the_night_costs_its_unit_nothing():
    number = a_dispatched_ticket("Sat 2026-10-03 22:00")

    assert clock_of(number, ClockKind.SIGN_FOR).due_on == moment("Thu 2026-10-08 09:00").date()


@pytest.mark.parametrize("night", ["Sat 2026-10-03 22:00", "Thu 2026-11-26 22:23"])
def test_an_emergency_in_a_message_alarms_supervisors_in_the_night(var, night):
    number = a_ticket(night, content="我店燃气泄漏，有人受伤，请马上来人")

    assert {one.next_attempt_at for one in mails_of(number, NoticeKind.DIGEST)} == {
        moment(night)}  # fmt: skip


def test_a_reminder_written_late_in_the_evening_leaves_in_the_morning():
    number = in_progress(TUESDAY)

    on_ticket(number, "Wed 2026-09-16 20:00", SUPERVISOR,
              lambda step, ticket: remind(step, ticket, "请抓紧办理"))  # fmt: skip

    (mail, _) = mails_of(number, NoticeKind.REMINDER)
    assert mail.next_attempt_at == moment("Thu 2026-09-17 09:00")
    assert "已过" not in mail.subject


def test_a_warning_held_over_night_is_dropped_when_the_unit_answers_first(var):
    number = in_progress(TUESDAY)
    everybody_told(number)
    sweep("Mon 2026-09-28 22:00")  # a server that was down at nine finds it in the evening
    (warning,) = to(UNIT, pending(number))
    on_ticket(number, "Tue 2026-09-29 08:00", MARKET,
              lambda step, ticket: unit_work.answer(step, ticket, an_answer()))  # fmt: skip

    send_mails("Tue 2026-09-29 09:00")

    assert (warning.kind, warning.next_attempt_at) == (
        NoticeKind.WARNING, moment("Tue 2026-09-29 09:00"))  # fmt: skip
    mail = next(one for one in mails_of(number) if one.id == warning.id)
    assert (mail.status, mail.last_error) == (
        MessageStatus.SUPERSEDED, "时限已停或已改，不再提醒")  # fmt: skip


def test_a_warning_of_a_date_that_was_extended_over_night_is_dropped_too(var):
    number = in_progress(TUESDAY)
    everybody_told(number)
    request = on_ticket(number, "Mon 2026-09-28 16:00", MARKET, lambda step, ticket:
                        request_extension(step, ticket, 3, "需现场检测").id)  # fmt: skip
    sweep("Mon 2026-09-28 22:00")
    (warning,) = [one for one in to(UNIT, pending(number)) if one.kind is NoticeKind.WARNING]
    doing("Tue 2026-09-29 08:00", SUPERVISOR,
          lambda step: decide_extension(step, request, granted=True, reason=""))  # fmt: skip

    send_mails("Tue 2026-09-29 09:00")

    states = {one.id: one.status for one in mails_of(number)}
    assert states[warning.id] is MessageStatus.SUPERSEDED


def test_a_mail_on_its_way_is_not_taken_back():
    number = in_progress(WEDNESDAY)
    sweep("Wed 2026-09-30 09:00")
    everybody_told(number)
    sweep(HOLIDAY)
    background.messages_due(moment("Thu 2026-10-08 09:05"), 100)

    sweep("Thu 2026-10-08 09:06")

    kinds = {one.kind for one in to(UNIT, pending(number))}
    assert kinds == {NoticeKind.BREACH, NoticeKind.REMINDER}


def test_a_held_mail_is_dated_when_it_leaves(var):
    number = in_progress(WEDNESDAY)
    sweep("Wed 2026-09-30 09:00")
    everybody_told(number)
    earlier = set((var / "mailbox").iterdir())
    sweep(HOLIDAY)
    send_mails("Thu 2026-10-08 09:02")

    files = set((var / "mailbox").iterdir()) - earlier
    dates = {email.message_from_bytes(path.read_bytes())["Date"] for path in files}
    assert "Thu, 08 Oct 2026 09:00:00 +0800" in dates or "Thu, 08 Oct 2026 01:00:00 +0000" in dates


def test_a_link_issued_in_the_night_says_from_when_the_requester_may_be_texted():
    number = a_ticket_to_call_back("Tue 2026-09-15 15:00")

    late = on_ticket(number, "Tue 2026-09-15 20:00", OPERATOR, issue_evaluation_link)
    early = on_ticket(number, "Wed 2026-09-16 10:00", OPERATOR, issue_evaluation_link)

    assert late.send_from == moment("Wed 2026-09-16 09:00")
    assert early.send_from == moment("Wed 2026-09-16 10:00")
