"""The dated values: all there, all cited, and a mistake is named by file and line."""

from datetime import date

import pytest

from engine.errors import RuleError, RuleNotInForceError
from engine.rules.citations import load_clauses
from engine.rules.parameters import UNITS, load_parameters, plain
from tests.rules.reading import day

GOOD = """answer_limit.complaint:
  label: 投诉类工单办结答复时限
  unit: working_day
  values:
    2023-11-08: {value: 10, reference: [某文件, 第一条, 十个工作日]}
    2025-01-01: {value: 5, reference: house/H-01}
  checked_on: 2026-11-23
"""


def loaded(text, directory):
    (directory / "limits.yaml").write_text(text, encoding="utf-8")
    return load_parameters(directory)


def test_a_value_holds_from_its_day_until_the_next(tmp_path):
    limit = loaded(GOOD, tmp_path)["answer_limit.complaint"]

    assert limit.on(day("Wed 2023-11-08")).value == 10
    assert limit.on(day("Tue 2024-12-31")).value == 10
    assert limit.on(day("Wed 2025-01-01")).value == 5


def test_before_the_first_value_nothing_is_in_force(tmp_path):
    limit = loaded(GOOD, tmp_path)["answer_limit.complaint"]

    with pytest.raises(RuleNotInForceError, match=r"自 2023-11-08 起.*limits\.yaml"):
        limit.on(day("Tue 2023-11-07"))


def test_an_ended_value_is_no_longer_in_force(tmp_path):
    ended = GOOD.replace("value: 5", "value: null")

    with pytest.raises(RuleNotInForceError, match="自 2025-01-01 起已停止适用"):
        loaded(ended, tmp_path)["answer_limit.complaint"].on(day("Wed 2025-01-01"))


def test_each_value_carries_its_own_source(tmp_path):
    limit = loaded(GOOD, tmp_path)["answer_limit.complaint"]

    assert limit.values[0].citation.label == "某文件 第一条"
    assert limit.values[1].citation.label == "本区设定 H-01"
    assert limit.values[1].citation.house


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("  label:", "  lable:", 2, "多余的键“lable”"),
        ("  unit: working_day\n", "", 1, "缺少“unit”"),
        ("working_day", "fortnight", 3, "没有单位“fortnight”"),
        ("reference: [某文件, 第一条, 十个工作日]", "note: 无", 5, "多余的键“note”"),
        (", reference: [某文件, 第一条, 十个工作日]", "", 5, "缺少“reference”"),
        ("[某文件, 第一条, 十个工作日]", "[某文件]", 5, "不完整；应为[文件, 条款, 原文]"),
        ("house/H-01", "house/H-99", 6, "“house/H-99”不存在"),
        ("house/H-01", "听说", 6, "依据“听说”不完整"),
        ("    2023-11-08:", "    去年:", 5, "“去年”不是日期"),
        ("checked_on: 2026-11-23", "checked_on: 昨天", 7, "应为核对日期"),
        ("    2025-01-01:", "    2023-11-08:", 6, "写了两次"),
        ("values:\n", "values: {}\n  was:\n", 5, "多余的键“was”"),
        ("label: 投诉类工单办结答复时限", "label: [投诉", 3, "不是有效的 YAML"),
    ],
)
def test_a_mistake_names_file_line_and_what_was_expected(tmp_path, was, becomes, line, said):
    with pytest.raises(RuleError) as refused:
        loaded(GOOD.replace(was, becomes, 1), tmp_path)

    assert f"limits.yaml 第 {line} 行" in str(refused.value)
    assert said in str(refused.value)


def test_a_date_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(RuleError, match=r"limits\.yaml：有不存在的日期"):
        loaded(GOOD.replace("2025-01-01", "2025-02-30"), tmp_path)


def test_no_values_at_all_is_a_mistake(tmp_path):
    text = GOOD.split("  values:", maxsplit=1)[0] + "  values: {}\n  checked_on: 2026-11-23\n"

    with pytest.raises(RuleError, match="没有任何数值"):
        loaded(text, tmp_path)


@pytest.mark.parametrize("text", ["- 一\n- 二\n", "a: 3\n"])
def test_a_file_of_another_shape_is_a_mistake(tmp_path, text):
    with pytest.raises(RuleError, match="不是“键: 内容”的形式"):
        loaded(text, tmp_path)


def test_the_same_parameter_in_two_files_is_a_mistake(tmp_path):
    (tmp_path / "again.yaml").write_text(GOOD, encoding="utf-8")

    with pytest.raises(RuleError, match=r"在 .*again\.yaml 已有"):
        loaded(GOOD, tmp_path)


def test_an_unknown_parameter_says_where_to_add_it(rules):
    with pytest.raises(RuleError, match=r"缺少参数“answer_limit\.poem”"):
        rules.parameters["answer_limit.poem"]

    assert "answer_limit.poem" not in rules.parameters


def test_the_version_changes_with_any_value(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()

    first = loaded(GOOD, one)
    second = loaded(GOOD.replace("value: 5", "value: 6"), two)

    assert first.version.startswith("2025-01-01+")
    assert first.version != second.version


def test_every_parameter_of_the_district_is_in_force_in_every_month(rules):
    months = [date(y, m, 1) for y in range(2023, 2028) for m in range(1, 13)][11:]

    assert len(rules.parameters) > 120
    for parameter in rules.parameters.values():
        for month in months:
            assert parameter.on(month).citation.words


def test_every_parameter_has_label_unit_reference_and_a_day_it_was_checked(rules):
    for key in rules.parameters:
        parameter = rules.parameters[key]
        assert parameter.label
        assert parameter.unit in UNITS
        assert parameter.checked_on >= max(value.since for value in parameter.values)


def test_every_quotation_stands_in_the_sources(rules):
    said = "".join(clause.citation.words for clause in load_clauses().values())

    for parameter in rules.parameters.values():
        for value in parameter.values:
            assert value.citation.house or value.citation.words in said, parameter.key


def test_the_fifty_settings_of_the_handbook_are_all_used(rules):
    used = {value.citation.clause for p in rules.parameters.values() for value in p.values}
    in_code_only = {"H-04", "H-06", "H-23", "H-28"}

    wanted = {f"H-{n:02}" for n in range(1, 51)} - in_code_only
    assert wanted <= used
    assert "附件第113项" in used


def test_lists_and_tables_cannot_be_changed_by_a_reader(rules):
    on = day("Fri 2024-09-27")
    reasons = rules.parameters["suspension.reasons"].on(on).value

    with pytest.raises(TypeError):
        reasons["holiday"] = "休假"
    assert plain(reasons)["testing"] == "检测鉴定"
    assert plain(rules.parameters["extension.approvers"].on(on).value) == ["supervisor"]
