"""A reminder written at a weekend speaks of the day on which it arrives, and of nothing undone."""

import pytest

from engine.actions import unit_work
from engine.actions.evidence import evidence_for
from engine.actions.overseeing import remind
from engine.terms import MessageStatus, NoticeKind
from tests.actions.sweep_steps import in_progress
from tests.builders import SUPERVISOR, TAX, a_signed_ticket, moment, on_ticket
from tests.looking import mails_of, send_mails, sweep, unit_named

pytestmark = pytest.mark.usefixtures("database", "var")
# A complaint of Tue 2026-11-17 is due on Tue 2026-12-01.
TUESDAY, SATURDAY, MONDAY = "Tue 2026-11-17 09:00", "Sat 2026-12-05 10:00", "Mon 2026-12-07 09:00"
ONLY_UNDER_US = ("黄牌", "红牌", "约谈", "挂牌督办")


def to_unit(number, unit="区市场监管局"):
    return [one for one in mails_of(number) if one.recipient == unit_named(unit).email]


def with_the_tax_office(now):
    number = a_signed_ticket(now, unit=TAX)
    on_ticket(number, now, TAX, unit_work.first_contact)
    return number


def test_a_reminder_of_a_saturday_asks_by_tuesday_and_counts_to_monday():
    number = in_progress(TUESDAY)

    sweep(SATURDAY)

    sent = [one for one in to_unit(number) if one.kind is NoticeKind.REMINDER][-1]
    assert sent.next_attempt_at == moment(MONDAY)
    assert "催办回复截止：12月8日（周二）" in sent.text
    assert "催办回复截止12月8日（周二）" in sent.subject
    assert "已超期：4个工作日" in sent.text


def test_a_reminder_by_hand_on_a_saturday_asks_by_tuesday_too():
    number = in_progress("Mon 2026-11-30 09:00")

    on_ticket(number, SATURDAY, SUPERVISOR, lambda s, t: remind(s, t, "请尽快办理"))

    (sent,) = [one for one in to_unit(number) if one.kind is NoticeKind.REMINDER]
    assert sent.next_attempt_at == moment(MONDAY)
    assert "催办回复截止：12月8日（周二）" in sent.text


def test_a_unit_is_not_told_of_steps_that_are_only_proposed_and_supervisors_are():
    number = in_progress(TUESDAY)

    sweep(SATURDAY)

    told = [one for one in to_unit(number) if one.kind is NoticeKind.REMINDER][-1]
    assert "督办阶梯：承办时限：" in told.text
    assert "红牌催办" in told.text
    for word in ("督办函", "约谈", "挂牌", "移交"):
        assert word not in told.text + told.html
    proposed = [one for one in mails_of(number) if one.kind is NoticeKind.LETTER_PROPOSED]
    assert any("提请督办函" in one.text for one in proposed)


def test_a_body_that_is_only_asked_reads_of_no_card_and_no_summons():
    number = with_the_tax_office(TUESDAY)
    for now in ("Tue 2026-11-24 09:00", "Mon 2026-11-30 09:00", "Tue 2026-12-01 09:00",
                "Wed 2026-12-02 09:00", "Thu 2026-12-03 09:00", MONDAY):  # fmt: skip
        sweep(now)

    told = to_unit(number, "区税务局")

    assert any("剩一个工作日" in one.subject for one in told)
    assert any("提醒办理" in one.text for one in told)
    for mail in told:
        for word in ONLY_UNDER_US:
            assert word not in mail.subject + mail.text + mail.html


def test_a_reminder_does_not_call_its_own_day_the_limit_of_the_answer_and_says_what_to_do():
    number = a_signed_ticket("Thu 2026-11-05 09:00")
    sweep("Mon 2026-11-09 09:00")

    mail = next(one for one in to_unit(number) if one.kind is NoticeKind.REMINDER)

    assert "已过首次联系时限，催办回复截止11月10日（周二）" in mail.subject
    assert "请在催办回复截止前联系诉求人，回复进展并说明超期原因" in mail.text
    assert "答复期限" not in mail.subject + mail.text


def test_reminders_of_one_weekend_about_a_ticket_are_one_mail_each_on_monday():
    number = in_progress("Mon 2026-11-30 09:00")
    for minute in range(5):
        at = f"Sat 2026-12-05 10:0{minute}"
        on_ticket(number, at, SUPERVISOR, lambda s, t: remind(s, t, "请尽快办理"))
    send_mails(MONDAY)

    came = [one for one in mails_of(number, NoticeKind.REMINDER)
            if one.status is MessageStatus.SENT]  # fmt: skip
    assert len(came) == len({one.recipient for one in came}) == 2


def test_what_a_folded_reminder_left_undone_counts_from_the_mail_that_came():
    number = in_progress("Mon 2026-11-30 09:00")
    for at in ("Sat 2026-12-05 10:00", "Sat 2026-12-05 10:01"):
        on_ticket(number, at, SUPERVISOR, lambda s, t: remind(s, t, "请尽快办理"))
    send_mails(MONDAY)

    def told(step, ticket):
        return evidence_for(step, ticket, ticket.lead_unit_id)

    lines = on_ticket(number, "Wed 2026-12-09 09:00", SUPERVISOR, told)
    urged = [one for one in lines if "热线催办（12月7日送达），截至12月8日未回复催办" in one]
    assert len(urged) == 2
