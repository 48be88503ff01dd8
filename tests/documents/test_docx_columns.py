"""The tables of a DOCX: columns as wide as their words, rows of one height, room at the border."""

import io
import itertools
from datetime import date

import pytest
from docx import Document

from engine.documents.docx_parts import column_widths
from engine.documents.letter_annexes import certificate_annex, history_annex
from engine.documents.letter_texts import Certificate, rectification_letter
from engine.documents.letters import render_docx
from tests.documents.facts import a_history, a_rectification, holiday_days

ANNEXES = [certificate_annex((), tuple(holiday_days())), history_annex(a_history())]
DIGIT, APART, SIZE, MARGINS = 0.636, 0.25, 10.5, 6.0  # DejaVu Sans, what LibreOffice falls back to


def room_of(text):
    digits = sum(one.isascii() for one in text)
    gaps = sum(a.isascii() != b.isascii() for a, b in itertools.pairwise(text))
    return SIZE * (len(text) - digits + DIGIT * digits + APART * gaps) + MARGINS


@pytest.mark.parametrize("annex", ANNEXES)
def test_no_date_moment_or_number_wraps_whatever_the_font(annex):
    *widths, rest = (one.pt for one in column_widths(annex))

    for row in annex.rows:
        for text, width in zip(row[:-1], widths, strict=True):
            assert room_of(text) <= width
    assert sum(widths) + rest == pytest.approx(442.2, abs=0.1)
    assert rest > room_of("国办发明电〔2025〕7号")


def test_an_empty_cell_is_no_taller_and_no_line_touches_the_border():
    proof = Certificate("投诉承办 10 个工作日。", tuple(holiday_days()))
    letter = rectification_letter(a_rectification(certificate=proof, dated=date(2026, 10, 23)))

    (table,) = Document(io.BytesIO(render_docx(letter))).tables

    empty = [cell for row in table.rows for cell in row.cells if not cell.text]
    assert empty
    assert all('w:sz w:val="21"' in one.paragraphs[0]._p.xml for one in empty)
    assert "<w:top" in table._tbl.tblPr.xml
    assert "<w:bottom" in table._tbl.tblPr.xml
