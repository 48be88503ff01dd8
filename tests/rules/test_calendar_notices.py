"""What a year file must be, and how a later notice joins what is published."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.errors import CalendarNotPublishedError, RuleError
from engine.rules.calendar_alarms import missing_calendars
from engine.rules.calendar_amendment import amendment_of
from engine.rules.calendar_files import (
    Notice,
    load_provisional_year,
    load_year_files,
    read_year_file,
)
from engine.rules.calendar_import import import_plan, year_file_text
from engine.rules.rule_set import load_rules
from engine.rules.working_days import load_calendar
from tests.rules.changing import TODAY, calendar_with, invented_2027
from tests.rules.reading import day


def test_a_file_under_another_years_name_is_refused(tmp_path):
    (file,) = (one for one in load_year_files("CN") if one.year == 2026)
    (tmp_path / "cn-2027.yaml").write_text(year_file_text(file), encoding="utf-8")

    with pytest.raises(RuleError, match=r"文件名与 CN 2026 不符；应为cn-2026\.yaml"):
        load_year_files("CN", tmp_path)


def test_a_provisional_file_under_another_years_name_is_refused(tmp_path):
    text = "region: CN\nyear: 2027\nchecked_on: 2026-11-23\nsource: 办法\ndays_off: {}\n"
    (tmp_path / "provisional-2028.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(RuleError, match="文件名与 CN 2027 不符"):
        load_provisional_year(2028, tmp_path)


def test_a_national_year_without_any_notice_is_refused(tmp_path):
    path = tmp_path / "cn-2028.yaml"
    path.write_text(
        "region: CN\nyear: 2028\nchecked_on: 2026-11-23\nnotices: []\n", encoding="utf-8"
    )

    with pytest.raises(RuleError, match="没有任何放假通知"):
        read_year_file(path)


def test_a_published_notice_stays_identical_under_its_own_number():
    (file,) = (one for one in load_year_files("CN") if one.year == 2026)
    for changes in ({"title": "另一标题"}, {"dated": day("Wed 2025-11-05")}, {"note": "改"}):
        altered = replace(file, notices=(replace(file.notices[0], **changes),))

        (problem,) = import_plan(altered, TODAY).problems
        assert problem.startswith(f"通知 国办发明电〔2025〕7号 的 {next(iter(changes))} 与已载入")


def test_a_notice_dated_after_today_is_refused():
    plan = import_plan(invented_2027(dated=day("Tue 2026-11-24")), TODAY)

    assert plan.problems == ("通知 试验〔2026〕1号 的日期 2026-11-24 晚于今天 2026-11-23",)


def test_a_statutory_day_cannot_become_a_working_day():
    worked = {day("Sat 2027-10-02"): "国庆节调休上班"}
    file = invented_2027(make_up_days=worked)
    (notice,) = file.notices
    off = {on: why for on, why in notice.days_off.items() if on not in worked}

    plan = import_plan(replace(file, notices=(replace(notice, days_off=off),)), TODAY)

    (problem,) = plan.problems
    assert problem.startswith("2027-10-02 是法定节日")


def test_a_year_without_any_working_day_names_its_file():
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    file = invented_2027(days_off=dict.fromkeys(days, "放假"), make_up_days={})

    with pytest.raises(RuleError, match=r"CN-GX 2027 年没有任何工作日：请检查 .*-2027\.yaml"):
        calendar_with(file)


def test_an_import_that_leaves_no_working_day_says_so_of_the_file_itself():
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    file = invented_2027(days_off=dict.fromkeys(days, "放假"), make_up_days={})

    with pytest.raises(RuleError, match=r"这份 CN 2027 年的文件没有留下任何工作日.*days_off"):
        import_plan(file, TODAY)


@pytest.mark.parametrize(
    "odd", ["甲: 乙", "# 注", "- 一", '“引号"”', "'单'", "[x]", "null", "1号", "甲\t乙"]
)
def test_words_with_any_sign_are_read_back_as_written(tmp_path, odd):
    file = invented_2027(title=odd, note=odd, number=odd, days_off={day("Tue 2027-02-09"): odd})
    path = tmp_path / "cn-2027.yaml"
    path.write_text(year_file_text(file), encoding="utf-8")

    assert read_year_file(path) == file


def test_json_of_a_published_year_becomes_a_notice_of_what_differs():
    (published,) = (one for one in load_year_files("CN") if one.year == 2026)
    (notice,) = published.notices
    sunday = day("Sun 2026-12-27")
    off = {**notice.days_off, day("Thu 2026-12-31"): "元旦放假"}
    work = {sunday: "元旦调休上班", **notice.make_up_days}
    whole = Notice("试验〔2026〕2号", "变更", TODAY, off, work)

    file = amendment_of(replace(published, notices=(whole,)), published)

    assert file.notices[0] == notice
    assert file.notices[1].days_off == {day("Thu 2026-12-31"): "元旦放假"}
    assert file.notices[1].make_up_days == {sunday: "元旦调休上班"}
    assert import_plan(file, TODAY).problems == ()


def test_json_that_drops_a_day_restores_it_and_the_same_number_is_refused():
    (published,) = (one for one in load_year_files("CN") if one.year == 2026)
    (notice,) = published.notices
    gone = day("Sat 2026-10-10")
    work = {on: why for on, why in notice.make_up_days.items() if on != gone}
    whole = replace(notice, make_up_days=work)

    with pytest.raises(RuleError, match="请写明变更通知的文号"):
        amendment_of(replace(published, notices=(whole,)), published)
    other = replace(whole, number="试验〔2026〕2号")
    assert amendment_of(replace(published, notices=(other,)), published).notices[1].restored == (
        gone,
    )


def test_json_equal_to_what_is_published_changes_nothing():
    (published,) = (one for one in load_year_files("CN") if one.year == 2026)

    assert amendment_of(replace(published, checked_on=TODAY), published) is published


def test_after_the_last_provisional_year_the_file_to_add_is_named():
    with pytest.raises(CalendarNotPublishedError, match=r"cn-2028\.yaml.*provisional-2028\.yaml"):
        load_calendar("CN").day(day("Mon 2028-01-03"))
    national, regional = frozenset({2026, 2027}), frozenset({2027})
    (gap,) = missing_calendars(day("Mon 2027-11-01"), load_rules(), national, regional)
    assert "cn-2028.yaml" in gap.line
    assert "provisional-2028.yaml" in gap.line


def test_a_file_whose_make_up_day_is_an_ordinary_weekday_is_refused_by_line(tmp_path):
    file = invented_2027(make_up_days={day("Mon 2027-02-22"): "春节调休上班"}, days_off={})
    path = tmp_path / "cn-2027.yaml"
    path.write_text(year_file_text(file), encoding="utf-8")

    with pytest.raises(RuleError, match=r"第 \d+ 行：调休上班日 2027-02-22 不是周六或周日"):
        read_year_file(path)


def test_a_later_notice_may_give_a_weekday_back_that_an_earlier_one_took(tmp_path):
    monday = day("Mon 2027-02-22")
    file = invented_2027(days_off={monday: "春节放假"}, make_up_days={})
    (first,) = file.notices
    second = replace(
        first, number="试验〔2026〕2号", days_off={}, make_up_days={monday: "恢复上班"}
    )
    path = tmp_path / "cn-2027.yaml"
    path.write_text(year_file_text(replace(file, notices=(first, second))), encoding="utf-8")

    assert read_year_file(path).notices[1].make_up_days == {monday: "恢复上班"}
