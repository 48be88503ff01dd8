"""What a spreadsheet or a program spoilt on the way is refused, never taken for what was typed.

Refused rows imported again unmended are refused again: a rounded number stays a number.
"""

import datetime as dt
import json

import openpyxl
import pytest
import xlsxwriter
from sqlmodel import select

from engine.actions.import_rows import read_row
from engine.errors import BadInputError
from engine.models import Ticket
from engine.store.database import work
from tests.cli.import_steps import CHINESE, GOOD, row


def numbers(path, *values):
    """Return a workbook as Excel writes it: numbers and dates as such."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, CHINESE)
    for line, value in enumerate(values, start=1):
        sheet.write_row(line, 0, row(line, 外部编号=value))
    book.close()
    return path


def test_numbers_that_excel_rounded_are_refused_and_stay_numbers(tmp_path, run):
    file = numbers(tmp_path / "in.xlsx", 20261128000000011, 20261128000000012, 20261128000000013)

    first, again = run(file), run(tmp_path / "in.rejected.xlsx")

    assert "新登记 0 件，退回 3 行" in first.output
    assert "新登记 0 件，退回 3 行" in again.output
    refused = list(openpyxl.load_workbook(tmp_path / "in.rejected.xlsx").active.values)[1]
    assert "超过 15 位" in refused[-1]
    assert "设为“文本”" in refused[-1]


@pytest.mark.parametrize("value", [dt.date(2026, 11, 28), 2026.1, 1e20, True])
def test_an_external_number_that_became_something_else_is_refused(tmp_path, run, value):
    first, again = run(numbers(tmp_path / "in.xlsx", value)), run(tmp_path / "in.rejected.xlsx")

    assert "新登记 0 件，退回 1 行" in first.output
    assert "新登记 0 件，退回 1 行" in again.output


def test_a_whole_number_of_up_to_fifteen_digits_is_what_was_typed(tmp_path, run):
    run(numbers(tmp_path / "in.xlsx", 1.0, 202611280000001))

    with work() as session:
        found = session.exec(select(Ticket.external_id).order_by(Ticket.id)).all()
    assert found == ["1", "202611280000001"]


def fields(**changes):
    return {"kind": "投诉", "content": GOOD[1], "phone": "0772-2800000", **changes}


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"external_id": "2.02611E+16"}, "缩写过的数字"),
     ({"external_id": "#N/A"}, "出错结果"),
     ({"credit_code": 914502000000000000}, "超过 15 位"),
     ({"place": dt.datetime(2026, 1, 2)}, "当成了日期"),  # noqa: DTZ001
     ({"content": {"text": GOOD[1]}}, "列表或对象"),
     ({"support_units": [1]}, "列表或对象"),
     ({"support_units": "区税务局"}, "须同时写明主办单位"),
     ({"title": True}, "是／否"),
     ({"enterprise": "示例\x00企业"}, "NUL"),
     ({"content": f"{GOOD[1]}\ud800"}, "不完整的 Unicode"),
     ({"content": "\u200b" * 10}, "至少写 5 个字")],
)  # fmt: skip
def test_a_cell_that_does_not_say_what_was_typed_is_refused(changes, words):
    with pytest.raises(BadInputError, match=words) as error:
        read_row(fields(**changes), "s")
    assert list(error.value.fields) == list(changes)


@pytest.mark.parametrize("blank", ["  ", "\u3000", "\u200b", "\ufeff\u200b "])
def test_a_blank_number_is_none_and_the_row_is_written_once_all_the_same(blank):
    found = read_row(fields(external_id=blank), "s").new.external_id

    assert found == read_row(fields(), "s").new.external_id
    assert found.startswith("row-")


def test_a_number_in_json_that_python_would_round_is_refused_with_its_digits(tmp_path, run):
    told = [f'{{"类型":"投诉","内容":"{GOOD[1]}","电话":"0772-2800000","编号":{number}}}'
            for number in ("20261128000000011", "20261128000000011.0", "1e999", "NaN")]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("\n".join(told), "utf-8")

    first, again = run(tmp_path / "in.jsonl"), run(tmp_path / "in.rejected.jsonl")

    assert "新登记 0 件，退回 4 行" in first.output
    assert "新登记 0 件，退回 4 行" in again.output
    assert (tmp_path / "in.rejected.rejected.jsonl").read_text().count("20261128000000011") >= 2


def test_half_a_character_comes_back_as_it_was_written(tmp_path, run):
    told = {**fields(), "content": f"{GOOD[1]}\ud83d"}
    (tmp_path / "in.jsonl").write_text(json.dumps(told), "utf-8")

    assert "退回 1 行" in run(tmp_path / "in.jsonl").output
    back = json.loads((tmp_path / "in.rejected.jsonl").read_text("utf-8"))
    assert back["content"] == told["content"]


def test_a_json_line_without_a_field_is_told_what_it_lacks_not_of_headings(tmp_path, run):
    whole = fields(external_id="J-1")
    lines = [whole, {"kind": "投诉", "content": GOOD[1]}, {"phone": "0772-2800000"}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")

    assert "新登记 1 件，退回 2 行" in run(tmp_path / "in.jsonl").output
    back = (tmp_path / "in.rejected.jsonl").read_text("utf-8").splitlines()
    told = [json.loads(one)["退回原因"] for one in back]
    assert "第 2 行：这一行缺少必需的字段：来电号码。" in told[0]
    assert "第 3 行：这一行缺少必需的字段：类型、诉求内容。" in told[1]
    assert not [one for one in told if "列名" in one]
