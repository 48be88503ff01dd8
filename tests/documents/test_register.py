"""移交登记表: what both sides sign stands with what they sign for, never alone on a page."""

import io
import shutil
import subprocess
from dataclasses import replace

import pytest
from docx import Document

from engine.documents.fonts import find_fonts
from engine.documents.letter_annexes import SIGNED_TOGETHER, Material
from engine.documents.letter_texts import referral_letter
from engine.documents.letters import render_docx, render_pdf
from tests.documents.facts import SIGNED_AT, a_referral
from tests.documents.test_letter_docx import _opened_by_libreoffice

SIGNED = ("点交", "身份信息", "移交人", "接收人")
# From a table with room to spare, over the foot of its page, to one of three pages.
COUNTS = (1, 6, 7, 8, 12, 16, 24, 25, 40)


def handed_over(count, pages=2):
    facts = a_referral()
    listed = tuple(Material(f"整改函（城中热线〔2026〕{one}号）", pages, "ab" * 32)
                   for one in range(1, count + 1))  # fmt: skip
    return referral_letter(replace(facts, referral=replace(facts.referral, materials=listed)))


def pages_of(letter, tmp_path):
    file = tmp_path / "letter.pdf"
    file.write_bytes(render_pdf(letter, fonts=find_fonts(), moment=SIGNED_AT).pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return done.stdout.decode().split("\f")


@pytest.mark.parametrize("count", COUNTS)
def test_the_signatures_stand_with_the_count_of_what_is_handed_over(count, tmp_path):
    pages = pages_of(handed_over(count), tmp_path)

    (signed,) = [page for page in pages if "接收人" in page]
    assert all(one in signed for one in SIGNED)
    assert f"材料{count}件，共{2 * count}页，由双方当面点清" in signed


def test_material_whose_pages_nobody_knows_is_counted_without_them():
    rows = dict(handed_over(3, pages=None).attachments[0].rows)

    assert rows["点交"] == "材料3件，由双方当面点清"


def test_the_rows_that_stand_together_are_those_both_sides_sign():
    rows = handed_over(1).attachments[0].rows

    assert tuple(name for name, _ in rows[-SIGNED_TOGETHER:]) == SIGNED


def test_a_word_processor_is_told_so_too():
    rows = Document(io.BytesIO(render_docx(handed_over(2)))).tables[0].rows
    kept = [all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells)
            for row in rows]  # fmt: skip

    assert kept == [False] * (len(rows) - SIGNED_TOGETHER) + [True, True, True, False]


def test_in_a_word_processor_each_code_has_a_line_of_its_own_with_what_it_is():
    table = Document(io.BytesIO(render_docx(handed_over(12)))).tables[0]
    (listed,) = [row.cells[1].text for row in table.rows if row.cells[0].text == "材料清单"]

    lines = listed.split("\n")

    assert [line for line in lines if "校验码" in line] == [f"校验码{'ab' * 8}"] * 12
    assert lines[::2] == [
        f"{one}. 整改函（城中热线〔2026〕{one}号），2页，" for one in range(1, 13)
    ]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not there")
def test_libreoffice_keeps_them_together(tmp_path):
    letters = {f"n{count}": handed_over(count) for count in (1, 8, 9, 10, 11, 12, 24)}

    set_as = _opened_by_libreoffice(tmp_path, letters)

    for name, pages in set_as.items():
        (signed,) = [page for page in pages if "接收人" in page]
        assert all(one in signed for one in SIGNED), name


@pytest.mark.parametrize("count", COUNTS)
def test_no_page_parts_an_item_of_the_list_or_a_fingerprint_from_its_name(count, tmp_path):
    pages = pages_of(handed_over(count), tmp_path)

    text = "\n".join(pages)
    assert text.count(f"校验码{'ab' * 8}") == count
    assert text.count("号），2页，校验码") >= min(count, 9)
    for page in pages:
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        ends = [line for line in lines if line.endswith("2页，")]
        assert all(lines[lines.index(one) + 1].startswith("校验码") for one in ends)
