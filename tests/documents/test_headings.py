"""A heading alone on its line stays with what it heads, and ends with no full stop."""

import io

import pytest
from docx import Document

from engine.documents.fonts import find_fonts
from engine.documents.letter_texts import GroundEvidence, supervision_letter
from engine.documents.letters import render_docx, render_pdf
from engine.terms import RectificationGround as G
from tests.documents.facts import SIGNED_AT, a_rectification
from tests.documents.test_letter_fit import text_of

MISSED = GroundEvidence(G.DUTY_NOT_PERFORMED, ("10月16日24:00承办时限届满未办（事件第9号）",))
URGED = GroundEvidence(G.PERFUNCTORY, ("10月19日红牌催办，截至10月20日未答复（事件第11号）",))
TWO = (MISSED, URGED)
HEADING = "二、存在问题"


def letter_of(lines):
    beside = tuple(f"10月{day}日热线催办（事件第{20 + day}号）" for day in range(10, 10 + lines))
    return supervision_letter(a_rectification(grounds=TWO, beside=beside, overdue_days=2))


@pytest.mark.parametrize("lines", range(8))
def test_no_page_ends_with_a_heading(lines, tmp_path):
    pdf = render_pdf(letter_of(lines), fonts=find_fonts(), moment=SIGNED_AT).pdf

    first = text_of(pdf, 1, tmp_path)

    assert not first.removesuffix("—1—").removesuffix("。").endswith(HEADING)


def test_a_word_processor_keeps_it_too_and_it_has_no_full_stop():
    paragraphs = Document(io.BytesIO(render_docx(letter_of(4)))).paragraphs

    (heading,) = [one for one in paragraphs if one.text == HEADING]
    assert heading.paragraph_format.keep_with_next
    assert sum(bool(one.paragraph_format.keep_with_next) for one in paragraphs) < len(paragraphs)
