"""Each value is what its unit says, and a wrong one is named by file and line."""

import pytest

from engine.errors import RuleError
from engine.rules.parameter_words import TOPICS, topic
from engine.rules.parameters import load_parameters


def loaded(text, directory):
    (directory / "limits.yaml").write_text(text, encoding="utf-8")
    return load_parameters(directory)


def one(key, unit, value, more=""):
    """Return a file with one parameter of that value on its sixth line."""
    return (
        f"{key}:\n  label: 名称\n  unit: {unit}\n  {more or 'minimum: 1'}\n  values:\n"
        f"    2023-11-08: {{value: {value}, reference: house/H-01}}\n  checked_on: 2026-11-23\n"
    )


@pytest.mark.parametrize(
    ("key", "unit", "value", "more", "said"),
    [
        ("callback.blocks_closing", "yes_no", "1", "", "true 或 false"),
        ("callback.blocks_closing", "yes_no", "'no'", "", "true 或 false"),
        ("calendar.opens_at", "moment", "17:30", "", "时刻，加引号"),
        ("calendar.opens_at", "moment", "'24:00'", "", "时刻，加引号"),
        ("calendar.opens_at", "moment", "'9:00'", "", "时刻，加引号"),
        ("calendar.alarm_national_from", "month_day", "'13-01'", "", "月-日，加引号"),
        ("calendar.alarm_national_from", "month_day", "'02-29'", "", "月-日，加引号"),
        ("assisting.share_percent", "percent", "101", "", "0 至 100 的整数"),
        ("assisting.share_percent", "percent", "-1", "", "0 至 100 的整数"),
        ("deadline.due_moment", "choice", "noon", "choices: [end_of_day]", "应为end_of_day"),
        ("deadline.due_moment", "choice", "noon", "", "choices: [可选的取值]"),
        ("conflict.kinds", "list", "report", "", "清单，如 [甲, 乙]"),
        ("conflict.kinds", "list", "[repport]", "choices: TicketKind", "没有“repport”；应为"),
        ("conflict.kinds", "list", "[report, report]", "choices: TicketKind", "写了两次"),
        ("conflict.kinds", "list", "[report]", "choices: TicketKinds", "engine/terms.py 中的类名"),
        ("conflict.kinds", "list", "[report]", "choices: RuleError", "engine/terms.py 中的类名"),
        ("conflict.kinds", "list", "[[report]]", "", "文字或整数"),
        ("documents.number_format", "text", "''", "", "文字"),
        ("documents.number_format", "text", "'{organ}〔{year}〕号'", "", "“{number}”没有写；应为"),
        ("suspension.reasons", "table", "{testing: 1}", "", "文字"),
        ("suspension.reasons", "table", "[]", "", "“键: 内容”的表"),
        ("acceptance.emergency_lines", "table", "{110: 公安}", "", "数字须加引号"),
        ("callback.time_bands", "table", "{morning: ['12:00', '09:00']}", "", "先早后晚"),
        ("scoring.weights", "table", "{response: 0.5}", "", "合计为 1"),
        ("scoring.weights", "table", "{response: 1.5}", "", "0 至 1 的数"),
        ("acceptance.refusals", "table", "{secrets: {approval: 1, advice: 好}}", "", "approval"),
        ("escalation.ladder.callback", "table", "[{rung: breach, when: due}]", "", "缺少"),
        (
            "escalation.ladder.callback", "table",
            "[{rung: breech, when: due, recipients: [hotline]}]", "", "没有“breech”",
        ),
        (
            "escalation.ladder.callback", "table",
            "[{rung: l1_reminder, when: after_due, recipients: [hotline]}]", "", "working_days",
        ),
        (
            "escalation.ladder.callback", "table",
            "[{rung: due_day, when: due, recipients: [hotline]}]", "", "预警各级用到期前的时刻",
        ),
        ("assignment.lead_units", "office", "2", "choices: [1]\n  fixed: true", "只执行这一取值"),
        ("returns.per_unit", "times", "1", "minimum: -1", "不小于 0 的整数"),
        ("returns.per_unit", "times", "1", "fixed: true", "写明唯一的取值"),
        ("returns.per_unit", "times", "1", "used: later", "以 reason 写明原因"),
    ],
)  # fmt: skip
def test_a_value_is_what_its_unit_says(tmp_path, key, unit, value, more, said):
    with pytest.raises(RuleError, match=r"limits\.yaml 第 \d+ 行：") as refused:
        loaded(one(key, unit, value, more), tmp_path)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("key", "unit", "value", "more"),
    [
        ("returns.per_unit", "times", "0", "minimum: 0"),
        ("answer_limit.praise", "working_day", "no_limit", "choices: [no_limit]"),
        ("answer_limit.praise", "working_day", "null", ""),
        ("suspension.excluded_kinds", "list", "[]", "choices: TicketKind"),
        ("deadline.start_day_counted", "yes_no", "false", "choices: [false]\n  fixed: true"),
    ],
)
def test_what_may_be_said_is_taken(tmp_path, key, unit, value, more):
    assert key in loaded(one(key, unit, value, more), tmp_path)


def test_every_parameter_stands_under_a_heading_of_its_own_file():
    assert {topic(one) for one in load_parameters().values()} == set(TOPICS.values())
