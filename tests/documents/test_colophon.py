"""版记 (§7.4): two rules over the whole type area at the foot of the last page, never alone."""

import io
from dataclasses import replace

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image

from engine.documents.bulletin import bulletin
from engine.documents.fonts import find_fonts
from engine.documents.letter_fit import listed
from engine.documents.letter_texts import letter_from
from engine.documents.letters import render_docx, render_pages
from engine.terms import LetterKind
from tests.documents.facts import a_bulletin, a_referral

PPI = 40
EMU_A_TWIP = 635


def box_of(letter):
    """Return what holds the colophon of a letter's DOCX: the last paragraph's text box."""
    body = Document(io.BytesIO(render_docx(letter))).element.body
    return body.findall(qn("w:p"))[-1]


def a_longer_bulletin(more):
    facts = a_bulletin()
    return bulletin(replace(facts, units=(*facts.units, *facts.units[-1:] * more)))


def dark_rows_above_the_foot(page):
    """Return how many rows of pixels of a page have ink between its head and its colophon."""
    drawn = Image.open(io.BytesIO(page)).convert("L")
    rows = (drawn.crop((0, y, drawn.width, y + 1)) for y in range(drawn.height * 8 // 10))
    return sum(row.getextrema()[0] < 128 for row in rows)


def test_the_docx_has_two_rules_as_wide_as_the_type_area_and_the_date_at_the_right():
    letter = letter_from(LetterKind.SUPERVISION, a_referral(cc="区样例局"))

    box = box_of(letter)

    table = box.find(f".//{qn('w:tbl')}")
    wide = int(table.find(f"{qn('w:tblPr')}/{qn('w:tblW')}").get(qn("w:w")))
    edges = {one.tag: one.get(qn("w:sz")) for one in table.find(f".//{qn('w:tblBorders')}")}
    assert abs(wide * EMU_A_TWIP - Mm(156)) < EMU_A_TWIP
    assert edges == {qn("w:top"): "8", qn("w:bottom"): "8", qn("w:insideH"): "6"}
    assert table.find(f".//{qn('w:tab')}").get(qn("w:val")) == "right"
    said = ["".join(one.text for one in row.iter(qn("w:t"))) for row in table.iter(qn("w:tr"))]
    assert said == ["抄送：区样例局。", f"{letter.org}2026年10月23日印发"]


def test_a_draft_without_a_number_is_not_said_to_be_issued():
    draft = bulletin(a_bulletin())

    assert draft.issued == ""
    assert "印发" not in "".join(one.text for one in box_of(draft).iter(qn("w:t")))
    assert draft.numbered("城政网通〔2026〕1号", draft.date).issued.endswith("日印发")


def test_the_annexes_of_a_bulletin_are_listed_each_on_its_own_line_as_a_reports_are():
    draft = bulletin(a_bulletin())

    assert listed(draft.attachments, draft.layout) == ("1. 各项指标", "2. 各单位情况")


def test_the_docx_holds_it_to_the_lower_edge_of_the_type_area():
    box = box_of(letter_from(LetterKind.SUPERVISION, a_referral(cc="区样例局")))

    place = box.find(f".//{qn('wp:positionV')}")
    heights = [int(one.get(qn("w:val"))) for one in box.iter(qn("w:trHeight"))]
    assert place.get("relativeFrom") == "margin"
    end = int(place[0].text) + sum(heights) * EMU_A_TWIP
    assert abs(end - Mm(225)) < 2 * EMU_A_TWIP


def test_a_letter_in_letter_form_has_its_copies_at_the_foot_without_rules():
    box = box_of(letter_from(LetterKind.RECTIFICATION, a_referral(cc="区样例局")))

    assert box.find(f".//{qn('w:tblBorders')}") is None
    assert [one.text for one in box.iter(qn("w:t"))] == ["抄送：区样例局。"]


@pytest.mark.parametrize("more", [0, 1, 2, 12, 13, 14])
def test_it_never_stands_alone_on_a_page_of_the_pdf(more):
    *_, last = render_pages(a_longer_bulletin(more), fonts=find_fonts(), ppi=PPI)

    assert dark_rows_above_the_foot(last) >= 15


def test_the_last_rows_of_a_docx_go_with_it():
    made = Document(io.BytesIO(render_docx(a_longer_bulletin(0))))

    rows = made.tables[-1].rows[-2:]
    assert all(one.cells[0].paragraphs[0].paragraph_format.keep_with_next for one in rows)
