"""每面22行 (GB/T 9704 5.2.3): a usual 整改函 is one page; a longer letter goes on."""

import io
import re
import subprocess
from dataclasses import replace
from itertools import pairwise

import pytest
from docx import Document
from docx.oxml.ns import qn

from engine.documents.fonts import find_fonts
from engine.documents.geometry import figures
from engine.documents.letter_data import Paragraph, written_date
from engine.documents.letter_fit import on_one_page, one_line_rows
from engine.documents.letter_texts import GroundEvidence, letter_from, rectification_letter
from engine.documents.letters import render_docx, render_pdf
from engine.terms import LetterKind, RectificationGround
from tests.documents.facts import SIGNED_AT, a_correction, a_history, a_rectification, a_referral
from tests.documents.measuring import Page
from tests.documents.one_page import ONE_PAGE

FONTS = find_fonts()
PITCH = (225 - 16 * 25.4 / 72) / 21
LINES = (
    "2026年10月16日24:00承办时限届满未办（事件第9号）", "10月19日红牌催办（事件第11号）",
    "11月2日答复称已解决（事件第14号）", "11月5日回访：未解决、不满意（事件第20号）",
)  # fmt: skip


def printed(letter):
    return render_pdf(letter, fonts=FONTS, moment=SIGNED_AT)


def a_letter_with(lines: int, **changes):
    """Return a letter whose one ground has as many lines of evidence."""
    chosen = tuple(LINES[place % len(LINES)] for place in range(lines))
    grounds = (GroundEvidence(RectificationGround.PERFUNCTORY, chosen),)
    return rectification_letter(a_rectification(grounds=grounds, **changes))


def a_letter_on(grounds: int, lines: int):
    """Return a 整改函 with its two annexes on so many grounds, each with as many lines."""
    chosen = tuple(LINES[place % len(LINES)] for place in range(lines))
    found = tuple(GroundEvidence(one, chosen) for one in list(RectificationGround)[:grounds])
    return rectification_letter(a_rectification(grounds=found, history=a_history()))


def text_of(pdf, number, directory):
    """Return the words of a page without blanks."""
    (directory / "page.pdf").write_bytes(pdf)
    only = ["-f", str(number), "-l", str(number)]
    done = subprocess.run(["pdftotext", *only, directory / "page.pdf", "-"], capture_output=True,
                          check=True)  # fmt: skip
    return re.sub(r"\s", "", done.stdout.decode())


def body_lines(pdf, number, directory, top):
    """Return the middles of the lines of a page in mm, below the title."""
    page = Page(pdf, number, directory)
    return [(first + last) / 2 for first, last in page.ink_rows(top, 263) if last - first > 2.5]


@pytest.mark.parametrize("lines", [1, 3, 6, 12])
def test_lines_stand_on_the_grid_of_22_however_long_a_letter_is(lines, tmp_path):
    pdf = printed(a_letter_with(lines)).pdf

    middles = body_lines(pdf, 1, tmp_path, 116)

    gaps = [after - before for before, after in pairwise(middles)]
    assert len(gaps) > 5
    assert all(gap / PITCH == pytest.approx(round(gap / PITCH), abs=0.08) for gap in gaps)
    assert min(gaps) > 0.9 * PITCH


@pytest.mark.parametrize("name", list(ONE_PAGE))
def test_the_usual_letter_stands_on_one_page_with_its_signature(name, tmp_path):
    letter = ONE_PAGE[name]

    pdf = printed(letter).pdf

    first, second = text_of(pdf, 1, tmp_path), text_of(pdf, 2, tmp_path)
    assert first.endswith(f"{letter.org}{written_date(letter.date)}")
    assert second.startswith("附件1期限计算书")
    assert len(Page(pdf, 1, tmp_path).long_red_rows()) > 0


@pytest.mark.parametrize("name", ["two_annexes", "举报"])
def test_and_keeps_the_grid_the_blank_lines_and_the_lower_rule_free(name, tmp_path):
    pdf = printed(ONE_PAGE[name]).pdf

    middles = body_lines(pdf, 1, tmp_path, 100)
    steps = [round((after - before) / PITCH) for before, after in pairwise(middles)]
    # addressee and body, a blank line, the annexes, a blank line, issuer and day
    assert steps[-3:] == [2, 2, 1]
    assert set(steps[:-3]) == {1}
    assert middles[-1] < 262
    assert Page(pdf, 1, tmp_path).ink_rows(263, 275) == []


@pytest.mark.parametrize("lines", [1, 2])
def test_more_grounds_go_on_to_a_second_page_with_words_and_a_number(lines, tmp_path):
    pdf = printed(a_letter_on(3, lines)).pdf

    second = Page(pdf, 2, tmp_path)
    number = second.ink_rows(264, 280)
    dash = second.ink_columns(number[0][0], number[-1][1])[0]
    assert (number[0][0] + number[-1][1]) / 2 == pytest.approx(269, abs=0.6)
    assert dash[0] == pytest.approx(28 + 14 * 0.3528, abs=0.8)
    assert second.ink_rows(37, 60), "words of the body stand above the signature"
    assert second.long_red_rows() == []


@pytest.mark.parametrize(
    ("lines", "most_on_one", "most_on_two"), [(1, 2, 7), (2, 1, 7), (3, 1, 7), (4, 0, 5), (6, 0, 4)]
)  # fmt: skip
def test_a_rectification_letter_has_one_and_two_pages_up_to_so_many_grounds(
    lines, most_on_one, most_on_two
):
    annexes, most = 2, len(RectificationGround)

    pages = [printed(a_letter_on(grounds, lines)).pages - annexes for grounds in range(1, most + 1)]

    more = most_on_two - most_on_one
    assert pages == [1] * most_on_one + [2] * more + [3] * (most - most_on_two)


@pytest.mark.parametrize(("title", "held"), [(("一行",), 15), (("两行", "标题"), 13)])
def test_a_first_page_holds_fifteen_lines_below_a_title_of_one_and_thirteen_of_two(
    title, held, tmp_path
):
    body = (Paragraph("国" * 28 * 40), Paragraph("完。"))
    letter = replace(rectification_letter(a_rectification()), title_lines=title, body=body,
                     attachments=(), cc="")  # fmt: skip

    lines = body_lines(printed(letter).pdf, 1, tmp_path, 104 if len(title) == 1 else 116)

    assert len(lines) == held
    assert (lines[-1] - lines[0]) / PITCH == pytest.approx(held - 1, abs=0.1)
    assert len(title) > 1 or held == figures()["letter"]["lines_below_title"]


def test_records_that_do_not_fit_are_left_to_the_annex_and_the_proof_is_not():
    proof, more = LINES[1], tuple(f"10月{day}日热线催办（事件第{day}号）" for day in range(20, 29))
    whole, alone = (
        GroundEvidence(RectificationGround.PERFUNCTORY, lines)
        for lines in ((proof, "10月30日签收（事件第29号）", *more), (proof,))
    )
    shorter = a_rectification(grounds=(alone,))
    facts = a_rectification(grounds=(whole,), beside=LINES)

    short, long = (rectification_letter(replace(facts, shorter=one)) for one in (shorter, None))

    said, all_said = ("".join(part.text for part in one.body) for one in (short, long))
    assert on_one_page(short)
    assert "事件第11号" in said
    assert not any(f"第{day}号" in said for day in range(20, 30))
    assert all(f"第{day}号" in all_said for day in range(20, 30))


def test_records_that_fit_are_all_kept():
    less = GroundEvidence(RectificationGround.PERFUNCTORY, (LINES[1],))
    facts = a_rectification(
        grounds=(GroundEvidence(RectificationGround.PERFUNCTORY, LINES[:1]),),
        beside=("10月30日签收（事件第29号）",),
    )

    letter = rectification_letter(replace(facts, shorter=replace(facts, grounds=(less,))))

    assert "另有记录：10月30日签收（事件第29号）。" in letter.body[0].text
    assert LINES[0] in letter.body[0].text


def test_a_short_letter_is_one_page():
    correction = letter_from(LetterKind.CORRECTION, a_correction())

    assert printed(correction).pages == 1


@pytest.mark.parametrize("kind", list(LetterKind))
def test_no_letter_keeps_a_note_of_a_changed_grid(kind):
    rendered = printed(letter_from(kind, a_referral()))

    assert not [note for note in rendered.notes if "每面" in note]


def test_rows_of_one_line_are_told_from_rows_that_wrap():
    letter = rectification_letter(a_rectification())
    annex = letter.attachments[0]
    long = (*annex.rows[0][:-1], "国办发明电〔2025〕7号，另有补充通知说明")

    assert one_line_rows(annex)
    assert not one_line_rows(replace(annex, rows=(*annex.rows, long)))


@pytest.mark.parametrize("lines", [1, 6, 12])
def test_the_docx_has_22_lines_of_28_characters_a_page_too(lines):
    made = Document(io.BytesIO(render_docx(a_letter_with(lines))))

    style = made.styles["Normal"]
    spacing = style.paragraph_format.line_spacing
    between = int(style.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert 28 * (16 + between) <= 156 / 25.4 * 72 < 29 * (16 + between)
    assert spacing.mm * 22 == pytest.approx(225, abs=0.4)
    assert spacing.mm * 22 <= 225
