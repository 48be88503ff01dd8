"""The page of indicators: formulas, n, not applicable, and any past day's figures again."""

import re

import pytest

from engine.actions.figure_keeping import keep
from tests.builders import (
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_unhappy_callback,
    call_back,
    moment,
)

EARLY = "Mon 2026-11-02 09:00"
SHOWN = moment("Tue 2026-11-24 10:00")


def test_the_page_shows_formula_numerator_and_denominator_and_no_rate_of_nothing(as_):
    number = a_ticket_to_call_back(EARLY)
    a_signed_ticket(EARLY, TAX)
    call_back(number, "Tue 2026-11-03 10:00", an_unhappy_callback())
    keep(SHOWN)

    page = as_(SUPERVISOR).get("/supervise/figures").text

    assert "到期前答复（含已批延期） ÷ 已到期的应办结（退出的不计，重办另计）" in page
    assert "50.0%" in page
    assert "不适用" in page
    assert "有应回访未回访" not in page


def test_before_the_first_summaries_are_kept_figures_are_counted_and_not_nothing(as_):
    call_back(a_ticket_to_call_back(EARLY), "Tue 2026-11-03 10:00", an_unhappy_callback())
    a_signed_ticket(EARLY, TAX)
    desk = as_(SUPERVISOR)

    page, bulletin = desk.get("/supervise/figures").text, desk.get("/supervise/bulletin").text

    assert "50.0%" in page
    assert "本期应办结工单2件" in bulletin


def test_a_past_day_is_made_again_and_a_day_that_is_none_is_said(as_):
    a_signed_ticket(EARLY, TAX)
    desk = as_(SUPERVISOR)

    then = desk.get("/supervise/figures?on=2026-11-10").text
    wrong = desk.get("/supervise/figures?on=昨天")

    assert "按 2026-11-10 结束时的情况重算" in then
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("figures?on=2026-11-25", "还没有到"), ("figures?on=9999-12-31", "太远"),
        ("figures?since=0001-01-01", "太远"), ("bulletin?until=9999-12-31", "太远"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_counted_is_said(as_, address, said):
    shown = as_(SUPERVISOR).get(f"/supervise/{address}")

    assert (shown.status_code, said in shown.text) == (422, True)


def test_today_is_counted_as_of_now(as_):
    shown = as_(SUPERVISOR).get("/supervise/figures?on=2026-11-24")

    assert shown.status_code == 200
    assert "结束时的情况" not in shown.text


def test_the_tax_office_stands_against_the_documents_own_targets_raw_and_adjusted(as_):
    a_signed_ticket(EARLY, TAX)
    keep(SHOWN)

    page = as_(SUPERVISOR).get("/supervise/figures").text
    table = page[page.index("税务：文件自己的目标") :]

    heads = re.findall(r"<th[^>]*>([^<]+)</th>", table[: table.index("</thead>")])
    assert heads == ["指标", "n", "原始", "调整后", "目标"]


def test_the_quarters_report_is_drafted_on_its_page_and_an_unknown_quarter_is_said(as_):
    a_signed_ticket(EARLY, TAX)
    keep(SHOWN)
    desk = as_(SUPERVISOR)

    page, wrong = desk.get("/supervise/monitoring"), desk.get("/supervise/monitoring?quarter=诗")
    pdf = desk.client.get("/supervise/monitoring.pdf?quarter=2026-4")

    assert "2026年第4季度监测报告" in page.text
    assert "各项指标的变化" in page.text
    assert (wrong.status_code, "没有“诗”这个季度" in wrong.text) == (422, True)
    assert pdf.content.startswith(b"%PDF")
    assert desk.client.get("/supervise/monitoring.pdf?quarter=2020-1").status_code == 422


def test_the_desk_shows_the_indicators_own_rate_and_names_how_many_units_its_chart_shows(as_):
    a_ticket_to_call_back(EARLY)
    a_signed_ticket(EARLY, TAX)
    keep(SHOWN)

    page = as_(SUPERVISOR).get("/supervise").text

    assert "<b>50.0%</b>本期按时办结率 <small>应办结 2 件</small>" in page
    assert "前 12 个单位" not in page


@pytest.mark.parametrize("asked", ["on=2020-01-01", "until=2020-01-31&since=2020-01-01"])
@pytest.mark.parametrize("page", ["figures", "bulletin"])
def test_of_days_before_there_were_figures_the_page_says_which_is_the_first(as_, asked, page):
    answer = as_(SUPERVISOR).get(f"/supervise/{page}?{asked}")

    assert answer.status_code == 422
    assert re.search(r"指标最早从 20\d\d-\d\d-\d\d 算起", answer.text)
    assert 'name="on"' in answer.text
    assert "--rules-on" not in answer.text
