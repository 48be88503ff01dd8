"""The rules and the calendar on their pages: read by all, changed by two."""

import re
from html import unescape

import pytest

from engine.actions.rules_in_force import rules_in_force
from engine.rules.calendar_files import load_provisional_year
from engine.store.database import work
from tests.builders import (
    MARKET,
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_dispatched_ticket,
    day,
)

NOW = "Tue 2026-11-24 09:00"
FRIDAY = "2026-11-27"
CSV = "".join(f"{on},放假,节日\n" for on in load_provisional_year(2027).days_off)
NOTICE = {"number": "试验〔2026〕1号", "dated": "2026-11-20", "region": "CN"}
CHANGED = {"value": "2", "since": FRIDAY, "reason": "参照外地做法"}


def in_force():
    with work() as session:
        return rules_in_force(session)


def test_the_laws_words_stand_beside_values_that_nobody_can_edit(as_):
    desk = as_(SUPERVISOR)
    page = desk.get("/rules").text

    assert "“市场主体求助类工单在 3 个工作日内办结答复" in page
    assert "【文件规定】" in page
    assert "【本区设定】" in page
    law = desk.get("/rules/p/answer_limit.complaint").text
    assert "文件规定，不可改" in law
    assert 'name="value"' not in law


def test_parameters_are_found_by_what_they_are_called(as_):
    page = as_(OPERATOR).get("/rules?q=签收").text

    assert "签收时限" in page
    assert "callback.attempts" not in page
    assert "没有含“不存在的词”的参数" in as_(OPERATOR).get("/rules?q=不存在的词").text


def test_a_change_is_previewed_proposed_and_approved_by_another(as_):
    number = a_dispatched_ticket(NOW)
    first, second = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    first.get("/rules/p/sign_for.limit")

    preview = first.post("/rules/p/sign_for.limit", **CHANGED).text
    before = in_force().parameters.version
    sent = first.post("/rules/p/sign_for.limit", **CHANGED, send="1")
    alone = first.post(sent.url.path + "/approve")
    second.get(sent.url.path)
    done = second.post(sent.url.path + "/approve").text

    assert "在办 1 件中 1 件的到期日会不同" in preview
    assert number in preview
    assert before == rules_shipped().version
    assert alone.status_code == 403
    assert "另一位主管" in alone.text
    assert f"已批准，自 {FRIDAY} 起" in done
    assert in_force().parameters["sign_for.limit"].on(day("Fri 2026-11-27")).value == 2
    assert "第 1 号修改" in first.get("/rules/p/sign_for.limit").text


def rules_shipped():
    from engine.rules.parameters import load_parameters

    return load_parameters()


def test_sent_twice_it_is_one_proposal(as_):
    desk = as_(SUPERVISOR)
    desk.get("/rules/p/sign_for.limit")
    desk.post("/rules/p/sign_for.limit", **CHANGED, send="1")

    again = desk.post("/rules/p/sign_for.limit", **CHANGED, send="1")

    assert again.status_code == 409
    assert "已有待审批的修改" in again.text


def test_a_number_in_full_width_is_the_number(as_):
    desk = as_(SUPERVISOR)
    desk.get("/rules/p/sign_for.limit")

    preview = desk.post("/rules/p/sign_for.limit", {**CHANGED, "value": "２"})

    assert preview.status_code == 200
    assert "不对" not in preview.text


def test_a_wrong_value_is_said_beside_its_field_and_what_was_typed_is_kept(as_):
    desk = as_(SUPERVISOR)
    desk.get("/rules/p/callback.time_bands")

    bad = desk.post(
        "/rules/p/callback.time_bands", value="morning: [1]", since=FRIDAY, reason="试试"
    )

    assert bad.status_code == 422
    assert "morning: [1]" in bad.text
    assert "试试" in bad.text
    assert "先早后晚" in bad.text


@pytest.mark.parametrize("who", [OPERATOR, MARKET])
def test_others_only_read(as_, who):
    desk = as_(who)
    page = desk.get("/rules/p/sign_for.limit").text

    assert 'name="value"' not in page
    assert desk.post("/rules/p/sign_for.limit", **CHANGED).status_code == 403


def test_the_task_list_is_searched_and_a_unit_without_an_account_stands_out(as_):
    from sqlmodel import select

    from engine.models import Account

    with work() as session:
        for who in (MARKET, "fuzeren"):
            account = session.exec(select(Account).where(Account.username == who)).one()
            account.active = False
    desk = as_(SUPERVISOR)

    whole, one = every_page(desk, "/rules/tasks"), desk.get("/rules/tasks?q=113").text

    assert re.findall(r'<tr id="t(\d+)"', whole) == [str(row) for row in range(1, 136)]
    assert len(re.findall(r'<tr id="t\d+"', one)) == 1
    found = every_page(desk, "/rules/tasks?q=区市场监管局")
    assert int(re.search(r"的 (\d+) 项", found)[1]) == len(re.findall(r'<tr id="t\d+"', found))
    assert "区市场监管局</span> <span" in whole
    assert "未对应账号" in whole


def every_page(desk, path):
    """Return a list with all that its 下一页 leads to."""
    page = desk.get(path).text
    more = re.search(r'href="\?([^"]*after=\d+)">下一页', page)
    if more is None:
        return page
    return page + every_page(desk, f"/rules/tasks?{unescape(more[1])}")


def test_a_missing_year_is_a_red_bar_for_those_who_can_end_it(as_):
    for who, path in ((SUPERVISOR, "/supervise"), (SUPERVISOR, "/calendar"), ("guanli", "/admin")):
        page = as_(who).get(path).text
        assert "2027 年放假安排尚未录入" in page


def test_a_calendar_is_compared_proposed_and_approved_by_another(as_):
    first, second = as_(SUPERVISOR), as_(SECOND_SUPERVISOR)
    first.get("/calendar/import")

    preview = first.post("/calendar/import", text=CSV, **NOTICE).text
    before = in_force().book.years("CN")
    sent = first.post("/calendar/import", text=CSV, **NOTICE, send="1")
    second.get(sent.url.path)
    second.post(sent.url.path + "/approve")

    assert "差异 13 天" in preview
    assert "1月1日（周五）" in preview
    assert 2027 not in before
    assert 2027 in in_force().book.years("CN")
    page = first.get("/calendar?year=2027").text
    assert "试验〔2026〕1号" in page
    assert "尚未录入" not in page
    assert "核对：演示主管甲、演示主管乙" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "请粘贴放假安排"),
        ({"text": CSV, "number": ""}, "请写通知的文号"),
        ({"text": CSV, "dated": "昨天"}, "请写通知的日期"),
        ({"text": CSV + "2026-11-20,放假,补假"}, "不在 2027 年"),
        ({"text": CSV, "region": "CN-GD"}, "请选全国或广西"),
        ({"text": "2027-01-01,放假\n"}, "依次写日期、放假或上班、名称"),
    ],
)
def test_a_calendar_that_cannot_be_taken_in_is_refused_in_words(as_, fields, said):
    desk = as_(SUPERVISOR)
    desk.get("/calendar/import")

    bad = desk.post("/calendar/import", **{**NOTICE, **fields})

    assert bad.status_code == 422
    assert said in bad.text


def test_a_handler_does_not_hand_calendars_in(as_):
    assert as_(MARKET).get("/calendar/import").status_code == 403
