"""DOCX: the editable copy with the official font names."""

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn

from engine.documents.bulletin import bulletin
from engine.documents.fonts import FontRole, find_fonts
from engine.documents.letter_data import LetterData, written_date
from engine.documents.letter_texts import (
    letter_from,
    rectification_letter,
    reminder_letter,
    supervision_letter,
)
from engine.documents.letters import render_docx, render_pdf
from engine.terms import LetterKind
from tests.documents.facts import SIGNED_AT, a_bulletin, a_history, a_rectification, a_referral
from tests.documents.one_page import ONE_PAGE
from tests.documents.test_letter_fit import a_letter_on
from tests.documents.test_page_filling import DEMANDS, facts_of


def opened(letter):
    return Document(io.BytesIO(render_docx(letter)))


def fonts_of(paragraph):
    return {run._element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) for run in paragraph.runs}


def test_the_docx_says_what_the_letter_says():
    letter = rectification_letter(a_rectification())

    text = "\n".join(paragraph.text for paragraph in opened(letter).paragraphs)

    assert f"{letter.number}\n" in text
    assert "\n".join(letter.title_lines) in text
    assert all(part.lead + part.text in text for part in letter.body)
    assert "附件：期限计算书" in text
    assert "2026年10月23日" in text


def test_the_official_fonts_are_named():
    made = opened(rectification_letter(a_rectification()))

    by_text = {paragraph.text: fonts_of(paragraph) for paragraph in made.paragraphs}
    mark = made.sections[0].first_page_header.paragraphs[0]
    headed = opened(supervision_letter(a_rectification())).paragraphs
    assert by_text["关于投诉工单办理问题整改的函"] == {"方正小标宋简体"}
    assert by_text["区样例局："] == {"仿宋_GB2312"}
    assert fonts_of(mark) == {"方正小标宋简体"}
    assert any(fonts_of(paragraph) == {"黑体", "仿宋_GB2312"} for paragraph in headed)


def test_mark_and_rules_stand_on_the_first_page_only():
    section = opened(rectification_letter(a_rectification())).sections[0]

    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0]._p.pPr.find(qn("w:pBdr")) is not None
    assert section.first_page_footer.paragraphs[0].text == ""
    assert section.header.paragraphs[0].text == ""
    assert "—" in section.footer.paragraphs[0].text


def test_the_certificate_is_a_table():
    letter = rectification_letter(a_rectification())

    table = opened(letter).tables[0]

    assert [cell.text for cell in table.rows[0].cells] == list(letter.attachments[0].header)
    assert len(table.rows) == len(letter.attachments[0].rows) + 1


@pytest.mark.parametrize("kind", list(LetterKind))
def test_no_row_of_a_table_is_cut_in_two_by_a_page(kind):
    tables = opened(letter_from(kind, a_referral(history=a_history()))).tables

    rows = [row._tr for table in tables for row in table.rows]
    assert all(len(row.trPr.findall(qn("w:cantSplit"))) == 1 for row in rows)


def test_markup_in_facts_is_text():
    letter = rectification_letter(a_rectification(unit="<b>样例&局</b>{{ 1 }}"))

    assert "<b>样例&局</b>{{ 1 }}：" in [p.text for p in opened(letter).paragraphs]


@pytest.mark.parametrize("kind", list(LetterKind))
def test_every_kind_has_a_docx_whose_parts_are_in_the_schemas_order(kind):
    letter = letter_from(kind, a_referral(history=a_history()))

    with zipfile.ZipFile(io.BytesIO(render_docx(letter))) as archive:
        assert archive.testzip() is None
    for paragraph in opened(letter).paragraphs:
        if paragraph._p.pPr is not None:
            tags = [child.tag for child in paragraph._p.pPr]
            ordered = [qn(name) for name in PARAGRAPH_ORDER if qn(name) in tags]
            assert [tag for tag in tags if tag in ordered] == ordered


PARAGRAPH_ORDER = (
    "w:pStyle", "w:keepNext", "w:keepLines", "w:pageBreakBefore", "w:widowControl", "w:pBdr",
    "w:autoSpaceDE", "w:autoSpaceDN", "w:spacing", "w:ind", "w:jc", "w:rPr",
)  # fmt: skip


OFFICIAL = {
    FontRole.FANGSONG: "仿宋_GB2312", FontRole.TITLE: "方正小标宋简体", FontRole.HEITI: "黑体",
    FontRole.KAITI: "楷体_GB2312",
}  # fmt: skip


def _with_our_fonts(tmp_path: Path) -> dict[str, str]:
    """Let a word processor find the installation's fonts under the official names."""
    fonts = find_fonts()
    dirs = "".join(f"<dir>{one.resolve()}</dir>" for one in fonts.directories)
    aliases = "".join(
        f'<match><test name="family"><string>{name}</string></test><edit name="family" '
        f'mode="assign" binding="strong"><string>{fonts.of(role).family}</string></edit></match>'
        for role, name in OFFICIAL.items()
    )
    cache = f"<cachedir>{tmp_path}/cache</cachedir>"
    file = tmp_path / "fonts.conf"
    file.write_text(f"<?xml version='1.0'?><fontconfig>{dirs}{cache}{aliases}</fontconfig>")
    return {**os.environ, "FONTCONFIG_FILE": str(file)}


def _opened_by_libreoffice(tmp_path, letters: dict[str, LetterData]) -> dict[str, list[str]]:
    """Return the words of each page as LibreOffice sets them, without blanks."""
    for name, letter in letters.items():
        (tmp_path / f"{name}.docx").write_bytes(render_docx(letter))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "pdf", "--outdir", tmp_path, *sorted(tmp_path.glob("*.docx"))],
        check=True, capture_output=True, timeout=240, env=_with_our_fonts(tmp_path),
    )  # fmt: skip
    return {name: _pages(tmp_path / f"{name}.pdf") for name in letters}


def _pages(pdf: Path) -> list[str]:
    done = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True)
    return [re.sub(r"\s|—\s*\d+\s*—", "", page) for page in done.stdout.decode().split("\f")[:-1]]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not there")
def test_libreoffice_sets_each_letter_on_as_many_pages_with_the_same_words(tmp_path):
    letters = {kind.value: letter_from(kind, a_referral()) for kind in LetterKind}
    letters["rectification"] = rectification_letter(a_rectification())
    letters["long"] = rectification_letter(
        a_rectification(demands=tuple(f"第{n}项要求，逐项说明办理情况和责任人" for n in range(9)))
    )
    letters["bulletin"] = bulletin(a_bulletin())
    letters["urged"] = reminder_letter(a_rectification(history=a_history()))
    for grounds, demands in ((2, 5), (3, 3)):
        asked = facts_of(grounds, DEMANDS[:demands])
        letters[f"supervised_{grounds}_{demands}"] = supervision_letter(asked)
    for grounds, lines in ((1, 2), (2, 2), (3, 2), (5, 3), (6, 3)):
        letters[f"of_{grounds}_grounds"] = a_letter_on(grounds, lines)
    letters.update(ONE_PAGE)

    set_as = _opened_by_libreoffice(tmp_path, letters)

    for name, letter in letters.items():
        whole = "".join(set_as[name])
        assert all(re.sub(r"\s", "", part.lead + part.text) in whole for part in letter.body), name
        signed = next(page for page in set_as[name] if written_date(letter.date) in page
                      and letter.org in page.partition(written_date(letter.date))[0])  # fmt: skip
        assert re.sub(r"\s", "", letter.body[-1].text)[-10:] in signed, name
    assert len(set_as["correction"]) == 1
    for name, letter in ONE_PAGE.items():
        assert set_as[name][0].endswith(f"{letter.org}{written_date(letter.date)}"), name
        assert set_as[name][1].startswith("附件1"), name
    for name, letter in letters.items():
        if name == "bulletin":  # its tables break where a word processor likes
            continue
        pages = render_pdf(letter, fonts=find_fonts(), moment=SIGNED_AT).pages
        assert len(set_as[name]) == pages, name
