"""每日摘要 (H-88): one mail a day to everybody who owns work, none to anybody who owns none."""

import pytest
from sqlmodel import select

from engine.actions import mailing
from engine.models import OutboxMessage
from engine.store.database import work
from engine.terms import NoticeKind, Role, TicketKind
from tests.actions.letter_steps import a_sent_letter, the
from tests.builders import a_dispatched_ticket, a_signed_ticket, a_ticket_to_call_back, moment
from tests.looking import sweep, unit_named

pytestmark = pytest.mark.usefixtures("database", "var")
TUESDAY = "Tue 2026-11-24 08:20"
SECRET = "演示企业丁反映工作人员索要好处"


def daily():
    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.kind == NoticeKind.DIGEST)
        return {one.recipient: one for one in session.exec(query) if one.key.startswith("daily:")}


def address_of(role):
    from engine.store import daily_work

    with work() as session:
        return daily_work.people(session, role)[0]


def test_nobody_without_work_gets_a_mail():
    assert mailing.tell_daily(moment(TUESDAY)) == {"recipients": 0, "mailed": 0}
    assert daily() == {}


def test_a_unit_is_told_its_work_once_a_day_and_again_the_next_day():
    number = a_signed_ticket("Mon 2026-11-23 09:00", content=SECRET)

    first, again = mailing.tell_daily(moment(TUESDAY)), mailing.tell_daily(moment(TUESDAY))
    mail = daily()[unit_named("区市场监管局").email]

    assert (first["mailed"] >= 1, again["mailed"]) == (True, 0)
    assert mail.subject == "【每日摘要】11月24日（周二）待办：在办1件"
    assert number in mail.text
    assert number in mail.html
    assert mailing.tell_daily(moment("Wed 2026-11-25 08:20"))["mailed"] == first["mailed"]


def test_the_day_is_that_of_the_limit_that_puts_the_work_into_its_group():
    """First contact was owed on Tue 2026-11-24; the answer is due on Mon 2026-12-07."""
    number = a_signed_ticket("Mon 2026-11-23 09:00")

    mailing.tell_daily(moment("Fri 2026-11-27 08:20"))
    in_hand = daily()[unit_named("区市场监管局").email]
    mailing.tell_daily(moment("Tue 2026-12-08 08:20"))
    with work() as session:
        query = select(OutboxMessage).where(OutboxMessage.key == "daily:2026-12-08")
        late = {one.recipient: one for one in session.exec(query)}
    unit, supervisor = late[unit_named("区市场监管局").email], late[address_of(Role.SUPERVISOR)]

    assert "在办1件" in in_hand.subject
    assert f"{number} 投诉　在办　承办时限：12月7日（周一）" in in_hand.text
    assert "承办时限：<strong>12月7日（周一）</strong>" in in_hand.html
    assert f"{number} 投诉　已超期　承办时限：12月7日（周一）" in unit.text
    assert f"{number} 投诉　已超期　" in supervisor.text
    assert "首次联系时限" not in unit.text + supervisor.text


def test_unsigned_work_shows_the_day_by_which_it_must_be_signed_for():
    a_dispatched_ticket("Mon 2026-11-23 09:00")

    mailing.tell_daily(moment("Mon 2026-11-23 10:00"))

    assert "待签收　签收时限：" in daily()[unit_named("区市场监管局").email].text


def test_a_day_is_caught_up_with_once_where_nothing_ran_at_its_hour():
    a_signed_ticket("Mon 2026-11-23 09:00")
    early, late = moment("Tue 2026-11-24 08:19"), moment("Tue 2026-11-24 14:07")

    waited = [mailing.daily_due(early), mailing.tell_daily(early)["mailed"]]
    caught_up = [bool(mailing.daily_due(late)), mailing.tell_daily(late)["mailed"] >= 1]
    afterwards = [mailing.daily_due(late), mailing.tell_daily(late)["mailed"]]

    assert (waited, caught_up, afterwards) == ([[], 0], [True, True], [[], 0])


def test_a_day_whose_work_is_over_is_not_caught_up_with():
    a_signed_ticket("Mon 2026-11-23 09:00")

    assert mailing.tell_daily(moment("Tue 2026-11-24 17:30"))["mailed"] == 0


def test_it_leaves_in_working_time_and_on_working_days_only():
    a_signed_ticket("Mon 2026-11-23 09:00")

    assert mailing.tell_daily(moment("Sat 2026-11-28 08:20"))["mailed"] == 0
    mailing.tell_daily(moment(TUESDAY))

    mail = daily()[unit_named("区市场监管局").email]
    assert mail.next_attempt_at == moment("Tue 2026-11-24 09:00")


def test_a_supervisor_is_told_decisions_and_what_is_late_an_operator_the_callbacks_owed():
    late = a_signed_ticket("Mon 2026-11-02 09:00")
    owed = a_ticket_to_call_back("Fri 2026-11-20 09:00")
    sweep("Tue 2026-11-24 08:00")

    mailing.tell_daily(moment(TUESDAY))

    told = daily()
    supervisor, operator = told[address_of(Role.SUPERVISOR)], told[address_of(Role.OPERATOR)]
    assert "已超期1件" in supervisor.subject
    assert late in supervisor.text
    assert "函件" in supervisor.text
    assert "须人工回访1件" in operator.subject
    assert owed in operator.text
    assert late not in operator.text


def test_a_units_head_hears_of_what_is_urgent_alone():
    unit = unit_named("区市场监管局")
    with work() as session:
        one = session.get_one(type(unit), unit.id)
        one.leader_email = "head@demo.invalid"
    quiet = a_signed_ticket("Mon 2026-11-23 09:00")
    mailing.tell_daily(moment(TUESDAY))
    assert "head@demo.invalid" not in daily()

    letter = the(a_sent_letter())
    mailing.tell_daily(moment("Wed 2026-11-25 08:20"))

    mail = daily()["head@demo.invalid"]
    assert letter.number in mail.text
    assert "待反馈1件" in mail.subject
    assert quiet not in mail.text


def test_a_report_is_not_called_one_and_nobodys_words_are_in_it():
    number = a_signed_ticket("Mon 2026-11-23 09:00", kind=TicketKind.REPORT, content=SECRET)

    mailing.tell_daily(moment(TUESDAY))

    mails = [one.text + one.html + one.subject for one in daily().values()]
    assert any(number in one for one in mails)
    assert not any(word in one for one in mails for word in ("举报", "演示企业", "好处"))


def test_a_long_list_ends_with_how_many_more_there_are(monkeypatch):
    from engine.actions import daily_digests

    monkeypatch.setattr(daily_digests, "LISTED", 2)
    for _ in range(3):
        a_signed_ticket("Mon 2026-11-23 09:00")

    mailing.tell_daily(moment(TUESDAY))

    mail = daily()[unit_named("区市场监管局").email]
    assert "在办3件" in mail.subject
    assert "另有 1 件，请登录查看。" in mail.text
