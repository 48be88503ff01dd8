"""Mails about findings (认定告知): to the unit found against, with the last day of its appeal."""

import pytest
from sqlmodel import col, select

from engine.models import OutboxMessage
from engine.store.database import work
from engine.terms import NoticeKind
from tests.actions.test_findings import appeal, decide, judge, late, rule

__all__ = ["late"]  # the fixture of a ticket whose limit was missed
pytestmark = pytest.mark.usefixtures("database")
OF_FINDINGS = (NoticeKind.FINDING, NoticeKind.APPEAL_RULED)


def mails():
    with work() as session:
        query = select(OutboxMessage).where(col(OutboxMessage.kind).in_(OF_FINDINGS))
        return session.exec(query.order_by(col(OutboxMessage.id))).all()


def test_a_confirmed_breach_is_told_to_the_unit_with_its_last_day_of_appeal(late):
    judge(late[1], kind="confirmed")

    told = mails()
    assert told
    assert "11月26日（周四）" in told[0].subject
    assert all("系统停机一日" not in one.text for one in told)
    assert all("/findings/" in one.text for one in told)


def test_an_excused_breach_needs_no_mail(late):
    decide(judge(late[1]))

    assert mails() == []


def test_a_refused_excuse_is_told(late):
    decide(judge(late[1]), agreed=False, reason="记录不符")

    assert {one.kind for one in mails()} == {NoticeKind.FINDING}
    assert "不同意免责" in mails()[0].subject


def test_the_ruling_on_an_appeal_is_told(late):
    finding = judge(late[1], kind="confirmed")
    appeal(finding)
    rule(finding, changed=False)

    last = mails()[-1]
    assert last.kind is NoticeKind.APPEAL_RULED
    assert "维持认定" in last.subject
    assert "记录属实" not in last.text


def test_an_excuse_by_appeal_is_told_as_one_that_waits_for_another_supervisor(late):
    finding = judge(late[1], kind="confirmed")
    appeal(finding)
    rule(finding)

    assert "改变认定，待另一位主管复核" in mails()[-1].subject
