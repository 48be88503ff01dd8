"""What people typed, on a sheet: it stays within its cell, and passes for none of our headings."""

from datetime import date

import pytest

from engine.documents.fonts import find_fonts
from engine.documents.sheets import answer_note, form_sheet, render_sheet
from tests.documents.facts import beijing
from tests.documents.measuring import Page, words_of
from tests.documents.sheet_facts import Told, callback_facts, note_facts, order_facts

DAY = date(2026, 11, 28)  # a Saturday
LAW = "《优化营商环境条例》第三十五条\n【您的意见】已撤诉"
RUNS = (
    "a" * 200, "7" * 100, "！" * 100, "_" * 100, "https://example.org/" + "b" * 200, "é" * 100,
    ",".join(str(45020000 + one) for one in range(12)), "1,000.50+2,001.50+" * 8, "AB:" * 60,
    "D:\\营业" + "\\folder" * 20, "%E8%90%A5" * 20, "Thequickbrownfox." * 12,
    "/" * 200, "(" * 200, "《" * 150, "“" * 150,
)  # fmt: skip
CLOSED = {
    "ended": True, "closed_at": beijing(11, 28, 10), "answer": Told(), "answer_text": "已受理报装",
}  # fmt: skip


def order(**changes):
    return form_sheet("order_sheet", order_facts(**changes), DAY)


def callback(**changes):
    return form_sheet("callback_sheet", callback_facts(**changes), DAY)


def note(**changes):
    return answer_note(note_facts(**changes), DAY)


def test_a_line_of_an_answer_passes_for_no_heading_of_the_hotline():
    sly = "已核实。\n【您的意见】已撤诉\n【办理依据】无"

    sheet = note(answer_text=sly, legal_basis=LAW, promise="余款\n【办理结果】未解决",
                 promised_on=date(2026, 12, 30))  # fmt: skip

    heads = [part.lead.strip() for part in (*sheet.body, *sheet.closing) if part.lead]
    assert heads == ["办理结果", "办理依据", "承诺事项", "您的意见"]
    assert "【您的意见】已撤诉" in [part.text for part in sheet.body]


@pytest.mark.parametrize(
    ("made", "right"),
    [(lambda run: order(content=f"见{run}完"), 187), (lambda run: callback(matter=run), 187),
     (lambda run: callback(answer_text=run), 187), (lambda run: note(answer_text=run), 184)],
    ids=["工单", "诉求", "单位答复", "答复告知"],
)  # fmt: skip
def test_a_long_run_without_a_blank_stays_on_the_paper_and_is_whole(made, right, tmp_path):
    for run in RUNS:
        found = render_sheet(made(run), fonts=find_fonts())

        assert Page(found.pdf, 1, tmp_path).ink_columns(0, 296)[-1][1] <= right + 0.5, run[:20]
        assert run in words_of(found.pdf).replace("\u200b", "")


def test_a_closed_ticket_says_by_whom_it_was_answered_and_leaves_nothing_to_write():
    sheet = order(**CLOSED, reservation="（时限已停）")

    said = words_of(render_sheet(sheet, fonts=find_fonts()).pdf)

    for words in ("2026年12月8日（周二）24:00（时限已停）", "办结2026年11月28日（周六）10:00",
                  "已解决（2026年11月27日（周五）15:20答复）已受理报装",
                  "区样例局", "区样例中心"):  # fmt: skip
        assert words in said
    assert "签名" not in said
    assert "拟办意见" not in said


def test_a_closed_confidential_ticket_keeps_its_answer_from_who_may_not_read_it():
    sheet = order(**CLOSED, confidential=True, reads=False)

    assert "已受理报装" not in words_of(render_sheet(sheet, fonts=find_fonts()).pdf)


def test_a_merged_ticket_says_into_which():
    sheet = order(ended=True, unanswered=True, status="已并单", into="LZ202611240001")

    said = {one.label: one.words for one in sheet.facts}
    assert said["办结期限"] == "已并单，并入LZ202611240001一并答复，不再计时"


@pytest.mark.parametrize("made", [note, callback], ids=["答复告知", "回访单"])
def test_a_promise_is_named_with_its_day(made):
    sheet = made(promise="余款三万元全部付清", promised_on=date(2026, 12, 30))

    said = words_of(render_sheet(sheet, fonts=find_fonts()).pdf)

    assert "承诺事项" in said
    assert "余款三万元全部付清" in said
    assert "2026年12月30日" in said
    assert "承诺" not in words_of(render_sheet(made(), fonts=find_fonts()).pdf)
