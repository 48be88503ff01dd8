"""版面调整: a letter that just misses one page is set a little tighter."""

import io
import random
from dataclasses import replace

import pytest
from docx import Document

from engine.documents import letters
from engine.documents.fonts import find_fonts
from engine.documents.letter_fit import broken_lines, one_line_rows, pdf_lines
from engine.documents.letter_texts import GroundEvidence, letter_from, rectification_letter
from engine.documents.letters import render_docx, render_pdf
from engine.terms import LetterKind, RectificationGround
from tests.documents.facts import SIGNED_AT, a_rectification

FONTS = find_fonts()
LINES = (
    "2026年10月16日24:00承办时限届满未办（事件第9号）", "10月19日红牌催办（事件第11号）",
    "11月2日答复称已解决（事件第14号）", "11月5日回访：未解决、不满意（事件第20号）",
    "10月20日发整改函 城中热线〔2026〕12号，至今未回复",
)  # fmt: skip


def test_a_number_is_not_torn_and_a_closing_mark_begins_no_line():
    assert broken_lines("国" * 28) == 1
    assert broken_lines("国" * 27 + "。国") == 2
    assert broken_lines("国" * 22 + "LZ202609280042") == 2
    assert broken_lines("国" * 28 + "。") == 2


def printed(letter):
    return render_pdf(letter, fonts=FONTS, moment=SIGNED_AT)


def lines_of(rendered):
    noted = [note for note in rendered.notes if note.startswith("版面调整")]
    return int(noted[0].removeprefix("版面调整：每面").partition("行")[0]) if noted else 22


def a_letter_with(lines: int):
    """Return a letter without annexes whose one ground has as many lines of evidence."""
    chosen = tuple(LINES[place % len(LINES)] for place in range(lines))
    short = {"demands": ("限期办结",), "basis": "该文件", "limit_working_days": None}
    grounds = (GroundEvidence(RectificationGround.PERFUNCTORY, chosen),)
    return rectification_letter(a_rectification(grounds=grounds, certificate=None, cc="", **short))


def test_a_letter_grows_tighter_line_by_line_before_it_takes_a_second_page():
    rendered = [printed(a_letter_with(lines)) for lines in range(1, 13)]

    set_at = [lines_of(one) for one in rendered if one.pages == 1]
    assert set_at == sorted(set_at)
    assert {22, 24, 26, 28} == set(set_at)
    assert [one.pages for one in rendered] == sorted(one.pages for one in rendered)
    assert all(lines_of(one) == 22 for one in rendered if one.pages > 1)


@pytest.mark.parametrize("seed", range(6))
def test_a_letter_said_to_fit_one_page_is_one_page(seed):
    chance = random.Random(seed)
    kind = chance.choice((LetterKind.RECTIFICATION, LetterKind.REMINDER))
    grounds = tuple(
        GroundEvidence(ground, tuple(chance.sample(LINES, chance.randint(1, 3))))
        for ground in chance.sample(list(RectificationGround), chance.randint(1, 2))
    )
    letter = letter_from(kind, a_rectification(grounds=grounds, certificate=None, cc=""))

    rendered = printed(letter)

    assert rendered.pages == 1 or pdf_lines(letter) == 22
    assert lines_of(rendered) in (22, 24, 26, 28)


def test_a_wrong_estimate_is_seen_on_the_page_and_measured(monkeypatch):
    letter = a_letter_with(6)
    right = lines_of(printed(letter))
    monkeypatch.setattr(letters, "pdf_lines", lambda _: 22)

    rendered = printed(letter)

    assert right > 22
    assert (rendered.pages, lines_of(rendered)) == (1, right)


def test_rows_of_one_line_are_told_from_rows_that_wrap():
    letter = rectification_letter(a_rectification())
    annex = letter.attachments[0]
    long = (*annex.rows[0][:-1], "国办发明电〔2025〕7号，另有补充通知说明")

    assert one_line_rows(annex)
    assert not one_line_rows(replace(annex, rows=(*annex.rows, long)))


def test_the_docx_grows_tighter_too():
    loose, tight = (
        Document(io.BytesIO(render_docx(a_letter_with(lines)))).styles["Normal"] for lines in (1, 6)
    )

    assert tight.paragraph_format.line_spacing < loose.paragraph_format.line_spacing
