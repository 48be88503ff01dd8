"""`hotline import`: whatever people export is read, written once, and nothing is lost unseen."""

import csv
import json
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from engine import clock
from engine.actions.import_rows import read_row
from engine.cli import import_files
from engine.cli.import_files import open_table
from engine.cli.import_rejects import harmless
from engine.errors import BadInputError, NotPermittedError
from engine.models import Requester, Ticket
from engine.rules.shanghai import SHANGHAI
from engine.store.database import work
from tests.builders import a_ticket
from tests.cli.import_steps import CHINESE, GOOD, a_csv, a_workbook, row, written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_of_any_usual_encoding_and_delimiter_is_read(tmp_path, run, encoding, delimiter):
    file = a_csv(tmp_path / "in.csv", row(1), row(2), encoding=encoding, delimiter=delimiter)

    assert "新登记 2 件" in run(file).output
    with work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.external_id == "A-1")).one()
        assert ticket.content == GOOD[1]
        assert session.get(Requester, ticket.id).enterprise == "示例企业甲"


def test_english_headings_and_a_workbook_with_numbers_and_dates_are_read(tmp_path, run):
    headings = ("kind", "content", "phone", "external_id", "received_at")
    received = clock.now().astimezone(SHANGHAI).replace(microsecond=0, tzinfo=None)
    cells = ("help_request", GOOD[1], 13800000000.0, 7, received)

    run(a_workbook(tmp_path / "in.xlsx", cells, headings=headings))

    with work() as session:
        ticket = session.exec(select(Ticket)).one()
        assert session.get(Requester, ticket.id).phone == "13800000000"
    assert ticket.external_id == "7"
    assert ticket.accepted_at == received.replace(tzinfo=SHANGHAI)


def test_json_lines_are_read_each_with_its_own_fields(tmp_path, run):
    file = tmp_path / "in.jsonl"
    lines = [{"kind": "咨询", "content": "请问变更经营范围要带什么", "phone": "0772-2800000"},
             {"类型": "求助", "诉求内容": "窗口反复要求补材料", "电话": "0772-2800001"},
             "not an object"]  # fmt: skip
    file.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines) + "\n{oops",
                    encoding="utf-8")  # fmt: skip

    output = run(file).output
    refused = (tmp_path / "in.rejected.jsonl").read_text("utf-8").splitlines()

    assert "新登记 2 件，退回 2 行" in output
    assert [json.loads(one)["退回原因"].split("：")[0] for one in refused] == ["第 3 行", "第 4 行"]


def test_a_second_run_writes_nothing_twice(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", row(1), row(2))
    run(file)

    assert "新登记 0 件，已登记过 2 件，退回 0 行" in run(file).output
    assert written() == 2


def test_rows_without_a_number_are_written_once_too(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", row(1, 外部编号=""), row(2, 外部编号="", 企业名称="示例乙"),
                 row(3, 外部编号=""))  # fmt: skip

    assert "新登记 2 件，已登记过 1 件" in run(file).output
    assert "新登记 0 件，已登记过 3 件" in run(file).output


def test_an_import_that_was_cut_off_goes_on_where_it_stopped(tmp_path, run):
    whole = [row(number) for number in range(6)]
    run(a_csv(tmp_path / "part.csv", *whole[:3]))

    assert "新登记 3 件，已登记过 3 件" in run(a_csv(tmp_path / "in.csv", *whole)).output
    assert written() == 6


def test_a_dry_run_says_what_would_happen_and_leaves_no_trace(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", row(1), row(1), row(2, 类型="骂人"), row(3))

    output = run(file, "--dry-run").output

    assert "试运行，什么也没有登记。将新登记 2 件，已登记过 1 件，退回 1 行" in output
    assert written() == 0
    assert "新登记 2 件，已登记过 1 件，退回 1 行" in run(file).output


def test_refused_rows_come_back_in_the_same_format_with_every_reason(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", row(1), row(2, 来电号码="1", 类型="骂人"))

    done = run(file)
    raw = (tmp_path / "in.rejected.csv").read_bytes()
    (headings, refused) = list(csv.reader(raw.decode("utf-8-sig").splitlines()))

    assert done.exit_code == 1
    assert raw.startswith(b"\xef\xbb\xbf")
    assert headings == [*CHINESE, "退回原因"]
    assert refused[4] == "A-2"
    assert "第 3 行" in refused[-1]
    assert "来电号码" in refused[-1]
    assert "没有“骂人”" in refused[-1]


def test_a_mended_file_of_refused_rows_is_imported_as_it_is(tmp_path, run):
    run(a_csv(tmp_path / "in.csv", row(1, 来电号码="1")))
    refused = tmp_path / "in.rejected.csv"
    refused.write_text(refused.read_text("utf-8-sig").replace(",1,", ",0772-2800000,"), "utf-8-sig")

    assert "新登记 1 件" in run(refused).output


def test_refused_rows_of_a_workbook_come_back_as_a_workbook(tmp_path, run):
    run(a_workbook(tmp_path / "in.xlsx", row(1), row(2, 诉求内容="短")))

    sheet = openpyxl.load_workbook(tmp_path / "in.rejected.xlsx").active
    (headings, refused) = list(sheet.iter_rows(values_only=True))

    assert headings == (*CHINESE, "退回原因")
    assert "诉求内容" in refused[-1]


def test_no_cell_that_comes_back_is_a_formula():
    assert harmless("=1+1") == "'=1+1"
    assert harmless("+86 772") == "'+86 772"
    assert read_row({"kind": "咨询", "phone": "0772-2800000", "content": "'=HYPERLINK(1)等等"},
                    "s").new.content == "=HYPERLINK(1)等等"  # fmt: skip


def test_another_matter_under_a_known_number_is_refused_not_swallowed(tmp_path, run):
    run(a_csv(tmp_path / "a.csv", row(1)))

    done = run(a_csv(tmp_path / "b.csv", row(1, 诉求内容="完全另外的一件事情")))

    assert "退回 1 行" in done.output
    assert "内容不同" in (tmp_path / "b.rejected.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("headings", "words"),
    [(("类型", "诉求内容"), "缺少必需的列：来电号码"),
     ((*CHINESE, "办理情况"), "不认识的列：办理情况"),
     ((*CHINESE[:-1], "电话"), "有两列说的是同一项：来电号码"),
     (("", "", ""), "第一行是空的")],
)  # fmt: skip
def test_wrong_headings_stop_everything_before_anything_is_written(tmp_path, run, headings, words):
    file = a_csv(tmp_path / "in.csv", row(1), headings=headings)

    with pytest.raises(BadInputError, match=words):
        run(file)
    assert written() == 0


def test_a_column_is_left_out_on_purpose(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", (*row(1), "已办"), headings=(*CHINESE, "办理情况"))

    assert "新登记 1 件" in run(file, "--skip", "办理情况").output


def test_a_row_with_more_cells_than_headings_is_refused(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", (*row(1), "多"), row(2))

    assert "新登记 1 件，退回 1 行" in run(file).output
    assert "多 1 格" in (tmp_path / "in.rejected.csv").read_text("utf-8-sig")


def test_units_and_times_are_checked_row_by_row(tmp_path, run):
    headings = (*CHINESE, "主办单位")
    file = a_csv(
        tmp_path / "in.csv", (*row(1), "月球管理局"), (*row(2, 受理时间="下周一"), ""),
        (*row(3, 受理时间="2099-1-1 09:00"), ""), (*row(4), "shijianguan"), headings=headings,
    )  # fmt: skip

    assert "新登记 1 件，退回 3 行" in run(file).output


def test_a_row_with_several_faults_names_its_unknown_units_and_its_moment_too(tmp_path, run):
    headings = (*CHINESE, "主办单位", "被反映单位")
    bad = row(1, 来电号码="1", 受理时间="2099-1-1 09:00")
    file = a_csv(tmp_path / "in.csv", (*bad, "月球管理局", "火星管理局"), headings=headings)

    run(file)

    (told,) = csv.DictReader((tmp_path / "in.rejected.csv").open(encoding="utf-8-sig"))
    reason = told["退回原因"]
    assert [
        one for one in ("月球管理局", "火星管理局", "在将来", "电话") if one not in reason
    ] == []


def test_only_the_hotlines_own_people_import(tmp_path, run):
    file = a_csv(tmp_path / "in.csv", row(1))

    with pytest.raises(NotPermittedError, match="您没有这项权限"):
        run(file, by="shijianguan")

    assert not (tmp_path / "in.rejected.csv").exists()
    assert written() == 0


def test_a_ticket_of_the_desk_does_not_stand_in_the_way(tmp_path, run):
    a_ticket("Mon 2026-11-23 09:00")

    assert "新登记 1 件" in run(a_csv(tmp_path / "in.csv", row(1))).output


# --- files that are none ---------------------------------------------------------------------


def refused(path):
    with pytest.raises(BadInputError) as error, open_table(path) as table:
        list(table.rows)
    return str(error.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)

    assert bomb.stat().st_size < 100_000
    assert "解开后过大" in refused(bomb)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("a.xlsx", b"not a zip", "不是 xlsx 文件"), ("a.xls", b"x", "不是 CSV"),
     ("a.csv", b"\xff\x00\x81\xfe\xff", "编码"), ("a.csv", b"", "第一行是空的"),
     ("a.jsonl", b'{"a": "' + b"x" * 300_000, "不像一件工单"),
     ("a.csv", b"a,b\n\"" + b"x" * 300_000, "读不下去")],
)  # fmt: skip
def test_files_that_are_none_are_told_in_one_sentence(tmp_path, name, content, words):
    file = tmp_path / name
    file.write_bytes(content)

    assert words in refused(file)


def test_a_file_that_is_not_there_and_one_that_is_too_large(tmp_path, monkeypatch):
    assert "读不了" in refused(tmp_path / "none.csv")
    monkeypatch.setattr(import_files, "LARGEST_FILE", 3)
    assert "请分成几个文件" in refused(a_csv(tmp_path / "in.csv", row(1)))


@given(st.dictionaries(st.sampled_from(["kind", "content", "phone", "urgency", "received_at",
                                        "confidential", "support_units", "external_id"]),
                       st.none() | st.text(max_size=30) | st.floats() | st.integers()
                       | st.datetimes() | st.dates() | st.booleans()))  # fmt: skip
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_row_is_a_ticket_or_refused_with_a_reason(fields):
    found = attempt(fields)
    assert found.fields if isinstance(found, BadInputError) else found.new.external_id


def attempt(fields):
    try:
        return read_row(fields, "s")
    except BadInputError as error:
        return error
