"""The dated values: all there, all cited, and a mistake is named by file and line."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from engine.errors import RuleError, RuleNotInForceError
from engine.rules.citations import load_clauses
from engine.rules.parameter_keys import UNIT_OF
from engine.rules.parameters import PARAMETERS, UNITS, load_parameters, plain
from engine.terms import ClockKind, TicketKind
from tests.rules.changing import rules_with
from tests.rules.reading import day

ROOT = Path(__file__).resolve().parents[2]
QUOTED = "[城中政办〔2023〕19号, 附件第113项, 10 个工作日内办结答复]"
GOOD = """answer_limit.complaint:
  label: 投诉类工单办结答复时限
  unit: working_day
  values:
    2023-11-08: {value: 10, reference: [城中政办〔2023〕19号, 附件第113项, 10 个工作日内办结答复]}
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

    assert limit.values[0].citation.label == "城中政办〔2023〕19号 附件第113项"
    assert limit.values[1].citation.label == "本区设定 H-01"
    assert limit.values[1].citation.house


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("value: 10", "value: ten", 5, "“ten”不对；应为1 至 9999 的整数"),
        ("value: 10", "value: 0", 5, "“0”不对；应为1 至 9999 的整数"),
        ("value: 10", "value: true", 5, "“true”不对；应为1 至 9999 的整数"),
        ("value: 10", "value: 3.5", 5, "“3.5”不对"),
        ("value: 10", "value: [10]", 5, "“10”不对"),
        ("working_day", "year", 3, "单位“year”不对；应为working_day、calendar_day、hour"),
        ("answer_limit.complaint:", "answer_limit.complant:", 1, "应为“answer_limit.complaint”"),
        ("附件第113项", "附件第114项", 5, "附件第114项”不在 engine/rules/sources/ 中"),
        ("10 个工作日内办结", "11 个工作日内办结", 5, "附件第113项没有“11 个工作日内办结答复”"),
        ("checked_on: 2026-11-23", "checked_on: 2026-11-23 10:00:00", 7, "应为核对日期"),
        ("    2025-01-01:", "    2025-02-30:", 6, "有不存在的日期"),
        ("  label:", "  lable:", 2, "多余的键“lable”"),
        ("  unit: working_day\n", "", 1, "缺少“unit”"),
        ("working_day", "fortnight", 3, "没有单位“fortnight”"),
        (
            f"reference: {QUOTED}",
            "note: 无",
            5,
            "多余的键“note”",
        ),
        (
            f", reference: {QUOTED}",
            "",
            5,
            "缺少“reference”",
        ),
        (
            QUOTED,
            "[城中政办〔2023〕19号]",
            5,
            "不完整；应为[文件, 条款, 原文]",
        ),
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


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (GOOD.encode("gb18030"), 2, "不是 UTF-8 编码"),
        (GOOD.encode() + b"\x00", 8, "有控制字符 U+0000"),
        (b"a: \x01\n", 1, "有控制字符 U+0001"),
        (b"a: !!python/name:os.system x\n", 1, "不是有效的 YAML"),
        (b"a: [\n", 2, "不是有效的 YAML"),
        (b"a: \xef\xbf\xbe\n", 1, "不是有效的 YAML"),
        (b"? [1]\n: 2\n", 1, "不对"),
    ],
    ids=["gbk", "nul", "control", "tag", "open bracket", "noncharacter", "list as key"],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(tmp_path, content, line, said):
    (tmp_path / "limits.yaml").write_bytes(content)

    with pytest.raises(RuleError, match=rf"limits\.yaml 第 {line} 行：.*{re.escape(said)}"):
        load_parameters(tmp_path)


def test_the_parameters_of_the_district_are_those_the_programs_know(rules):
    assert set(rules.parameters) == set(UNIT_OF)


def test_every_parameter_is_read_fixed_or_marked_as_not_yet_used(rules):
    paths = [path for folder in ("engine", "api") for path in (ROOT / folder).rglob("*.py")]
    readers = [path for path in paths if not path.stem.startswith("parameter_")]
    code = [path.read_text(encoding="utf-8") for path in readers]
    built = {f"answer_limit.{kind}" for kind in TicketKind}
    built |= {f"escalation.ladder.{clock}" for clock in ClockKind}
    read = {key for key in rules.parameters if any(f'"{key}"' in text for text in code)} | built
    stated = {}
    for path in PARAMETERS.glob("*.yaml"):
        stated.update(yaml.safe_load(path.read_text(encoding="utf-8")))

    for key, entry in stated.items():
        # A fixed one may be shown as well; no other value of it is ever executed.
        assert entry.get("fixed", False) or (key in read) != (entry.get("used") == "later"), key


@pytest.mark.parametrize("key", ["clock.requester_starts", "limit.units", "callback.coverage"])
def test_a_fixed_parameter_refuses_another_value(tmp_path, key):
    unfit = {"clock.requester_starts": "dispatch", "limit.units": ["hour"], "callback.coverage": 90}

    with pytest.raises(RuleError, match="程序只执行这一取值"):
        rules_with(key, unfit[key], tmp_path)


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


def test_the_version_of_a_day_does_not_move_with_a_value_that_is_still_to_come(tmp_path):
    earlier, later = tmp_path / "earlier", tmp_path / "later"
    earlier.mkdir()
    later.mkdir()
    before = loaded(
        GOOD.replace("    2025-01-01: {value: 5, reference: house/H-01}\n", ""), earlier
    )
    now = loaded(GOOD, later)

    assert now.version.startswith("2025-01-01+")
    assert now.version_on(day("Tue 2024-12-31")) == before.version
    assert now.version_on(day("Wed 2025-01-01")) == now.version
