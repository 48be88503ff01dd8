"""Taking in a holiday notice: read, compared, refused, saved."""

import json
from dataclasses import replace
from datetime import date

import pytest

from engine.errors import RuleError
from engine.rules.calendar_files import (
    Notice,
    YearFile,
    load_provisional_year,
    load_year_files,
    read_year_file,
)
from engine.rules.calendar_import import amended, import_plan, year_file_text
from engine.rules.calendar_reading import handed_in
from engine.rules.working_days import load_calendar
from tests.rules.changing import TODAY, calendar_with, invented_2027
from tests.rules.reading import day


def holiday_cn(tmp_path, **changes):
    stated = {
        "year": 2026,
        "papers": [],
        "days": [
            {"name": "元旦", "date": "2026-01-01", "isOffDay": True},
            {"name": "元旦", "date": "2026-01-04", "isOffDay": False},
        ],
        **changes,
    }
    path = tmp_path / "2026.json"
    path.write_text(json.dumps(stated), encoding="utf-8")
    return path


def test_a_new_year_shows_every_day_that_changes():
    plan = import_plan(invented_2027(), TODAY)

    lines = [change.line for change in plan.changes]
    assert "2027-02-21（周日）休息（周末） → 上班（春节调休上班）" in lines
    assert "2027-02-09（周二）上班（工作日） → 休息（春节放假）" in lines
    assert plan.problems == ()


def test_a_published_year_confirms_its_days_up_to_the_regional_file():
    assert calendar_with(invented_2027(), "CN").confirmed_through == day("Mon 2027-12-27")
    assert calendar_with(invented_2027(), "CN-GX").confirmed_through == day("Sun 2027-02-28")


def test_a_day_cannot_be_off_and_worked():
    sunday = day("Sun 2027-02-21")
    plan = import_plan(invented_2027(days_off={sunday: "春节放假"}), TODAY)

    assert plan.problems == ("2027-02-21 既放假又上班",)


def test_make_up_days_are_saturdays_or_sundays():
    plan = import_plan(invented_2027(make_up_days={day("Mon 2027-02-22"): "春节调休上班"}), TODAY)

    assert plan.problems == ("调休上班日 2027-02-22 不是周六或周日",)


def test_the_past_is_never_altered():
    (file,) = (one for one in load_year_files("CN") if one.year == 2026)
    late = Notice("试验〔2026〕2号", "变更", TODAY, {day("Fri 2026-10-09"): "国庆节放假"}, {})

    plan = import_plan(amended(file, late, TODAY), TODAY)

    assert plan.problems == (
        "不能改动过去的日子：2026-10-09（周五）上班（工作日） → 休息（国庆节放假）",
    )


def test_an_amendment_of_days_to_come_is_allowed():
    (file,) = (one for one in load_year_files("CN") if one.year == 2026)
    change = Notice("试验〔2026〕2号", "变更", TODAY, {day("Thu 2026-12-31"): "元旦放假"}, {})

    plan = import_plan(amended(file, change, TODAY), TODAY)

    assert plan.problems == ()
    assert [one.on for one in plan.changes] == [day("Thu 2026-12-31")]


def test_a_cancelled_regional_holiday_falls_back_to_the_national_day():
    (file,) = (one for one in load_year_files("CN-GX") if one.year == 2023)
    days = (day("Fri 2023-04-21"), day("Sun 2023-04-23"))
    cancelled = Notice("试验〔2023〕1号", "取消", day("Mon 2023-04-03"), {}, {}, restored=days)

    calendar = calendar_with(amended(file, cancelled, TODAY))

    assert calendar.reason(days[0]) == "工作日"
    assert calendar.reason(days[1]) == "劳动节调休上班"
    assert calendar.reason(day("Sat 2023-04-22")) == "壮族三月三放假"


def test_a_regional_make_up_day_outweighs_the_national_weekend():
    sunday = day("Sun 2027-04-18")
    notice = Notice("试验〔2027〕1号", "三月三", TODAY, {}, {sunday: "三月三调休上班"})

    calendar = calendar_with(YearFile("CN-GX", 2027, TODAY, (notice,)))

    assert calendar.is_working_day(sunday)


def test_an_amendment_keeps_the_notice_it_amends():
    (file,) = (one for one in load_year_files("CN") if one.year == 2026)
    replaced = replace(file, notices=(replace(file.notices[0], number="试验〔2026〕3号"),))

    assert "缺少原有通知 国办发明电〔2025〕7号" in import_plan(replaced, TODAY).problems[-1]


def test_the_same_notice_again_changes_nothing():
    for file in (*load_year_files("CN"), *load_year_files("CN-GX")):
        plan = import_plan(file, TODAY)
        assert (plan.changes, plan.problems) == ((), ())


def test_our_own_format_is_read_back_as_written(tmp_path):
    for file in (*load_year_files("CN"), *load_year_files("CN-GX")):
        path = tmp_path / f"{file.region}-{file.year}.yaml"
        path.write_text(year_file_text(file), encoding="utf-8")
        assert handed_in(path).year_file() == file


def test_holiday_cn_is_read_with_the_notice_named_by_hand(tmp_path):
    file = handed_in(
        holiday_cn(tmp_path), number="国办发明电〔2025〕7号", dated=date(2025, 11, 4)
    ).year_file()

    assert file.notices[0].days_off == {day("Thu 2026-01-01"): "元旦放假"}
    assert file.notices[0].make_up_days == {day("Sun 2026-01-04"): "元旦调休上班"}


def test_the_last_days_of_the_year_before_are_left_out_where_they_change_nothing(tmp_path):
    saturday = {"name": "元旦", "date": "2022-12-31", "isOffDay": True}
    monday = {"name": "元旦", "date": "2023-01-02", "isOffDay": True}
    path = holiday_cn(tmp_path, year=2023, days=[saturday, monday])
    file = handed_in(path, number="国办发明电〔2022〕16号", dated=date(2022, 12, 8)).year_file()

    others = [one for one in load_year_files("CN") if one.year > 2023]
    plan = import_plan(file, day("Fri 2022-12-09"), others)

    assert list(plan.file.notices[0].days_off) == [day("Mon 2023-01-02")]
    assert plan.problems == ()


def test_days_of_another_year_that_change_something_are_sent_to_their_own_file():
    thursday = day("Thu 2026-12-31")
    plan = import_plan(invented_2027(days_off={thursday: "元旦放假"}), TODAY)

    assert plan.problems == ("2026-12-31 不在 2027 年：请写进 2026 年文件的新通知",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"days": []}, "尚未公布"), ({"days": [{"name": "元旦"}]}, "不是 holiday-cn 的格式")],
)
def test_a_json_without_days_is_refused(tmp_path, changes, said):
    with pytest.raises(RuleError, match=said):
        handed_in(holiday_cn(tmp_path, **changes), number="一", dated=TODAY).year_file()


def test_a_json_without_notice_number_is_refused(tmp_path):
    with pytest.raises(RuleError, match="--number"):
        handed_in(holiday_cn(tmp_path)).year_file()


def test_a_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text("放假通知", encoding="utf-8")

    with pytest.raises(RuleError, match=r"a\.json 读不出来"):
        handed_in(tmp_path / "a.json").year_file()


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('2026-01-02: "元旦', '2025-01-02: "元旦', "“2025-01-02: 元旦放假”不对"),
        ("    make_up_days:", "    work:", "多余的键"),
        ("    dated: 2025-11-04\n", "", "缺少“dated”"),
        ("region: CN", "region: CN-GD", "没有地区“CN-GD”"),
        ("region: CN", "region: [CN]", "没有地区"),
        ("year: 2026", "year: '2026'", "年份“2026”不对"),
        ("checked_on: 2026-11-23", "checked_on: 昨天", "checked_on“昨天”不对；应为日期"),
        ("dated: 2025-11-04", "dated: 十一月四日", "dated“十一月四日”不对；应为日期"),
        ("dated: 2025-11-04", "dated: 2025-11-04 10:00:00", "应为日期"),
        ("region: CN", "regoin: CN", "多余的键“regoin”"),
        ("    make_up_days:", "    restored: 2026-01-04\n    make_up_days:", "日期的清单"),
        ("    make_up_days:", "    restored: [2025-01-04]\n    make_up_days:", "2026 年的日期"),
        ("    make_up_days:", "    note: [一]\n    make_up_days:", "note“\\['一'\\]”不对"),
        ("checked_on: 2026-11-23\n", "", "缺少“checked_on”"),
        (
            "      2026-01-04: ",
            "      2026-01-01: ",
            "2026-01-01 既放假又上班",
        ),
    ],
)
def test_a_wrong_year_file_names_file_and_line(tmp_path, was, becomes, said):
    (file,) = (one for one in load_year_files("CN") if one.year == 2026)
    path = tmp_path / "cn-2026.yaml"
    path.write_text(year_file_text(file).replace(was, becomes, 1), encoding="utf-8")

    with pytest.raises(RuleError, match=rf"cn-2026\.yaml 第 \d+ 行：.*{said}"):
        read_year_file(path)


def test_a_provisional_year_without_its_source_is_refused(tmp_path):
    path = tmp_path / "provisional-2028.yaml"
    text = "region: CN\nyear: 2028\nchecked_on: 2026-11-23\ndays_off: {}\n"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(RuleError, match=r"provisional-2028\.yaml 第 1 行：缺少“source”"):
        load_provisional_year(2028, tmp_path)


def test_a_year_nobody_has_laid_down_has_no_provisional_days():
    assert load_provisional_year(2040) is None


def test_the_year_after_the_provisional_one_cannot_be_skipped_to():
    with pytest.raises(RuleError, match=r"cn-2027\.yaml"):
        import_plan(YearFile("CN", 2028, TODAY, invented_2027().notices), TODAY)


def test_an_amendment_that_restores_days_is_written_and_read_back(tmp_path):
    (file,) = (one for one in load_year_files("CN-GX") if one.year == 2023)
    restored = (day("Fri 2023-04-21"),)
    cancelled = Notice("试验〔2023〕1号", "取消", TODAY, {}, {}, restored=restored, note="疫情")
    path = tmp_path / "cn-gx-2023.yaml"
    path.write_text(year_file_text(amended(file, cancelled, TODAY)), encoding="utf-8")

    assert read_year_file(path).notices[1] == cancelled


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RuleError, match=r"缺少规则文件 .*cn-2031\.yaml"):
        read_year_file(tmp_path / "cn-2031.yaml")


def test_loading_never_changes_what_is_loaded():
    assert load_calendar("CN") is load_calendar("CN")
