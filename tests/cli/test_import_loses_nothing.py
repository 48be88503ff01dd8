"""A row that is refused comes back whole, in all three formats, and is refused again unmended."""

import csv
import datetime as dt
import json
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from engine.actions.import_cells import text_of
from engine.actions.import_rows import REASON
from engine.cli.import_files import open_table
from engine.cli.import_rejects import rejects_for
from engine.cli.import_table import Row
from engine.errors import BadInputError
from engine.models import Ticket
from engine.store.database import work
from tests.cli.import_steps import CHINESE, a_csv, a_workbook, row, written

SHORT = ("类型", "来电号码", "外部编号", "诉求内容")
TORN = ("投诉", "13800000000", "CM-1", "窗口要求反复补材料", "三个月没有办下来", "请督促办结")


def read(path):
    with open_table(path) as table:
        return list(table.rows)


def lines(path):
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


def given_back(source, target):
    """Return the rows of a file, and those of the file they come back in when all are refused."""
    with open_table(source) as table:
        rejects, first = rejects_for(target, table.headings), list(table.rows)
    for one in first:
        rejects.add(one, "第 2 行：理由")
    rejects.close()
    return first, read(target) if first else []


def said(one):
    return {name: cell for name, cell in one.cells.items() if name != REASON and cell != ""}


# --- cells under no heading --------------------------------------------------------------------


def test_words_torn_off_by_a_comma_come_back_and_do_not_pass_unmended(tmp_path, run):
    first = run(a_csv(tmp_path / "in.csv", TORN, headings=SHORT))
    again = run(tmp_path / "in.rejected.csv")

    assert "多 2 格" in lines(tmp_path / "in.rejected.csv")[1][4]
    assert lines(tmp_path / "in.rejected.csv")[1][5:] == ["三个月没有办下来", "请督促办结"]
    assert "退回 1 行" in first.output
    assert "新登记 0 件，退回 1 行" in again.output
    assert lines(tmp_path / "in.rejected.rejected.csv")[1][5:] == ["三个月没有办下来", "请督促办结"]
    assert written() == 0


def test_put_back_where_they_belong_the_whole_complaint_is_written(tmp_path, run):
    run(a_csv(tmp_path / "in.csv", TORN, headings=SHORT))
    cells = lines(tmp_path / "in.rejected.csv")[1]
    mended = (*cells[:3], "，".join((cells[3], *cells[5:])), cells[4])

    run(a_csv(tmp_path / "mended.csv", mended, headings=(*SHORT, REASON)))

    with work() as session:
        content = session.exec(select(Ticket.content)).one()
    assert content == "窗口要求反复补材料，三个月没有办下来，请督促办结"


def test_words_beside_the_table_of_a_workbook_come_back_too(tmp_path, run):
    run(a_workbook(tmp_path / "in.xlsx", TORN, headings=SHORT))
    again = run(tmp_path / "in.rejected.xlsx")

    refused = list(openpyxl.load_workbook(tmp_path / "in.rejected.rejected.xlsx").active.values)
    assert refused[1][5:] == ("三个月没有办下来", "请督促办结")
    assert "新登记 0 件，退回 1 行" in again.output


def test_a_cell_in_a_column_without_a_heading_is_not_left_out(tmp_path, run):
    headings = (*CHINESE[:2], "", *CHINESE[2:])
    full, empty = (*row(1)[:2], "补充：请电话联系", *row(1)[2:]), (*row(2)[:2], "", *row(2)[2:])

    done = run(a_csv(tmp_path / "in.csv", full, empty, headings=headings))

    assert "新登记 1 件，退回 1 行" in done.output
    assert lines(tmp_path / "in.rejected.csv")[1][-1] == "补充：请电话联系"


def test_an_open_quote_does_not_swallow_the_rows_after_it(tmp_path, run):
    file = tmp_path / "in.csv"
    told = "\n".join(
        [",".join(CHINESE), ",".join(row(1)), '投诉,"没有写完的内容', ",".join(row(2))]
    )
    file.write_text(told, "utf-8")

    with pytest.raises(BadInputError, match=r"第 3 行读不下去.*少了一个引号"):
        run(file)


@pytest.mark.parametrize("text", ["内容" * 20_000, "<r>不是标记</r>"])
def test_a_text_that_no_cell_can_hold_comes_back_in_pieces(tmp_path, text):
    rejects = rejects_for(tmp_path / "out.xlsx", CHINESE)
    rejects.add(Row(2, {"诉求内容": text}), "太长")
    rejects.close()

    (again,) = read(tmp_path / "out.xlsx")

    assert again.cells["诉求内容"] + "".join(again.surplus) == text
    assert again.broken


# --- names that hide each other ----------------------------------------------------------------


@pytest.mark.parametrize(("make", "name"), [(a_csv, "in.csv"), (a_workbook, "in.xlsx")])
def test_a_column_named_twice_stops_everything(tmp_path, run, make, name):
    file = make(tmp_path / name, (*row(1), "投诉"), headings=(*CHINESE, " 类型"))

    with pytest.raises(BadInputError, match=r"有两列同名：类型.*改名"):
        run(file)
    assert written() == 0


def test_a_field_named_twice_in_a_json_line_is_refused_and_comes_back_as_it_was(tmp_path, run):
    file = tmp_path / "in.jsonl"
    told = '{"类型": "咨询", "内容": "请问要带什么材料", "电话": "0772-2800000", "类型": "投诉"}'
    file.write_text(told, "utf-8")

    first, again = run(file), run(tmp_path / "in.rejected.jsonl")
    refused = json.loads((tmp_path / "in.rejected.rejected.jsonl").read_text("utf-8"))

    assert "退回 1 行" in first.output
    assert "退回 1 行" in again.output
    assert refused["raw"] == told
    assert "两个同名的字段：类型" in refused[REASON]


def test_a_column_of_reasons_of_ones_own_is_not_passed_over(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", (*row(1), "窗口人手不足"), headings=(*CHINESE, "原因"))

    with pytest.raises(BadInputError, match="不认识的列：原因"):
        run(file)


def test_the_file_that_is_imported_is_not_written_over(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", row(1, 来电号码="1"))
    before = file.read_bytes()

    with pytest.raises(BadInputError, match="--rejected 另一个文件名"):
        run(file, "--rejected", str(file))
    assert file.read_bytes() == before


# --- workbooks ---------------------------------------------------------------------------------


def test_rows_beyond_the_range_that_a_program_wrote_are_read(tmp_path, run):
    a_workbook(tmp_path / "whole.xlsx", row(1), row(2))
    as_excel(tmp_path / "whole.xlsx", tmp_path / "in.xlsx", b'ref="A1:F3"', b'ref="A1:F2"')

    assert "新登记 2 件" in run(tmp_path / "in.xlsx").output


def test_another_sheet_with_rows_is_told(tmp_path, run):
    book = openpyxl.load_workbook(a_workbook(tmp_path / "in.xlsx", row(1)))
    book.create_sheet("空表")
    book.create_sheet("十月").append(["类型"])
    book.save(tmp_path / "in.xlsx")

    assert "没有读“十月”" in run(tmp_path / "in.xlsx").output


def test_a_formula_that_was_never_reckoned_comes_back_and_is_refused_again(tmp_path, run):
    told = '="示例"&"企业乙"'
    first = run(a_workbook(tmp_path / "in.xlsx", row(1), row(2, 企业名称=told)))
    again = run(tmp_path / "in.rejected.xlsx")

    refused = list(openpyxl.load_workbook(tmp_path / "in.rejected.rejected.xlsx").active)[1]
    assert "新登记 1 件，退回 1 行" in first.output
    assert "新登记 0 件，退回 1 行" in again.output
    assert (refused[-1].value, refused[-1].data_type) == (told, "s")


def test_the_result_of_a_formula_is_what_a_cell_says_and_may_be_empty(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "made.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ("企业名称", "标题"))
    sheet.write_formula(1, 0, '="示例"&"企业乙"', None, "示例企业乙")
    sheet.write_formula(1, 1, '=IF(A2="","有","")', None, "")
    sheet.write_formula(2, 1, '=IF(A3="","","有")', None, "")
    book.close()
    as_excel(tmp_path / "made.xlsx", tmp_path / "in.xlsx", b"><f>IF", b' t="str"><f>IF')

    (found,) = read(tmp_path / "in.xlsx")

    assert found == Row(2, {"企业名称": "示例企业乙", "标题": ""})


def as_excel(made, target, old, new):
    with zipfile.ZipFile(made) as whole, zipfile.ZipFile(target, "w") as changed:
        for one in whole.namelist():
            assert one != "xl/worksheets/sheet1.xml" or old in whole.read(one)
            changed.writestr(one, whole.read(one).replace(old, new))


def test_characters_that_xml_cannot_hold_come_and_go_as_excel_writes_them(tmp_path):
    content = "第一行_x000D_\n第二行_x005F_x000D_结束_x000B_"
    first, again = given_back(
        a_workbook(tmp_path / "in.xlsx", row(1, 诉求内容=content)), tmp_path / "out.xlsx"
    )

    assert first[0].cells["诉求内容"] == "第一行\r\n第二行_x000D_结束\x0b"
    assert said(again[0]) == said(first[0])


# --- whatever a row says -----------------------------------------------------------------------

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=9)
FIT = settings(max_examples=60, deadline=None)


@given(TEXTS)
@FIT
def test_any_row_of_a_csv_comes_back_whole(tmp_path_factory, cells):
    home = tmp_path_factory.mktemp("rows")
    first, again = given_back(a_csv(home / "in.csv", cells), home / "out.csv")

    texts = [[text_or_not(cell) for cell in (*said(one).values(), *one.surplus)] for one in first]
    assert texts == [
        [text_or_not(cell) for cell in (*said(one).values(), *one.surplus)] for one in again
    ]


def text_or_not(cell):
    try:
        return text_of("content", "诉求内容", cell)
    except BadInputError as error:
        return str(error)


VALUES = (st.integers(-(10**15), 10**15) | st.floats(-1e14, 1e14).map(lambda one: round(one, 2))
          | st.booleans() | st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001
          .map(lambda one: one.replace(microsecond=0))
          | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]),
                    max_size=12))  # fmt: skip


@given(st.lists(VALUES, min_size=1, max_size=9))
@FIT
def test_any_row_of_a_workbook_comes_back_as_what_it_was(tmp_path_factory, cells):
    home = tmp_path_factory.mktemp("rows")
    book = xlsxwriter.Workbook(str(home / "in.xlsx"), {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, CHINESE)
    for place, cell in enumerate(cells):
        write = sheet.write_string if isinstance(cell, str) else sheet.write
        write(1, place, cell)
    book.close()

    first, again = given_back(home / "in.xlsx", home / "out.xlsx")

    assert [(said(one), one.surplus) for one in again] == [
        (said(one), one.surplus) for one in first
    ]


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=2), max_leaves=4,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(CHINESE) | st.text(max_size=4), JSONS, min_size=1))
@FIT
def test_any_json_line_comes_back_as_it_was(tmp_path_factory, told):
    home = tmp_path_factory.mktemp("rows")
    (home / "in.jsonl").write_text(json.dumps(told), "utf-8")

    first, again = given_back(home / "in.jsonl", home / "out.jsonl")

    assert [said(one) for one in again] == [said(one) for one in first]
