"""`hotline rules` and `hotline calendar` as people type them."""

import json
from datetime import date

from engine.rules.calendar_files import CALENDARS, load_provisional_year, read_year_file
from engine.rules.parameters import load_parameters


def test_rules_are_listed_with_unit_day_and_source(run):
    shown = run("rules", "show", "--on", "2024-09-27").output

    for words in ("求助类工单办结答复时限", "3 工作日", "2023-11-08", "H-03", "附件第113项"):
        assert words in shown


def test_rules_before_the_document_are_shown_as_not_in_force(run):
    assert "尚未生效" in run("rules", "show", "--on", "2023-11-07").output
    stated = json.loads(run("rules", "show", "--on", "2023-11-07", "--json").output)
    assert all("error" in row for row in stated)


def test_rules_are_shown_with_the_day_they_were_checked_and_a_unit_for_lists(run):
    shown = run("rules", "show", "--on", "2024-09-27").output

    for words in ("2026-11-23 核对", "（清单）", "（表）", "2 天", "2 个时段", "尚未使用："):
        assert words in shown


def test_rules_in_force_are_counted_rightly(run):
    before = run("rules", "show", "--on", "2023-01-01").output
    since = run("rules", "show", "--on", "2023-11-08").output
    count = len(load_parameters())

    assert f"适用的参数 0 项，未生效或已停用 {count} 项" in before
    assert f"适用的参数 {count} 项，规则版本" in since


def test_rules_can_be_had_as_json(run):
    stated = {row["key"]: row for row in json.loads(run("rules", "show", "--json").output)}

    assert stated["answer_limit.complaint"]["value"] == 10
    assert stated["answer_limit.complaint"]["reference"] == "城中政办〔2023〕19号 附件第113项"


def test_a_wrong_day_is_refused(run):
    refused = run("rules", "show", "--on", "昨天")

    assert refused.exit_code == 2
    assert "“昨天”不是日期" in refused.stderr


def test_the_clauses_are_printed_as_the_page(run):
    assert "对未解决或不满意工单进行 100%人工回访。" in run("rules", "clauses").output


def test_the_calendars_are_checked(run):
    checked = run("calendar", "check")

    assert "CN-GX" in checked.output
    assert "2026-12-27 已公布" in checked.output


def test_a_year_is_shown_with_its_exceptions(run):
    shown = run("calendar", "show", "2024").output

    assert "249 个工作日" in shown
    assert "壮族三月三放假  4月11日（周四） 至 4月12日（周五）" in shown
    assert "国庆节调休上班  9月29日（周日）" in shown


def test_a_year_without_a_calendar_is_refused(run):
    refused = run("calendar", "show", "2031")

    assert refused.exit_code == 2
    assert "cn-2031.yaml" in refused.stderr


def notice(tmp_path, days):
    path = tmp_path / "2028.json"
    statutory = load_provisional_year(2027).days_off
    named = {one["date"] for one in days}
    days += [
        {"name": "节日", "date": str(on), "isOffDay": True}
        for on in statutory
        if str(on) not in named
    ]
    path.write_text(json.dumps({"year": 2027, "days": days}), encoding="utf-8")
    return path


def test_an_import_shows_its_differences_first(run, tmp_path):
    path = notice(tmp_path, [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}])

    shown = run("calendar", "import", path, "--number", "试验〔2026〕1号", "--dated", "2026-11-20")

    assert shown.exit_code == 0
    assert "2027-01-01（周五）休息（元旦（法定节日，暂定）） → 休息（元旦放假）" in shown.output
    assert "两人核对" in shown.output


def test_an_import_is_written_once_two_people_have_checked_it(run, tmp_path):
    path = notice(tmp_path, [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}])
    named = ("--number", "试验〔2026〕1号", "--dated", "2026-11-20", "--apply", "--into", tmp_path)

    alone = run("calendar", "import", path, *named, "--checked-by", "甲", "--checked-by", "甲")
    both = run("calendar", "import", path, *named, "--checked-by", "甲", "--checked-by", "乙")

    assert alone.exit_code == 2
    assert "两个不同的人" in alone.stderr
    assert both.exit_code == 0
    written = read_year_file(tmp_path / "cn-2027.yaml")
    assert written.notices[0].note == "核对：甲、乙"
    assert written.notices[0].days_off[date(2027, 1, 1)] == "元旦放假"
    assert list(tmp_path.glob("*.part")) == []


def test_our_own_calendar_file_changes_nothing_when_imported_again(run):
    shown = run("calendar", "import", CALENDARS / "cn-2026.yaml")

    assert shown.exit_code == 0
    assert "没有差异" in shown.output


def test_an_import_with_a_mistake_is_refused(run, tmp_path):
    path = notice(tmp_path, [{"name": "元旦", "date": "2027-01-04", "isOffDay": False}])

    refused = run(
        "calendar", "import", path, "--number", "试验〔2026〕1号", "--dated", "2026-11-20"
    )

    assert refused.exit_code == 2
    assert "不是周六或周日" in refused.stderr


def test_an_import_without_its_notice_is_refused(run, tmp_path):
    path = notice(tmp_path, [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}])

    assert "--number" in run("calendar", "import", path).stderr
    assert "不是日期" in run("calendar", "import", path, "--dated", "昨天").stderr
