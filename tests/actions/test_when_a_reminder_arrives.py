"""A reminder written at a weekend speaks of the day on which it arrives, and of nothing undone."""

import pytest

from engine.actions import unit_work
from engine.actions.overseeing import remind
from engine.terms import NoticeKind
from tests.actions.sweep_steps import in_progress
from tests.builders import SUPERVISOR, TAX, a_signed_ticket, moment, on_ticket
from tests.looking import mails_of, sweep, unit_named

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
    assert "答复期限：12月8日（周二）" in sent.text
    assert "答复期限12月8日（周二）" in sent.subject
    assert "已超期：4个工作日" in sent.text


def test_a_reminder_by_hand_on_a_saturday_asks_by_tuesday_too():
    number = in_progress("Mon 2026-11-30 09:00")

    on_ticket(number, SATURDAY, SUPERVISOR, lambda s, t: remind(s, t, "请尽快办理"))

    (sent,) = [one for one in to_unit(number) if one.kind is NoticeKind.REMINDER]
    assert sent.next_attempt_at == moment(MONDAY)
    assert "答复期限：12月8日（周二）" in sent.text


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
