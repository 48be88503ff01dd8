"""A file that is no holiday list is refused in words that say what it is and what to do."""

import pytest

from tests.builders import SUPERVISOR
from tests.pages.conftest import HOST
from tests.pages.test_rules_pages import CSV, NOTICE


def handed_in(as_, data, name="days.csv", **fields):
    desk = as_(SUPERVISOR)
    desk.get("/calendar/import")
    return desk.client.post(
        "/calendar/import", data={"csrf": desk.hidden("csrf"), **NOTICE, **fields},
        files={"file": (name, data)}, headers={"origin": HOST},
    )  # fmt: skip


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_whatever_coding_excel_saved_it(as_, coding):
    answer = handed_in(as_, CSV.encode(coding))

    assert answer.status_code == 200
    assert "差异 13 天" in answer.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "“holidays.xlsx” 是 Excel 工作簿或压缩包，不是文本"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Excel"),
        (b"%PDF-1.7\n", "是 PDF 文件，不是文本"),
        (b"\x00\x01\x02\x03", "不是文本，或编码认不出来"),
        (b"\xff\xff\xff", "不是文本，或编码认不出来"),
    ],
)
def test_a_file_that_is_no_text_is_named_with_what_to_do(as_, data, said):
    answer = handed_in(as_, data, "holidays.xlsx", text="已经粘贴的内容")

    assert answer.status_code == 422
    assert said in answer.text
    assert "另存为“CSV UTF-8（逗号分隔）”" in answer.text
    assert 'href="#file"' in answer.text
    assert "已经粘贴的内容" in answer.text


def test_a_csv_with_another_head_says_which_head_it_should_have(as_):
    answer = handed_in(as_, "名称,日期,安排\n元旦,2027-01-01,放假\n".encode())

    assert answer.status_code == 422
    assert "应为“日期,安排,名称”" in answer.text
