"""Another law's limit, an earlier date, a mixed message, the picture of serial returns."""

from dataclasses import replace

import pytest

from engine.rules.rule_set import load_rules
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import ClockKind, TicketKind
from tests.actions.return_steps import designated, twice_returned
from tests.actions.test_recompute import amended, recount
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    day,
)
from tests.looking import clock_of

EARLIER = "Tue 2026-11-24 09:00"
LAW = {"law": "市场监督管理投诉举报处理暂行办法", "article": "第二十一条"}


def test_a_unit_claims_another_laws_limit_and_a_supervisor_grants_it(as_):
    number = a_signed_ticket(EARLIER)
    unit, desk = as_(MARKET), as_(SUPERVISOR)

    offered = unit.get(f"/tickets/{number}").text
    short = unit.submit(f"/tickets/{number}/statutory", **LAW, working_days="3")
    unit.submit(f"/tickets/{number}/statutory", **LAW, working_days="45")
    listed = desk.get("/supervise/approvals").text
    bare = desk.submit(f"/tickets/{number}/decide-statutory", granted="no")
    granted = desk.submit(f"/tickets/{number}/decide-statutory", granted="yes")
    staged = unit.submit(f"/tickets/{number}/staged-reply", text="已立案调查，预计明年一月办结。")

    assert f"/tickets/{number}/statutory" in offered
    assert short.status_code == 422
    assert LAW["law"] in short.text
    assert f"/tickets/{number}/decide-statutory" in listed
    assert "第二十一条，45 个工作日" in listed
    assert bare.status_code == 422
    assert "同意按法定时限跟踪督办" in granted.text
    assert "阶段性答复已提交" in staged.text
    assert clock_of(number, ClockKind.FOLLOW_UP).certificate["limit"] == 45
    assert f"/tickets/{number}/decide-statutory" not in desk.get("/supervise/approvals").text


def test_a_claim_is_offered_to_the_lead_unit_and_decided_by_supervisors_only(as_):
    number = a_signed_ticket(EARLIER)
    as_(MARKET).submit(f"/tickets/{number}/statutory", **LAW, working_days="45")

    assert "/decide-statutory" not in as_(OPERATOR).get(f"/tickets/{number}").text
    assert as_(TAX).get(f"/tickets/{number}/statutory").status_code == 404
    refused = as_(OPERATOR).submit(f"/tickets/{number}/decide-statutory", granted="yes")
    assert refused.status_code == 403


@pytest.fixture
def shortened(database):
    """A ticket whose answer day a newer calendar would make earlier."""
    number = a_signed_ticket("Mon 2026-11-23 09:00")
    recount(amended(off=[day("Wed 2026-12-02")]))
    recount(replace(load_rules("CN-GX")))
    return number


@pytest.mark.parametrize(("choice", "due"), [("yes", "Mon 2026-12-07"), ("no", "Tue 2026-12-08")])
def test_a_supervisor_decides_whether_a_date_becomes_earlier(as_, shortened, choice, due):
    desk, clock = as_(SUPERVISOR), clock_of(shortened, ClockKind.HANDLING)

    listed = desk.get("/supervise/approvals").text
    page = desk.get(f"/tickets/{shortened}/shorten").text
    bare = desk.submit(f"/tickets/{shortened}/shorten", clock=str(clock.id), shorten=choice)
    desk.submit(
        f"/tickets/{shortened}/shorten", clock=str(clock.id), shorten=choice, reason="企业急需"
    )

    assert f"/tickets/{shortened}/shorten" in listed
    assert f'name="clock" value="{clock.id}"' in page
    assert "2026-12-07" in page
    assert bare.status_code == 422
    assert clock_of(shortened, ClockKind.HANDLING).due_on == day(due)


def test_an_unknown_clock_is_no_fault(as_, shortened):
    desk = as_(SUPERVISOR)

    for clock in ("", "99999", "9" * 30):
        answer = desk.submit(f"/tickets/{shortened}/shorten", clock=clock, shorten="no", reason="x")
        assert answer.status_code in (409, 422)


def test_a_mixed_message_is_split_into_complaint_and_report(as_):
    words = "投诉窗口拖延办理变更登记；另外举报有人索要好处费"
    number = a_ticket(EARLIER, content=words)
    desk = as_(OPERATOR)

    short = desk.submit(f"/tickets/{number}/split", complaint="短")
    split = desk.submit(f"/tickets/{number}/split", complaint="投诉窗口拖延办理变更登记")
    again = desk.submit(f"/tickets/{number}/split", complaint="投诉窗口拖延办理变更登记")

    assert short.status_code == 422
    assert "已分出举报" in split.text
    assert again.status_code == 409
    assert f"/tickets/{number}/split" not in desk.get(f"/tickets/{number}").text
    with work() as session:
        assert store.ticket_by_number(session, number).content == "投诉窗口拖延办理变更登记"


def test_a_help_request_is_not_offered_a_split(as_):
    number = a_ticket(EARLIER, kind=TicketKind.HELP_REQUEST)

    assert f"/tickets/{number}/split" not in as_(OPERATOR).get(f"/tickets/{number}").text


def test_the_link_for_an_evaluation_is_shown_to_the_hotline_once(as_):
    number = a_ticket_to_call_back(EARLIER)
    desk = as_(OPERATOR)
    desk.get(f"/tickets/{number}")

    shown = desk.post(f"/tickets/{number}/evaluation-link", version=desk.hidden("version"))

    assert "/evaluate/" in shown.text
    assert "/evaluate/" not in desk.get(f"/tickets/{number}").text


def test_serial_returns_are_one_picture_on_the_ticket(as_):
    number = twice_returned()

    page = as_(SUPERVISOR).get(f"/tickets/{number}").text
    picture = page[page.index("连续退单") :].split("</table>")[0]

    assert picture.index("1. 区市场监管局") < picture.index("2. 区税务局")
    assert "三定方案第三条" in picture
    assert "区财政局" in picture
    assert "连续退单" not in as_(OPERATOR).get(f"/tickets/{a_signed_ticket(EARLIER)}").text


def test_a_unit_opens_a_ticket_that_others_sent_back_twice(as_):
    number = designated()

    page = as_(FINANCE).get(f"/tickets/{number}")

    assert page.status_code == 200
    assert "连续退单" not in page.text
