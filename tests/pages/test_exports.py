"""What leaves the desks as Excel, the ledger's conditions, units compared, what waits."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from api.pages import exports
from engine.actions import exporting
from engine.documents import workbook
from engine.models import AuditEntry, Breach
from engine.store.database import work
from engine.terms import TicketKind
from tests.builders import (
    MARKET,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answered_ticket,
    an_unhappy_callback,
    call_back,
)
from tests.looking import breaches_of, sweep

LATE = "Mon 2026-11-02 09:00"
SECRET = {"phone": "13800001234", "enterprise": "演示企业丁", "contact_name": "演示某人"}


def sheet(answer):
    assert answer.status_code == 200, answer.text
    book = load_workbook(BytesIO(answer.content))
    about = {row[0]: row[1] for row in book["说明"].values}
    head, *rows = book[book.sheetnames[1]].values
    return about, [dict(zip(head, row, strict=True)) for row in rows]


def export(desk, name, query=""):
    return desk.client.get(f"/supervise/export/{name}.xlsx?{query}")


def test_a_list_of_tickets_is_the_whole_filter_with_its_conditions(as_):
    market = a_signed_ticket(
        LATE, content="=HYPERLINK(1) 营业执照变更拖延一个月没有办下来", **SECRET
    )
    a_signed_ticket("Tue 2026-11-03 09:00", TAX)

    about, rows = sheet(export(as_(SUPERVISOR), "tickets", "scope=overdue&unit=区市场监管局"))

    assert [row["工单号"] for row in rows] == [market]
    assert (rows[0]["承办单位"], rows[0]["诉求人时限超期"]) == ("区市场监管局", "是")
    assert rows[0]["其超期工作日"] == 6
    assert rows[0]["超期的时限"] == "诉求人时限、承办时限、首次联系时限"
    assert rows[0]["事项"].startswith("'=")
    assert about["条件"] == "已超期；区市场监管局"
    assert (about["行数"], about["生成人"]) == ("1", "演示主管甲")
    assert about["生成时间"] == "2026-11-24 10:00（北京时间）"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\+[0-9a-f]{6}", about["规则版本"])
    assert about["日历版本"].startswith("CN-GX-2026")


def test_a_limit_that_was_missed_is_named_though_the_requester_was_answered_in_time(as_):
    number = a_dispatched_ticket("Fri 2026-11-20 09:00")
    sweep("Tue 2026-11-24 09:00")

    _, rows = sheet(export(as_(SUPERVISOR), "tickets", "scope=all"))

    assert [(row["工单号"], row["诉求人时限超期"], row["超期的时限"]) for row in rows] == [
        (number, "否", "签收时限")
    ]


def test_requesters_are_in_no_export_and_reports_are_withheld(as_):
    words = "举报演示某局收费，电话 13800001234"
    a_signed_ticket(LATE, kind=TicketKind.REPORT, content=words, **SECRET)
    number = a_ticket_to_call_back(LATE, content=f"请回电 13800001234，{words}", **SECRET)
    call_back(number, "Tue 2026-11-24 09:00", an_unhappy_callback(words="请打 13800001234"))
    sweep("Mon 2026-11-23 09:00")
    desk = as_(SUPERVISOR)

    for name in ("tickets", "breaches", "callbacks", "units"):
        about, rows = sheet(export(desk, name, "scope=all"))
        said = f"{about}{rows}"
        assert rows
        for secret in ("13800001234", "演示企业丁", "演示某人"):
            assert secret not in said, name
        assert "举报演示某局收费，电话" not in said or name != "breaches"
    _, rows = sheet(export(desk, "tickets", "scope=all&kind=report"))
    assert [row["事项"] for row in rows] == ["（举报件，内容不导出）"]


def test_the_ledger_is_filtered_and_exported_with_its_judgements(as_):
    market, tax = a_signed_ticket(LATE), a_signed_ticket(LATE, TAX)
    sweep("Mon 2026-11-23 09:00")
    desk = as_(SUPERVISOR)
    with work() as session:
        breach = session.exec(select(Breach).where(Breach.kind == "handling")).first()
    desk.get(f"/supervise/breaches/{breach.id}")
    desk.post(
        f"/supervise/breaches/{breach.id}", judgement="excused", reason="系统停机一日",
        evidence="机房记录第三号",
    )  # fmt: skip
    other = as_(SECOND_SUPERVISOR)
    other.get("/findings/1")
    other.post("/findings/1/agree")

    page = desk.get("/supervise/breaches?unit=区税务局&limit=handling").text
    _, excused = sheet(export(desk, "breaches", "judgement=excused"))
    _, none = sheet(export(desk, "breaches", "until=2026-11-01"))

    assert (tax in page, market in page) == (True, False)
    assert [row["主管认定"] for row in excused] == ["免责"]
    assert (excused[0]["理由和依据"], excused[0]["系统判定"]) == ("系统停机一日", "超期")
    assert (excused[0]["证据"], excused[0]["复核人"]) == ("机房记录第三号", "演示主管乙")
    assert "红牌催办" in excused[0]["升级阶梯"]
    assert excused[0]["规则版本"]
    assert none == []
    assert desk.get("/supervise/breaches?since=昨天").status_code == 422


def test_a_proposed_finding_names_who_proposed_it_and_the_ledger_whose_days_were_used(as_):
    number = a_dispatched_ticket(LATE, TAX)
    sweep("Mon 2026-11-23 09:00")
    (breach,) = [one for one in breaches_of(number) if one.kind.value == "handling"]
    desk = as_(SUPERVISOR)
    desk.get(f"/supervise/breaches/{breach.id}")
    desk.post(
        f"/supervise/breaches/{breach.id}",
        judgement="excused",
        reason="系统停机一日",
        evidence="《停机记录》",
    )

    _, (row,) = sheet(export(desk, "breaches", "limit=handling"))

    assert row["主管认定"] == "免责（待复核）"
    assert (row["认定人"], row["复核人"]) == ("演示主管甲", None)
    assert row["整件工单谁用了几天"] == "热线 0、区税务局 16"


def test_the_ledger_is_asked_by_kind_of_ticket_on_the_page_and_in_the_export(as_):
    help_, complaint = (a_signed_ticket(LATE, TAX, kind=kind)
                        for kind in (TicketKind.HELP_REQUEST, TicketKind.COMPLAINT))  # fmt: skip
    sweep("Mon 2026-11-23 09:00")
    desk = as_(SUPERVISOR)

    page = desk.get("/supervise/breaches?kind=help_request&limit=handling").text
    about, rows = sheet(export(desk, "breaches", "kind=help_request&limit=handling"))

    assert (help_ in page, complaint in page) == (True, False)
    assert [row["工单号"] for row in rows] == [help_]
    assert about["条件"] == "承办时限；求助"


@pytest.mark.parametrize("page", ["tickets", "breaches", "figures", "units", "bulletin"])
def test_days_the_wrong_way_round_are_said_and_not_shown_as_nothing(as_, page):
    desk = as_(SUPERVISOR)
    days = "since=2026-11-20&until=2026-11-02"

    shown = desk.get(f"/supervise/{page}?{days}")

    assert shown.status_code == 422
    assert "截止日 2026-11-02 早于起始日 2026-11-20" in shown.text
    if page in ("tickets", "breaches", "units"):
        assert export(desk, page, days).status_code == 422


def test_units_are_compared_without_a_rank_and_the_chart_says_what_the_table_says(as_):
    an_answered_ticket(LATE)
    a_signed_ticket(LATE, TAX)
    sweep("Mon 2026-11-23 09:00")
    desk = as_(SUPERVISOR)

    page = desk.get("/supervise/units").text
    _, rows = sheet(export(desk, "units"))

    found = {row["单位"]: row for row in rows}
    assert (found["区市场监管局"]["按期率%"], found["区税务局"]["按期率%"]) == (100, 0)
    assert {row["名次"] for row in rows} == {"件数少，不排名"}
    assert 'aria-label="各单位应办结和超期件数"' in page
    assert "1 / 1" in page
    assert "不足 10 件的不比较" in page


def test_the_ledger_of_callbacks_holds_each_attempt(as_):
    number = a_ticket_to_call_back(LATE)
    call_back(number, "Tue 2026-11-24 09:00", an_unhappy_callback())

    about, rows = sheet(export(as_(SUPERVISOR), "callbacks", "since=2026-11-24&until=2026-11-24"))

    assert [(row["工单号"], row["满意度"], row["回访人"]) for row in rows] == [
        (number, "不满意", "演示话务员")
    ]
    assert "2026-11-24 至 2026-11-24" in about["条件"]


def test_every_export_is_noted(as_):
    desk = as_(SUPERVISOR)
    export(desk, "tickets", "scope=all")

    with work() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "export")).one()
    assert entry.details == {"name": "工单清单", "conditions": "全部", "rows": 0}


def test_a_list_leaves_as_csv_in_one_piece_whatever_its_length_and_without_formulas(as_):
    numbers = [a_signed_ticket(LATE, content="=HYPERLINK(1) 办照拖延没有办下来", **SECRET)
               for _ in range(3)]  # fmt: skip
    desk = as_(SUPERVISOR)

    answer = desk.client.get("/supervise/export/tickets.csv?scope=overdue")

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith("\ufeff工单号,".encode())
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["工单号"] for row in rows] == numbers
    assert {row["事项"][:2] for row in rows} == {"'="}
    assert rows[0]["受理时间"] == "2026-11-02 09:00"
    assert "13800001234" not in answer.text
    with work() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "export")).one()
    assert entry.details["format"] == "CSV"


def test_what_excel_leaves_out_is_said_on_the_page_and_in_the_file_and_csv_has_it(as_, monkeypatch):
    for _ in range(3):
        a_signed_ticket(LATE)
    desk = as_(SUPERVISOR)
    for place in (workbook, exporting, exports):
        monkeypatch.setattr(place, "MOST_ROWS", 2)

    about, rows = sheet(export(desk, "tickets", "scope=overdue"))
    whole = desk.client.get("/supervise/export/tickets.csv?scope=overdue").text.splitlines()

    assert (about["行数"], len(rows)) == ("2（Excel 只导出这么多，全部请用 CSV）", 2)
    assert len(whole) == 4
    page = desk.get("/supervise/tickets?scope=overdue").text
    assert "Excel 最多 50000 行，CSV 不限" in page


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [("tickets", "kind=诗", 422), ("units", "since=昨天", 422), ("secrets", "", 404)],
)
def test_what_cannot_be_exported_is_said(as_, name, query, status):
    desk = as_(SUPERVISOR)

    assert export(desk, name, query).status_code == status
    assert desk.client.get(f"/supervise/export/{name}.csv?{query}").status_code == status


def test_handlers_export_nothing(as_):
    assert export(as_(MARKET), "tickets").status_code == 403


def test_what_waits_is_in_one_place_with_its_counts(as_):
    desk = as_(SUPERVISOR)
    a_signed_ticket(LATE)
    sweep("Mon 2026-11-23 09:00")

    page = desk.get("/supervise/approvals").text
    front = desk.get("/supervise").text

    kinds = "会商 再次退单 延期 不予受理 函件 线索移交 法定时限 规则和日历"
    for name in kinds.split():
        assert name in page
        assert name in front
    assert re.search(r"共 [1-9] 件等决定", page)
    assert re.search(r'id="letters">函件 <i class="n hot">[1-9]</i>', page)
