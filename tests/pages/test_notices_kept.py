"""A unit keeps the notices it was sent when their ticket goes elsewhere, and learns no more."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select

from engine.actions import review, unit_work
from engine.models import OutboxMessage
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import MessageStatus, NoticeKind, ReturnReason, TicketKind
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    on_ticket,
)
from tests.documents.measuring import words_of

pytestmark = pytest.mark.usefixtures("database")
NOW, ASKED, RULED = "Tue 2026-11-24 09:00", "Tue 2026-11-24 09:30", "Tue 2026-11-24 10:00"
FILES = ("", "/page-1.png", "/file.pdf")


WHY = "职责属税务部门"
NAMED = f"演示企业甲覃先生电话13800001234，{WHY}"


def returned(*, sent=MessageStatus.SENT, granted=True, why=WHY, **changes):
    """Return a ticket whose return was granted and that went to another unit, and its mails."""
    number = a_dispatched_ticket(NOW, content="原先的诉求内容", **changes)
    form = unit_work.ReturnForm(
        reason=ReturnReason.parse("other_unit_leads"), explanation="该事项由税务部门主管。",
        legal_basis="三定方案第三条", suggested_unit=TAX,
    )  # fmt: skip
    on_ticket(number, ASKED, MARKET, lambda step, one: unit_work.request_return(step, one, form))

    def rule(step, ticket):
        other = store.unit_by_name(step.session, TAX) if granted else None
        review.rule_on_return(step, ticket, review.Ruling(granted, why, other))

    on_ticket(number, RULED, SUPERVISOR, rule)
    with work() as session:
        for mail in session.exec(select(OutboxMessage)):
            mail.status, mail.sent_at = sent, mail.created_at + timedelta(minutes=1)
    return number, mails_of(number)


def mails_of(number):
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        query = select(OutboxMessage).where(OutboxMessage.ticket_id == ticket.id)
        market = store.unit_by_name(session, MARKET).id
        return [(one.id, one.kind, one.unit_id == market) for one in session.exec(query)]


def texts_of(number):
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        query = select(OutboxMessage.text).where(OutboxMessage.ticket_id == ticket.id)
        return session.exec(query).all()


def the_ruling(mails):
    return next(key for key, kind, theirs in mails if kind is NoticeKind.RETURN_RULING and theirs)


def test_the_ruling_on_a_return_is_printed_by_the_unit_the_ticket_left(as_):
    number, mails = returned()
    at, desk = f"/tickets/{number}/mail-{the_ruling(mails)}", as_(MARKET)

    page = desk.get(at)
    said = words_of(desk.get(f"{at}/file.pdf").content)

    assert page.status_code == 200
    assert desk.get(f"{at}/page-1.png").status_code == 200
    for words in ("退单裁定", number, "理由职责属税务部门", "以邮件发出"):
        assert words in said
    for words in ("原先的诉求内容", "区税务局"):
        assert words not in page.text


def test_the_page_of_a_ticket_that_left_leads_to_the_notices_and_tells_no_more(as_):
    number, mails = returned()

    page = as_(MARKET).get(f"/tickets/{number}")

    theirs = {str(key) for key, _, own in mails if own}
    assert page.status_code == 200
    assert "已改由其他单位办理" in page.text
    assert set(re.findall(rf"/tickets/{number}/mail-(\d+)", page.text)) == theirs
    for words in ("原先的诉求内容", "区税务局"):
        assert words not in page.text


def test_a_unit_reads_the_ruling_on_a_report_after_signing_in_and_that_alone(as_):
    number, mails = returned(kind=TicketKind.REPORT, confidential=True)
    at, desk = f"/tickets/{number}/mail-{the_ruling(mails)}", as_(MARKET)
    (sent,) = [one for one in texts_of(number) if "退单申请已有裁定" in one]
    assert "理由：登录后查看" in sent

    page = desk.get(at).text
    paper = words_of(desk.get(f"{at}/file.pdf").content)

    assert "职责属税务部门" in page
    assert "职责属税务部门" not in paper
    for words in ("原先的诉求内容", "区税务局", "三定方案第三条"):
        assert words not in page
    assert "职责属税务部门" not in as_(TAX).get(f"/tickets/{number}/mail-{the_ruling(mails)}").text


@pytest.mark.parametrize("granted", [True, False])
def test_a_reason_that_stands_in_the_mail_is_not_said_again_beside_it(as_, granted):
    number, mails = returned(granted=granted, why=NAMED, contact_name="覃演示")
    at = f"/tickets/{number}/mail-{the_ruling(mails)}"
    (sent,) = [one for one in texts_of(number) if "退单申请已有裁定" in one]
    assert WHY in sent

    page = as_(MARKET).get(at).text

    assert "裁定理由" not in page
    for words in ("覃先生", "13800001234", "演示企业甲"):
        assert words not in page


@pytest.mark.parametrize("granted", [True, False])
def test_the_reason_read_after_signing_in_tells_nobody_who_asked(as_, granted):
    number, mails = returned(granted=granted, why=NAMED, contact_name="覃演示",
                             kind=TicketKind.REPORT, confidential=True)  # fmt: skip

    page = as_(MARKET).get(f"/tickets/{number}/mail-{the_ruling(mails)}").text

    assert "裁定理由" in page
    assert WHY in page
    for words in ("覃先生", "13800001234", "演示企业甲"):
        assert words not in page


def test_no_link_of_the_ruling_or_its_mail_leads_its_unit_to_a_404(as_):
    number, mails = returned(kind=TicketKind.REPORT, confidential=True)
    at, desk = f"/tickets/{number}/mail-{the_ruling(mails)}", as_(MARKET)
    (sent,) = [one for one in texts_of(number) if "退单申请已有裁定" in one]
    links = set(re.findall(r'href="(/[^"#]*)"', desk.get(at).text))
    links |= set(re.findall(r"https?://[^/\s]+(/\S*)", sent))
    assert f"/tickets/{number}" in links

    dead = {one for one in links if not one.startswith("/static") and "logout" not in one
            and desk.get(unescape(one)).status_code >= 400}  # fmt: skip

    assert dead == set()


@pytest.mark.parametrize("file", FILES)
def test_nothing_else_of_a_ticket_that_left_is_to_be_had(as_, file):
    number, mails = returned()
    others = [key for key, _, own in mails if not own]
    assert others

    desk = as_(MARKET)
    for name in ("order", *(f"mail-{key}" for key in others)):
        assert desk.get(f"/tickets/{number}/{name}{file}").status_code == 404
    other = a_dispatched_ticket(NOW, TAX)
    assert desk.get(f"/tickets/{other}/mail-{the_ruling(mails)}{file}").status_code == 404


@pytest.mark.parametrize("status", [MessageStatus.SUPERSEDED, MessageStatus.UNDELIVERED,
                                    MessageStatus.PENDING])  # fmt: skip
def test_what_never_reached_a_unit_is_not_kept_for_it(as_, status):
    number, mails = returned(sent=status)

    assert as_(MARKET).get(f"/tickets/{number}/mail-{the_ruling(mails)}").status_code == 404


def test_the_hotline_prints_them_as_before(as_):
    number, mails = returned()

    assert as_(OPERATOR).get(f"/tickets/{number}/mail-{the_ruling(mails)}").status_code == 200
