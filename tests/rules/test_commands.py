"""The commands as people type them."""

import csv
import json

import pytest

RECEIVED = "2024-09-27T10:00:00+08:00"


def ask(run, *more, kind="投诉", received=RECEIVED):
    return run("deadline", "--kind", kind, "--received", received, *more)


def test_a_deadline_is_shown_as_a_strip_of_days_with_its_reason(run):
    shown = ask(run)

    assert shown.exit_code == 0
    for words in ("2024年10月16日（周三）24:00", "第1日补", "放假", "登记次日起算", "附件第113项"):
        assert words in shown.output


def test_the_strip_fits_a_terminal_of_eighty_columns(run):
    for line in ask(run).output.splitlines():
        if "第" in line and "日" in line and "文件" not in line and "附件" not in line:
            assert sum(2 if ord(letter) > 0x2E80 else 1 for letter in line.rstrip()) <= 80


def test_english_kinds_work_too(run):
    assert "2024年10月8日" in ask(run, kind="help_request").output


@pytest.mark.parametrize("kind", ["Complaint", "COMPLAINT", " 投诉 "])
def test_kinds_are_read_in_any_case(run, kind):
    assert "2024年10月16日" in ask(run, kind=kind).output


def test_json_gives_the_certificate(run):
    stated = json.loads(ask(run, "--json").output)

    assert stated["due_on"] == "2024-10-16"
    assert len(stated["days"]) == 20
    assert stated["sentence"].startswith("投诉 10 个工作日")
    assert stated["citation"]["label"] == "城中政办〔2023〕19号 附件第113项"


def test_the_national_calendar_can_be_asked(run):
    asked = {"kind": "求助", "received": "2024-04-10T10:00:00+08:00"}

    assert "4月17日（周三）" in ask(run, **asked).output
    assert "4月15日（周一）" in ask(run, "--region", "CN", **asked).output


def test_rules_of_another_day_answer_for_a_day_before_them(run):
    asked = {"kind": "求助", "received": "2023-04-20T10:00:00+08:00"}

    assert ask(run, "--rules-on", "2023-11-08", **asked).output.count("4月26日（周三）") == 2
    refused = ask(run, **asked)
    assert refused.exit_code == 2
    assert "2023-11-08 起" in refused.stderr


def test_a_provisional_date_is_marked(run):
    assert "暂定" in ask(run, received="2026-12-30T10:00:00+08:00").output


@pytest.mark.parametrize(
    ("kind", "received", "more", "said"),
    [
        ("表扬", RECEIVED, [], "表扬类工单不设办结时限"),
        ("闲聊", RECEIVED, [], "没有“闲聊”"),
        ("投诉", "昨天", [], "“昨天”不是时刻"),
        ("投诉", "2024-09-27T10:00:00", [], "没有时区"),
        ("投诉", "2031-01-06T10:00:00+08:00", [], "cn-2031.yaml"),
        ("投诉", RECEIVED, ["--region", "广东"], "没有“广东”的工作日历"),
        ("投诉", RECEIVED, ["--rules-on", "去年"], "“去年”不是日期"),
    ],
)
def test_bad_input_gets_one_clear_line(run, kind, received, more, said):
    refused = ask(run, *more, kind=kind, received=received)

    assert refused.exit_code == 2
    assert said in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert refused.output == refused.stderr


def test_asking_nothing_shows_what_to_ask(run):
    assert "--kind 投诉 --received" in run("deadline").stderr


ROWS = """kind,received_at,note
投诉,2024-09-27T10:00:00+08:00,"逗号,引号"
help_request,2024-09-27T02:00:00+00:00,
表扬,2024-09-27T10:00:00+08:00,
闲聊,2024-09-27T10:00:00+08:00,
求助,2023-01-01T10:00:00+08:00,
举报

咨询,2026-12-31T10:00:00+08:00,
"""


def batch(run, tmp_path, text, *more, encoding="utf-8"):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(text, encoding=encoding)
    return run("deadline", "--batch", source, target, *more), target


def read(target):
    with target.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_a_file_is_counted_row_by_row_and_bad_rows_do_not_stop_it(run, tmp_path):
    done, target = batch(run, tmp_path, ROWS)
    rows = read(target)

    assert done.exit_code == 0
    assert "7 行，其中 4 行有误" in done.output
    assert [row["due_on"] for row in rows] == [
        "2024-10-16", "2024-10-08", "", "", "", "", "2027-01-05",
    ]  # fmt: skip
    assert rows[0]["limit_working_days"] == "10"
    assert rows[0]["status"] == "confirmed"
    assert rows[0]["calendar_version"].startswith("CN-GX-2026.")
    assert rows[0]["note"] == "逗号,引号"
    assert rows[2]["error"].startswith("表扬类工单不设办结时限")
    assert "2023-11-08 起" in rows[4]["error"]
    assert rows[5]["error"] == "本行的列数不够"
    assert rows[6]["status"] == "provisional"


def test_a_file_is_counted_by_the_rules_and_calendar_asked_for(run, tmp_path):
    text = "kind,received_at\n求助,2023-04-20T10:00:00+08:00\n"
    _, target = batch(run, tmp_path, text, "--rules-on", "2023-11-08", "--region", "CN")

    assert read(target)[0]["due_on"] == "2023-04-24"


def test_a_file_saved_by_a_spreadsheet_with_a_mark_at_its_start_is_read(run, tmp_path):
    _, target = batch(run, tmp_path, ROWS, encoding="utf-8-sig")

    assert read(target)[0]["due_on"] == "2024-10-16"


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("类型,时间\n投诉,x\n", "utf-8", "缺少列：kind、received_at"),
        ("", "utf-8", "缺少列"),
        (ROWS, "gbk", "不是 UTF-8 编码"),
    ],
)
def test_a_file_that_cannot_be_counted_leaves_no_result(run, tmp_path, text, encoding, said):
    refused, target = batch(run, tmp_path, text, encoding=encoding)

    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not target.exists()
    assert list(tmp_path.glob("*.part")) == []


def test_columns_the_file_has_already_are_written_anew_not_twice(run, tmp_path):
    text = "error,kind,due_on,received_at\n旧,投诉,1999-01-01,2024-09-27T10:00:00+08:00\n"
    _, target = batch(run, tmp_path, text)

    header = target.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header == [
        "kind", "received_at", "due_on", "status", "limit_working_days", "calendar_version",
        "error",
    ]  # fmt: skip
    assert read(target)[0]["due_on"] == "2024-10-16"
    assert read(target)[0]["error"] == ""


def test_a_result_that_cannot_be_put_in_its_place_leaves_nothing_behind(run, tmp_path):
    (tmp_path / "out.csv").mkdir()

    refused, _ = batch(run, tmp_path, ROWS)

    assert refused.exit_code == 2
    assert list(tmp_path.glob("*.part")) == []


def test_a_file_is_not_written_over_itself(run, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text(ROWS, encoding="utf-8")

    refused = run("deadline", "--batch", source, source)

    assert refused.exit_code == 2
    assert source.read_text(encoding="utf-8") == ROWS


def test_a_missing_file_is_named(run, tmp_path):
    refused = run("deadline", "--batch", tmp_path / "none.csv", tmp_path / "out.csv")

    assert refused.exit_code == 2
    assert "none.csv" in refused.stderr
