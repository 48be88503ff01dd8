"""每面22行 (GB/T 9704 5.2.3): no letter is set tighter; a longer one goes on to the second page."""

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from docx import Document

from engine.documents.fonts import find_fonts
from engine.documents.letter_data import Paragraph
from engine.documents.letter_fit import one_line_rows
from engine.documents.letter_texts import GroundEvidence, letter_from, rectification_letter
from engine.documents.letters import render_docx, render_pdf
from engine.terms import LetterKind, RectificationGround
from tests.documents.facts import SIGNED_AT, a_correction, a_history, a_rectification, a_referral
from tests.documents.measuring import Page

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


def test_the_usual_letter_goes_on_to_a_second_page_with_words_and_a_number(tmp_path):
    letter = rectification_letter(a_rectification(history=a_history()))

    pdf = printed(letter).pdf

    second = Page(pdf, 2, tmp_path)
    number = second.ink_rows(264, 280)
    dash = second.ink_columns(number[0][0], number[-1][1])[0]
    assert (number[0][0] + number[-1][1]) / 2 == pytest.approx(269, abs=0.6)
    assert dash[0] == pytest.approx(28 + 14 * 0.3528, abs=0.8)
    assert second.ink_rows(37, 60), "words of the body stand above the signature"
    assert second.long_red_rows() == []


@pytest.mark.parametrize(
    ("lines", "most_on_two"), [(1, 7), (2, 7), (3, 5), (4, 4), (6, 3)]
)  # fmt: skip
def test_a_rectification_letter_has_two_pages_up_to_so_many_grounds(lines, most_on_two):
    annexes, most = 2, len(RectificationGround)

    pages = [printed(a_letter_on(grounds, lines)).pages - annexes for grounds in range(1, most + 1)]

    assert pages == [2] * most_on_two + [3] * (most - most_on_two)


def test_a_first_page_holds_thirteen_lines_below_a_title_of_two(tmp_path):
    body = (Paragraph("国" * 28 * 40), Paragraph("完。"))
    letter = replace(rectification_letter(a_rectification()), body=body, attachments=(), cc="")

    lines = body_lines(printed(letter).pdf, 1, tmp_path, 116)

    assert len(lines) == 13
    assert (lines[-1] - lines[0]) / PITCH == pytest.approx(12, abs=0.1)


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
def test_the_docx_has_22_lines_a_page_too(lines):
    made = Document(io.BytesIO(render_docx(a_letter_with(lines))))

    spacing = made.styles["Normal"].paragraph_format.line_spacing
    assert spacing.mm * 22 == pytest.approx(225, abs=0.4)
    assert spacing.mm * 22 <= 225
