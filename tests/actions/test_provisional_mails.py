"""A day that may still move (暂定, H-08) is called so in each mail, list and calendar entry.

No year after 2026 has a published calendar here: days from 28 December 2026 on may still move.
"""

import pytest
from sqlmodel import select

from engine.actions import mailing
from engine.actions.background import system_step
from engine.actions.sheets import order_sheet
from engine.models import OutboxMessage
from engine.store.database import work
from engine.store.tickets import ticket_by_number
from engine.terms import NoticeKind
from tests.actions.sweep_steps import in_progress
from tests.actions.test_adjusting import ask, decide
from tests.actions.test_calendar_entries import entries
from tests.builders import MARKET, a_dispatched_ticket, a_signed_ticket, moment
from tests.looking import mails_of, send_mails, sweep, unit_named

pytestmark = pytest.mark.usefixtures("database", "var")
SURE = "Fri 2026-12-11 09:00"  # a complaint of this day is due on Fri 2026-12-25
UNSURE = "Fri 2026-12-18 09:00"  # of this one on Mon 2027-01-04
AFTER = "Thu 2026-12-31 15:00"  # to be signed for on Mon 2027-01-04


def to_unit(begins):
    with work() as session:
        mails = session.exec(select(OutboxMessage).where(
            OutboxMessage.recipient == unit_named(MARKET).email)).all()  # fmt: skip
        (found,) = [one for one in mails if one.key.startswith(begins)]
    return found


def test_an_assignment_names_the_day_as_provisional_in_subject_text_and_calendar():
    number = a_dispatched_ticket(UNSURE)

    (mail,), (entry,) = mails_of(number, NoticeKind.ASSIGNMENT), entries(
        number, NoticeKind.ASSIGNMENT)  # fmt: skip

    assert mail.subject.endswith("，1月4日（周一，暂定）到期")
    assert "办结期限：1月4日（周一，暂定，日历公布后可能调整）" in mail.text
    assert "签收截止：12月21日（周一）24:00" in mail.text
    assert (entry["STATUS"], entry["SUMMARY"]) == ("TENTATIVE", f"{number} 办结期限（暂定）")


def test_the_last_working_day_before_is_sure():
    number = a_dispatched_ticket(SURE)

    (mail,), (entry,) = mails_of(number, NoticeKind.ASSIGNMENT), entries(
        number, NoticeKind.ASSIGNMENT)  # fmt: skip

    assert mail.subject.endswith("，12月25日（周五）到期")
    assert "暂定" not in mail.text + mail.html
    assert (entry["STATUS"], entry["SUMMARY"]) == ("CONFIRMED", f"{number} 办结期限")


def test_signing_and_returning_are_provisional_too():
    number = a_dispatched_ticket(AFTER)

    (mail,) = mails_of(number, NoticeKind.ASSIGNMENT)

    assert "签收截止：1月4日（周一，暂定）24:00" in mail.text
    assert "退单截止：1月4日（周一，暂定）24:00" in mail.text


def test_a_granted_extension_into_the_next_year_is_provisional_in_mail_and_calendar():
    number = a_signed_ticket(SURE)

    decide(ask(number, "Wed 2026-12-23 10:00", 2), "Wed 2026-12-23 11:00", granted=True)

    (mail,), (entry,) = mails_of(number, NoticeKind.EXTENSION), entries(
        number, NoticeKind.EXTENSION)  # fmt: skip
    assert "原定期限：12月25日（周五）\n" in mail.text
    assert "现定期限：12月29日（周二，暂定）\n" in mail.text
    assert entry["STATUS"] == "TENTATIVE"


def test_warnings_folded_into_one_list_say_it_of_each_day():
    for _ in range(2):
        in_progress("Wed 2027-02-03 09:00")
    send_mails("Wed 2027-02-03 09:00")
    sweep("Thu 2027-02-18 09:00")
    send_mails("Thu 2027-02-18 09:00")

    mail = to_unit("sweep:")

    assert mail.text.count("期限：2月19日（周五，暂定）") == 2
    assert mail.html.count("<strong>2月19日（周五，暂定）</strong>") == 2
    assert mail.text.count("2月19日") == 2


def test_the_daily_list_says_it():
    number = a_signed_ticket(UNSURE)

    mailing.tell_daily(moment("Mon 2026-12-28 08:20"))

    assert f"{number} 投诉　在办　承办时限：1月4日（周一，暂定）" in to_unit("daily:").text


def test_the_printed_order_says_it_of_the_day_of_signing():
    number = a_dispatched_ticket(AFTER)

    with work() as session:
        step = system_step(session, moment(AFTER))
        facts = order_sheet(step, ticket_by_number(session, number), reads=True).facts

    said = {one.label: one.words for one in facts}
    assert said["签收期限"] == "2027年1月4日24:00（暂定）前"
