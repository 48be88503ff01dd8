"""A mail says to whom it is put: to a unit, to the hotline itself, or as a copy (抄送)."""

import pytest
from sqlmodel import select

from engine.actions import background
from engine.actions.overseeing import remind
from engine.actions.reminders import arrived
from engine.models import OutboxMessage
from engine.store import tickets
from engine.store.database import work
from engine.store.mail_names import mail_names
from engine.terms import MessageStatus, NoticeKind
from tests.actions.return_steps import send_back
from tests.actions.sweep_steps import in_progress
from tests.builders import SUPERVISOR, a_dispatched_ticket, moment, on_ticket
from tests.looking import mails_of, send_mails, sweep, unit_named

pytestmark = pytest.mark.usefixtures("database", "var")
# A complaint of Mon 2026-10-26 is due on Mon 2026-11-09.
START, HALF, LATE = "Mon 2026-10-26 09:00", "Tue 2026-11-03 09:00", "Tue 2026-11-10 09:00"


def told(number, kind):
    """The mails of a kind by recipient, without the part of the address that is the same."""
    return {one.recipient.partition("@")[0]: one for one in mails_of(number, kind)}


def all_mails():
    with work() as session:
        return session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()


def test_an_operator_is_asked_to_see_to_the_requesters_limit_and_not_to_answer():
    number = in_progress(START)

    sweep(HALF)

    said = told(number, NoticeKind.WARNING)["huawu"]
    for words in (said.text, said.html):
        assert "请热线在期限内督促办理、答复诉求人。" in words
        assert "热线主管" not in words
        assert "抄送" not in words


def test_a_unit_is_asked_to_answer():
    number = in_progress(START)

    sweep(HALF)

    assert "请你单位在期限内答复。" in told(number, NoticeKind.WARNING)["shijianguan"].text


def test_whoever_rules_is_reminded_to_rule():
    number = a_dispatched_ticket(START)
    send_back(number, START)

    sweep("Thu 2026-10-29 09:00")

    said = told(number, NoticeKind.REMINDER)["huawu"]
    assert "请在催办回复截止前裁定退单，" in said.text


def test_a_supervisors_copy_says_that_it_is_one_and_whose():
    number = in_progress(START)

    sweep(LATE)

    mails = told(number, NoticeKind.REMINDER)
    copy, own = mails["zhuguan1"], mails["shijianguan"]
    line = "抄送热线主管：本件主送区市场监管局，供掌握情况。"
    assert copy.text.startswith(f"{line}\n\n区市场监管局：\n")
    assert line in copy.html
    assert copy.subject == f"{own.subject}（抄送）"
    assert "抄送" not in own.subject + own.text + own.html


def test_a_copy_is_no_mail_of_the_unit():
    number = in_progress(START)

    sweep(LATE)

    mails = told(number, NoticeKind.REMINDER)
    assert mails["zhuguan1"].unit_id is None
    assert mails["shijianguan"].unit_id == unit_named("区市场监管局").id


def test_a_copy_that_arrives_proves_nothing_against_the_unit():
    number = in_progress(START)
    sweep(LATE)
    with work() as session:
        for one in session.exec(select(OutboxMessage)).all():
            reached = one.unit_id is None
            one.status = MessageStatus.SENT if reached else MessageStatus.UNDELIVERED
            one.sent_at = moment(LATE) if reached else None

    with work() as session:
        step = background.system_step(session, moment(LATE))
        ticket = tickets.ticket_by_number(session, number)
        found = arrived(step, ticket, tickets.events(session, ticket))

    assert found == {}


def test_supervisors_lists_of_one_unit_are_not_addressed_to_it():
    for _ in range(2):
        in_progress("Fri 2026-11-27 09:00")
    send_mails("Fri 2026-11-27 09:00")
    sweep("Mon 2026-12-14 09:00")
    send_mails("Mon 2026-12-14 09:00")

    lists = {one.recipient: one.text for one in all_mails() if one.key.startswith("sweep:")}

    assert lists["shijianguan@demo.invalid"].startswith("区市场监管局：")
    assert lists["zhuguan1@demo.invalid"].startswith("值班人员：")


def test_a_reminder_by_hand_goes_to_the_unit_alone_and_is_no_copy():
    number = in_progress(START)

    on_ticket(number, HALF, SUPERVISOR, lambda step, ticket: remind(step, ticket, "请尽快办理"))

    assert all("抄送" not in one.subject for one in mails_of(number, NoticeKind.REMINDER))


def test_a_mail_of_one_thing_names_it_and_is_no_daily_list():
    background.tell_calendar_alarms(moment("Mon 2026-11-02 09:00"))

    first, *_ = all_mails()
    with work() as session:
        name = mail_names(session, [first])[first.id]

    assert first.subject.startswith("【提醒】工作日历 2027 年全国放假安排尚未载入")
    assert "下列事项需要处理。" in first.text
    assert "合为一封" not in first.text + first.html
    assert name == "提醒"


def test_a_list_is_called_on_pages_as_its_subject_calls_it():
    for _ in range(2):
        in_progress("Fri 2026-11-27 09:00")
    sweep("Thu 2026-12-10 09:00")
    send_mails("Thu 2026-12-10 09:00")

    lists = [one for one in all_mails() if one.kind is NoticeKind.DIGEST]
    with work() as session:
        assert set(mail_names(session, lists).values()) == {"时限通知"}
