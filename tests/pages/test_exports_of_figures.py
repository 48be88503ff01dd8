"""Figures that leave as Excel: demonstration data marked, nobody charged with another's duty."""

from io import BytesIO
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from engine.actions.exclusions import ExclusionForm, exclude
from engine.actions.figure_keeping import keep
from engine.actions.findings import decide
from engine.rules.indicators import OF_THE_HOTLINE
from engine.store.database import work
from engine.store.tickets import ticket_by_number
from tests.builders import (
    SECOND_SUPERVISOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    doing,
    moment,
)
from tests.looking import sweep
from tests.pages.conftest import NOW
from tests.pages.test_exports import LATE, export, sheet


def test_a_demonstration_ticket_is_marked_in_each_list_that_leaves_and_its_files_say_so(
    as_, in_earnest
):
    invented = a_ticket_to_call_back(LATE, demonstration=True)
    call_back(invented, "Tue 2026-11-03 10:00", an_unhappy_callback())
    real = a_ticket_to_call_back(LATE)
    call_back(real, "Tue 2026-11-03 10:00", an_unhappy_callback())
    sweep("Mon 2026-11-23 09:00")
    desk = as_(SUPERVISOR)

    for name in ("tickets", "breaches", "callbacks"):
        about, rows = sheet(export(desk, name, "scope=all&since=2026-11-01"))
        assert {(row["工单号"], row["演示件"]) for row in rows} == {(invented, "是"), (real, None)}
        assert "不计入指标" in about["演示"]
    page = desk.get("/supervise/breaches").text
    assert page.count("演示件") == page.count(f'href="/tickets/{invented}"') > 0


@pytest.mark.parametrize("name", ["tickets", "breaches", "units", "callbacks", "performance"])
def test_while_all_is_a_demonstration_each_export_says_so(as_, name):
    answer = export(as_(SUPERVISOR), name)

    about, _ = sheet(answer)
    assert "演示数据" in about["演示"]
    assert quote(f"演示-{about['名称']}-") in answer.headers["content-disposition"]


def test_units_are_not_charged_with_the_callbacks_that_the_hotline_owes(as_):
    number = a_ticket_to_call_back(LATE)
    call_back(number, "Tue 2026-11-03 10:00", an_unhappy_callback())
    sweep("Mon 2026-11-23 09:00")
    keep(moment(NOW))

    _, rows = sheet(export(as_(SUPERVISOR), "performance"))

    own = {one.label for one in OF_THE_HOTLINE}
    assert {row["指标"] for row in rows if row["单位"] == "热线"} == own
    assert not own & {row["指标"] for row in rows if row["单位"] != "热线"}
    (score,) = [row for row in rows if row["指标"] == "综合得分"]
    assert (score["分母n"], score["调整后分母"]) == (1, 1)


def test_units_content_is_the_published_figure_by_the_day_of_the_callback_raw_and_adjusted(as_):
    due_before = "Mon 2026-10-12 09:00"  # due in October, called back in November
    numbers = [a_ticket_to_call_back(due_before) for _ in range(2)]
    call_back(numbers[0], "Mon 2026-11-02 10:00", a_callback())
    call_back(numbers[1], "Mon 2026-11-02 10:00", an_unhappy_callback())
    form = ExclusionForm(number=numbers[1], indicator="satisfied", ground="malicious",
                         reason="恶意评价", evidence="事件第2号")  # fmt: skip
    found = doing(NOW, SUPERVISOR, lambda step: exclude(step, form).id)
    doing(NOW, SECOND_SUPERVISOR, lambda step: decide(step, found, agreed=True))
    keep(moment("Tue 2026-11-24 10:01"))
    desk, columns = as_(SUPERVISOR), ("有效评价", "满意率%", "调整后有效评价", "调整后满意率%")

    _, october = sheet(export(desk, "units", "since=2026-10-01&until=2026-10-31"))
    _, november = sheet(export(desk, "units", "since=2026-11-01&until=2026-11-30"))

    assert [tuple(row[one] for one in columns) for row in november] == [(2, 50, 1, 100)]
    assert [row["有效评价"] for row in october] == [0]


def test_figures_for_appraisal_are_numbers_and_every_list_can_be_filtered_by_its_head(as_):
    call_back(a_ticket_to_call_back(LATE), "Tue 2026-11-03 10:00", a_callback())
    sweep("Mon 2026-11-23 09:00")
    keep(moment(NOW))

    answer = export(as_(SUPERVISOR), "performance")
    _, rows = sheet(answer)
    (solved,) = [row for row in rows if row["指标"] == "解决率" and row["分母n"]]
    table = load_workbook(BytesIO(answer.content)).worksheets[1]

    assert (solved["原始"], solved["调整后"], solved["计量单位"]) == (100, 100, "%")
    assert table.auto_filter.ref == table.dimensions


def test_the_ledger_as_excel_names_the_indicators_one_can_filter_it_by(as_):
    number = a_signed_ticket(LATE, TAX)
    with work() as session:
        ticket_by_number(session, number, lock=True).task_rows = [73]
    sweep("Tue 2026-11-24 09:00")

    _, rows = sheet(export(as_(SUPERVISOR), "breaches", "indicator=纳税"))

    assert {(row["任务项"], row["指标"]) for row in rows} == {("73", "纳税")}
