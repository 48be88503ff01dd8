"""工单、回访单、答复告知 as they come out of the printer: words, rows, and boxes to write in."""

import io
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pikepdf
import pytest

from engine.documents.fonts import find_fonts
from engine.documents.sheets import answer_note, form_sheet, render_sheet, sheet_pictures
from engine.errors import DocumentError
from tests.documents.measuring import Page, bands, words_of
from tests.documents.sheet_facts import (
    ANSWER,
    CONTENT,
    NUMBER,
    Told,
    callback_facts,
    note_facts,
    order_facts,
)

DAY = date(2026, 11, 28)  # a Saturday
ARCHIVED = "{http://www.aiim.org/pdfa/ns/id/}"
OPINION, RESULT, CONTACT, SIGNED, LEADER = range(-5, 0)


@pytest.fixture(scope="module")
def fonts():
    return find_fonts()


@pytest.fixture
def print_out(fonts, tmp_path):
    """Print a sheet; return the file and its pages to be measured."""

    def out(sheet):
        found = render_sheet(sheet, fonts=fonts)
        return found, lambda number: Page(found.pdf, number, tmp_path)

    return out


def order(**changes):
    return form_sheet("order_sheet", order_facts(**changes), DAY)


def callback(**changes):
    return form_sheet("callback_sheet", callback_facts(**changes), DAY)


def note(**changes):
    return answer_note(note_facts(**changes), DAY)


def rows(page):
    """Heights between the rules of a form's last table, top to bottom, in mm."""
    rules = [(top + bottom) / 2 for top, bottom, *_ in bands(page.long_black_rows())]
    return [lower - upper for upper, lower in pairwise(rules)]


@pytest.mark.parametrize("sheet", [order(), callback(), note()], ids=["工单", "回访单", "答复告知"])
def test_a_sheet_is_one_page_a4_to_be_archived_and_the_same_again(fonts, sheet):
    found = render_sheet(sheet, fonts=fonts)
    with pikepdf.open(io.BytesIO(found.pdf)) as pdf:
        size = [float(one) * 25.4 / 72 for one in pdf.pages[0].mediabox[2:]]
        said = pdf.open_metadata(set_pikepdf_as_editor=False)
        standard = said[f"{ARCHIVED}part"] + said[f"{ARCHIVED}conformance"]
        created = said["xmp:CreateDate"]

    assert found.pages == 1
    assert size == pytest.approx([210, 297], abs=0.1)
    assert standard == "2B"
    assert created.startswith("2026-11-27T16:00:00")  # when Sat 2026-11-28 begins in Shanghai
    assert render_sheet(sheet, fonts=fonts).pdf == found.pdf


@pytest.mark.parametrize("sheet", [order(), callback()], ids=["工单", "回访单"])
def test_a_forms_rules_leave_25_mm_to_punch_and_end_above_the_foot(print_out, sheet):
    _, page = print_out(sheet)

    rules = bands(page(1).long_black_rows())

    assert {round(left) for _, _, left, _ in rules} == {25}
    assert {round(right) for *_, right in rules} == {187}
    assert 262 < rules[-1][1] < 273
    assert page(1).ink_rows(286, 296) == []


def test_a_work_order_has_room_to_write_and_lines_to_sign(print_out):
    _, page = print_out(order())

    heights = rows(page(1))

    assert heights[OPINION] >= 30
    assert heights[RESULT] >= 45
    assert all(heights[one] == pytest.approx(12, abs=0.4) for one in (CONTACT, SIGNED, LEADER))


def test_a_callback_sheet_has_room_for_what_was_said(print_out):
    _, page = print_out(callback())

    heights = rows(page(1))

    assert heights[-2] >= 30
    assert heights[-1] == pytest.approx(12, abs=0.4)


@pytest.mark.parametrize("times", [1, 3, 4, 5, 8, 16])
def test_however_long_the_matter_is_the_boxes_stay_whole_on_one_page(print_out, times):
    found, page = print_out(order(content=CONTENT * times))

    heights = rows(page(found.pages))

    assert heights[OPINION] >= 25.6
    assert heights[RESULT] >= 38.6
    assert heights[RESULT] / heights[OPINION] == pytest.approx(1.5, abs=0.05)
    assert (found.pages == 1) is (times <= 3)


@pytest.mark.parametrize(
    ("sheet", "title"),
    [(order(content=CONTENT * 9), "12345热线工单"),
     (note(answer_text=f"{ANSWER}\n" * 12), "答复告知"),
     (callback(answer_text=ANSWER * 12), "12345热线回访单")],
)  # fmt: skip
def test_a_second_page_says_which_ticket_it_belongs_to(print_out, sheet, title):
    found, _ = print_out(sheet)

    with pikepdf.open(io.BytesIO(found.pdf)) as pdf:
        del pdf.pages[0]
        rest = io.BytesIO()
        pdf.save(rest)
    said = words_of(rest.getvalue())

    assert f"{title}{NUMBER}续页" in said
    assert f"第2页，共{found.pages}页" in said


def test_a_work_order_says_who_what_and_until_when(print_out):
    said = words_of(print_out(order())[0].pdf)

    for words in (NUMBER, "区样例局", "区样例中心", "任务清单第21、113项", "2026年11月25日18:00前",
                  "2026年12月8日（周二）24:00", "10个工作日", "希望尽快明确", "拟办意见",
                  "单位负责人", "2026年11月28日打印"):  # fmt: skip
        assert words in said


def test_who_may_not_read_a_confidential_ticket_prints_neither_its_kind_nor_its_matter(print_out):
    said = words_of(print_out(order(kind="举报", confidential=True, reads=False))[0].pdf)

    assert "保密工单" in said
    assert "不得打听诉求人信息" in said
    assert "举报" not in said
    assert "来电人反映" not in said


def test_a_ticket_nobody_answers_any_more_promises_no_date_and_is_not_to_be_signed(print_out):
    said = words_of(print_out(order(unanswered=True, ended=True, status="已并单"))[0].pdf)

    assert "已并单，不再计时" in said
    assert "12月8日" not in said
    assert "签名" not in said


@pytest.mark.parametrize(
    ("reservation", "said"),
    [("（暂定，日历公布后可能调整）", "24:00（暂定，日历公布后可能调整）10个"), ("", "24:0010个")],
)
def test_a_limit_that_may_move_says_so(print_out, reservation, said):
    assert said in words_of(print_out(order(reservation=reservation))[0].pdf)


def test_a_callback_sheet_asks_what_the_form_asks(print_out):
    said = words_of(print_out(callback())[0].pdf)

    for words in ("第三次", "联系过", "部分解决", "基本满意", "不评价", "诉求人原话", "回访人",
                  "2026年12月2日24:00前", "核对了全部材料"):  # fmt: skip
        assert words in said


def test_the_requester_is_told_who_answered_what_and_when_and_what_one_may_do(print_out):
    said = words_of(print_out(note())[0].pdf)

    for words in ("您好！", "您于2026年11月24日向城中区12345优化营商环境专线反映的事项",
                  "由区样例局办理", "2026年11月27日作出答复，11月28日经热线审核",
                  "办理结果已解决。",
                  "核对了全部材料", "办理依据《优化营商环境条例》第三十五条。",
                  "您的意见热线将回访您", "对结果不满意的", "拨打12345", "行政复议、诉讼",
                  "感谢您", "柳州市城中区政务网络服务中心2026年11月28日"):  # fmt: skip
        assert words in said


def test_a_note_of_a_ticket_sent_back_says_so_and_promises_no_callback(print_out):
    told = Told(legal_basis="", reviewed_at=None)

    said = words_of(print_out(note(again=True, to_be_called_back=False, answer=told))[0].pdf)

    assert "现将办理情况告知如下" in said
    assert "您的意见此次答复之后，您反映的事项已退回承办单位继续办理" in said
    assert "将回访您" not in said


def test_an_answer_that_counts_its_own_points_is_told_as_it_stands(print_out):
    lines = ["一、材料清单已张贴。窗口已培训。", "二、12月4日前接入。"]

    sheet = note(answer_text="\n".join(lines))

    assert [part.text for part in sheet.body[3:5]] == lines
    assert {part.lead for part in sheet.body if part.lead} == {
        "办理结果　", "办理依据　", "您的意见　",
    }  # fmt: skip


def test_words_that_look_like_rows_stay_in_their_own_row(print_out):
    sly = '他说："好"\n- {label: 派单, words: 假的}\nnotes: [假的]\n# 注 #panic("x") {{ 1 }}'

    sheet = order(content=sly)

    assert sheet.facts[-1].words == sly
    assert [one.label for one in sheet.facts] == [one.label for one in order().facts]
    assert '#panic("x"){{1}}' in words_of(print_out(sheet)[0].pdf)


def test_rare_names_are_drawn_and_noted_and_a_glyph_in_no_font_is_named(fonts):
    found = render_sheet(order(lead="区喆堃燊局", content="垚祎玥 120㎡"), fonts=fonts)

    assert any(note.startswith("字形替代：") for note in found.notes)
    assert "区喆堃燊局" in words_of(found.pdf)
    with pytest.raises(DocumentError, match="“\U0002fa1d”（U\\+2FA1D）"):
        render_sheet(order(content="\U0002fa1d"), fonts=fonts)


def test_each_page_has_its_picture(fonts):
    assert len(sheet_pictures(order(content=CONTENT * 9), fonts=fonts, ppi=30)) == 2


def test_a_fact_that_is_missing_is_named():
    facts = order_facts()
    del facts["lead"]

    with pytest.raises(DocumentError, match="lead"):
        form_sheet("order_sheet", facts, DAY)


def test_a_sheets_fonts_are_asked_for_all_of_its_words():
    sheet = replace(callback(), mark="保密件", foot="脚")
    known = "".join(text for _, text in sheet.texts())

    for one in sheet.facts:
        assert one.label in known
        assert one.words in known
    assert "保密件" in known
    assert "诉求人原话" in known
