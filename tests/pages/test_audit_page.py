"""The audit page: anybody who may look sees whether the chain is whole; nobody changes anything."""

import json
import re
from html import unescape

import pytest

from engine.actions import auditing
from engine.actions.audit_file import check_file
from engine.actions.audit_key import key_file
from engine.store import audit as store
from engine.store import audit_views
from engine.store.database import work
from tests.builders import SUPERVISOR, a_signed_ticket, moment

NOON = moment("Wed 2026-11-25 12:00")


def test_it_says_that_the_chain_is_whole_once_it_was_read_through(as_):
    number = a_signed_ticket("Wed 2026-11-25 09:00")
    auditor = as_("zhidu")
    assert "还没有核验过" in auditor.get("/audit").text

    auditor.post("/audit/check", {})
    with work() as session:
        waiting = store.open_checks(session)
    auditing.carry_out_check(waiting[0], NOON)

    page = auditor.get("/audit").text
    assert "链条完整" in page
    assert number in page


def test_a_fault_is_shown_as_an_alarm_with_the_row_that_does_not_fit(as_):
    with work() as session:
        check = store.ask(session, "演示审计员", NOON)
        check.finished_at, check.fault = NOON, "ticket:LZ1 第 2 条接不上前一条"

    page = as_("zhidu").get("/audit").text
    assert 'role="alert"' in page
    assert "ticket:LZ1 第 2 条" in page


def test_a_fault_stays_on_the_page_while_the_log_is_read_anew(as_):
    with work() as session:
        store.found_wrong(session, "系统", NOON, "审计链的见证读不出来")
        store.ask(session, "演示审计员", NOON)

    page = as_("zhidu").get("/audit").text

    assert "审计链的见证读不出来" in page
    assert "正在核验" in page


def test_a_machine_without_the_key_says_so_and_makes_none(as_):
    supervisor = as_(SUPERVISOR)
    a_signed_ticket("Wed 2026-11-25 09:00")
    auditing.seal(NOON)
    auditing.seal(NOON)
    key_file().unlink()

    assert "本机没有审计密钥" in supervisor.get("/audit").text
    assert "从备份放回" in supervisor.post("/audit/export", {"reason": "纪检调阅"}).text
    assert not key_file().exists()


def test_rows_are_found_by_ticket_person_and_act(as_):
    first = a_signed_ticket("Wed 2026-11-25 09:00")
    second = a_signed_ticket("Wed 2026-11-25 10:00")
    auditor = as_("zhidu")

    found = auditor.get(f"/audit?ticket={first}").text
    assert first in found
    assert second not in found
    assert "没有符合条件的记录" in auditor.get("/audit?person=没有这人").text
    assert first in auditor.get("/audit?action=sign_for&since=2026-11-25").text


def test_what_is_asked_wrongly_is_ignored_and_not_an_error(as_):
    auditor = as_("zhidu")

    for query in (
        "before=²",
        "before=99999999999999999999",
        "log=%00",
        "action=none",
    ):
        assert auditor.get(f"/audit?{query}").status_code == 200


def test_the_export_verifies_and_is_itself_written_down(as_):
    a_signed_ticket("Wed 2026-11-25 09:00")
    supervisor = as_(SUPERVISOR)

    answer = supervisor.post("/audit/export", {"reason": "纪检调阅"})

    lines = answer.content.splitlines(keepends=True)
    assert check_file(lines)[1] == ""
    assert json.loads(lines[0])["type"] == "header"
    assert "导出审计链" in supervisor.get("/audit?log=changes").text


@pytest.mark.parametrize("who", ["huawu", "shijianguan"])
def test_operators_and_units_do_not_see_it(as_, who):
    assert as_(who).get("/audit").status_code == 403


def test_what_the_system_did_and_what_people_did_are_found_by_who_did_it(as_):
    number = a_signed_ticket("Wed 2026-11-25 09:00")
    auditor = as_("zhidu")

    assert "签收" in auditor.get("/audit?person=区市场监管局演示承办人").text
    assert number in auditor.page
    assert "登录" in auditor.get("/audit?log=changes&person=演示审计员").text
    assert "没有符合条件的记录" in auditor.get("/audit?person=系统&action=sign_for").text


def test_the_log_goes_on_where_a_page_ended(as_, monkeypatch):
    monkeypatch.setattr(audit_views, "PAGE", 2)
    a_signed_ticket("Wed 2026-11-25 09:00")
    auditor, found = as_("zhidu"), []

    page = auditor.get("/audit?log=").text
    while True:
        found += [int(one) for one in re.findall(r"<tr><td>(\d+)</td>", page)]
        more = re.search(r'href="(\?[^"]*before=[^"]+)"', page)
        if not more:
            break
        page = auditor.get(f"/audit{unescape(more[1])}").text

    assert len(found) > 2
    assert len(set(found)) == len(found)
