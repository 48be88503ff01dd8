"""Mail that does not get through: by unit, sent again or let be, and told once a day."""

import pytest
from sqlmodel import col, select

from engine.actions import incoming_mail, mail_trouble, mailing
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import OutboxMessage, Unit
from engine.store import mail_trouble as store
from engine.store.database import work
from engine.terms import MessageStatus, NoticeKind
from tests.builders import MARKET, OPERATOR, SUPERVISOR, a_dispatched_ticket, doing, moment
from tests.looking import mails_of, send_mails

pytestmark = pytest.mark.usefixtures("database", "var")
NOW, LATER, NEXT = "Tue 2026-11-24 09:00", "Tue 2026-11-24 15:00", "Wed 2026-11-25 08:50"
UNIT_ADDRESS = "shijianguan@demo.invalid"


def a_failed_mail(unit=MARKET):
    number = a_dispatched_ticket(NOW, unit)
    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)
    with work() as session:
        failed = session.get_one(OutboxMessage, mail.id)
        failed.status, failed.attempts = MessageStatus.UNDELIVERED, 1
        failed.last_error = "邮件服务器拒收收件人（550 5.1.1），请核对邮箱地址。"
    return number, mail.id


def the(mail_id):
    with work() as session:
        return session.get_one(OutboxMessage, mail_id)


def readdress(address):
    with work() as session:
        unit = session.get_one(Unit, the_unit())
        unit.email = address


def the_unit():
    with work() as session:
        (group,) = store.failures_by_unit(session)
        return group.unit.id


def supervisors_mails(key):
    with work() as session:
        return list(
            session.exec(select(OutboxMessage).where(col(OutboxMessage.key).startswith(key)))
        )


def test_failures_are_listed_by_unit_those_with_most_first():
    a_failed_mail("shuiwu")
    a_failed_mail()
    a_failed_mail()

    with work() as session:
        groups = store.failures_by_unit(session)
        assert [len(one.mails) for one in groups] == [2, 1]
        assert groups[0].unit.email == UNIT_ADDRESS


def test_a_failed_mail_is_sent_again():
    _, mail_id = a_failed_mail()

    doing(LATER, SUPERVISOR, lambda step: mail_trouble.send_again(step, mail_id))
    assert the(mail_id).status is MessageStatus.PENDING
    send_mails(LATER)

    assert the(mail_id).status is MessageStatus.SENT


def test_it_goes_to_the_address_the_unit_has_by_now():
    _, mail_id = a_failed_mail()
    before = the(mail_id).message_id
    readdress("neu@demo.invalid")

    doing(LATER, SUPERVISOR, lambda step: mail_trouble.send_again(step, mail_id))

    assert the(mail_id).recipient == "neu@demo.invalid"
    assert the(mail_id).message_id != before


def test_without_an_address_it_is_not_sent_again():
    _, mail_id = a_failed_mail()
    readdress("")

    with pytest.raises(ConflictError, match="请先在“单位”里改正"):
        doing(LATER, SUPERVISOR, lambda step: mail_trouble.send_again(step, mail_id))


def test_letting_it_be_takes_a_reason_and_leaves_the_list():
    _, mail_id = a_failed_mail()

    with pytest.raises(BadInputError, match="理由"):
        doing(LATER, SUPERVISOR, lambda step: mail_trouble.let_be(step, mail_id, " "))
    doing(LATER, SUPERVISOR, lambda step: mail_trouble.let_be(step, mail_id, "已电话告知"))

    assert the(mail_id).last_error == "不再发：已电话告知"
    with work() as session:
        assert store.failures_by_unit(session) == []
    with pytest.raises(ConflictError):
        doing(LATER, SUPERVISOR, lambda step: mail_trouble.send_again(step, mail_id))


def test_an_operator_decides_nothing_about_mail():
    _, mail_id = a_failed_mail()

    with pytest.raises(NotPermittedError):
        doing(LATER, OPERATOR, lambda step: mail_trouble.send_again(step, mail_id))


def test_supervisors_are_told_once_a_day_what_is_stuck():
    a_failed_mail()
    incoming_mail.file_mail(b"From: a@b.invalid\r\n\r\nhello", moment(LATER))

    first = mailing.tell_stuck(moment(NEXT))
    again = mailing.tell_stuck(moment("Wed 2026-11-25 09:50"))

    assert (first["stuck"], again["mailed"]) == (2, 0)
    assert first["mailed"] >= 1
    told = supervisors_mails("stuck:2026-11-25")
    assert "1 封邮件没有送达" in told[0].text
    assert "1 封来信归不到工单" in told[0].text
    assert "卡住的事项" in told[0].subject
    assert "件工单" not in told[0].subject + told[0].text
    assert "1. 1" not in told[0].text


def test_days_off_and_evenings_bring_one_mail_when_work_begins():
    a_failed_mail()
    off = ("Fri 2026-11-27 18:10", "Sat 2026-11-28 08:50", "Sun 2026-11-29 08:50")

    assert [mailing.tell_stuck(moment(one)) for one in off] == [{"stuck": 1, "mailed": 0}] * 3
    assert mailing.tell_stuck(moment("Mon 2026-11-30 08:50"))["mailed"] >= 1


def test_no_two_of_them_leave_at_one_moment_over_spring_festival():
    a_failed_mail()
    days = [f"{day} 2027-02-{date} 08:50" for day, date in (
        ("Thu", "04"), ("Fri", "05"), ("Sat", "06"), ("Sun", "07"), ("Mon", "08"), ("Tue", "09"),
        ("Wed", "10"), ("Thu", "11"), ("Fri", "12"), ("Sat", "13"), ("Sun", "14"), ("Mon", "15"),
    )]  # fmt: skip

    told = [one for one in days if mailing.tell_stuck(moment(one))["mailed"]]

    assert {"Thu 2027-02-04 08:50", "Mon 2027-02-15 08:50"} <= set(told)
    assert len(told) < len(days)
    leaving = [(one.recipient, one.next_attempt_at) for one in supervisors_mails("stuck:2027-02")]
    assert len(leaving) == len(set(leaving))


def test_a_mail_server_that_was_away_for_days_brings_the_newest_word_alone():
    a_failed_mail()

    for at in ("Wed 2026-11-25 08:50", "Thu 2026-11-26 08:50", "Fri 2026-11-27 08:50"):
        mailing.tell_stuck(moment(at))

    left = [one for one in supervisors_mails("stuck:") if one.status is MessageStatus.PENDING]
    assert {one.key for one in left} == {"stuck:2026-11-27"}


def test_nothing_stuck_is_no_mail():
    assert mailing.tell_stuck(moment(NEXT)) == {"stuck": 0, "mailed": 0}


def test_a_mail_put_off_for_hours_is_told_too():
    number = a_dispatched_ticket(NOW)
    with work() as session:
        mail = session.get_one(OutboxMessage, mails_of(number, NoticeKind.ASSIGNMENT)[0].id)
        mail.attempts, mail.next_attempt_at = 5, moment(NEXT)

    assert mailing.tell_stuck(moment(LATER))["stuck"] == 1
