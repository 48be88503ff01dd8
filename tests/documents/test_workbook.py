"""Excel files: a first sheet that says what the second holds, text that is never a formula."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from engine.documents import workbook
from engine.documents.workbook import Column, Table, write_workbook
from tests.builders import day, moment


def written(rows):
    target = BytesIO()
    table = Table("清单", (Column("一"), Column("二")), rows)
    count = write_workbook(target, table, lambda count: [("行数", str(count))])
    return count, load_workbook(BytesIO(target.getvalue()))


def test_the_first_sheet_is_about_the_second():
    count, book = written([("甲", 1), ("乙", 2)])

    assert (count, book.sheetnames) == (2, ["说明", "清单"])
    assert [cell.value for cell in book["说明"][1]] == ["行数", "2"]
    assert list(book["清单"].values) == [("一", "二"), ("甲", 1), ("乙", 2)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=a|'b'!A0"])
def test_no_text_is_a_formula(text):
    _, book = written([(text, text)])
    cell = book["清单"]["A2"]

    assert cell.data_type == "s"
    assert cell.value.startswith("'")
    assert workbook.harmless("普通-文字") == "普通-文字"
    assert [workbook.harmless(f"{one}1+1")[0] for one in "=＝＋－＠"] == ["'"] * 5


def test_moments_are_shanghai_days_are_days_and_nothing_is_blank():
    _, book = written([
        (moment("Tue 2026-11-24 10:00"), day("Tue 2026-11-24")),
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), None), (True, ""), ("http://a.b", 2.5),
    ])  # fmt: skip

    values = list(book["清单"].values)[1:]
    assert str(values[0][0]) == "2026-11-24 10:00:00"
    assert str(values[0][1]).startswith("2026-11-24")
    assert str(values[1][0]) == "2026-11-25 00:30:00"
    assert (values[1][1], values[2], values[3]) == (None, ("是", None), ("http://a.b", 2.5))
    assert book["清单"]["A5"].hyperlink is None


def test_rows_are_made_while_they_are_written_and_end_at_the_limit(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    made = []

    def rows():
        for number in range(10):
            made.append(number)
            yield (number, "甲")

    assert written(rows())[0] == 3
    assert len(made) == 3


def test_odd_letters_come_back_as_they_were_or_as_a_sign_that_they_cannot():
    texts = [
        "甲&乙<丙>",
        " 前后空格 ",
        "两\n行",
        "响铃\x07",
        "_x0041_不是字母",
        "半个\ud800字",
        "\uffff",
    ]

    _, book = written([(one, one) for one in texts])

    found = [unescape(row[0]) for row in book["清单"].values][1:]
    assert found[:3] == texts[:3]
    assert found[3:5] == ["响铃\x07", "_x0041_不是字母"]
    assert found[5:] == ["半个\ufffd字", "\ufffd"]


def test_a_table_of_many_columns_and_rows_is_whole():
    columns = tuple(Column(f"第{place}列") for place in range(60))
    target = BytesIO()
    rows = [[f"{row}-{place}" for place in range(60)] for row in range(1203)]

    write_workbook(target, Table("宽<表>", columns, rows), lambda count: [("行数", str(count))])

    head, *found = load_workbook(BytesIO(target.getvalue()))["宽<表>"].values
    assert head[59] == "第59列"
    assert [list(one) for one in found] == rows
