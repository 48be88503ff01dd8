"""Letters as DOCX: the editable copy, naming the official fonts, in the same form as the PDF.

Mark and rules of a letter stand in the first page's header and footer, as §10.1 draws them for the
first page only; LibreOffice and Word both keep them there. Figures come from gbt9704.yaml.
"""

import gc
import io
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from engine.documents.docx_colophon import add_colophon, lines_of
from engine.documents.docx_parts import (
    bottom_rule,
    grid_table,
    number_pages,
    paint,
    spaced_as_typed,
    wide,
    write,
)
from engine.documents.fonts import FontRole
from engine.documents.geometry import figures
from engine.documents.letter_data import Annex, Layout, LetterData, Paragraph, written_date
from engine.documents.letter_fit import ANNEX_HEAD, listed, pitch, track, wide_characters


def render_docx(letter: LetterData) -> bytes:
    """Return the letter as an editable DOCX with the official font names."""
    made = Document()
    _set_page(made)
    _set_body_style(made)
    if letter.layout is Layout.LETTER:
        _letter_head(made, letter)
    else:
        _general_head(made, letter)
    _title(made, letter.title_lines, figures()["title"]["blank_lines_above"])
    _body(made, letter)
    for index, annex in enumerate(letter.attachments, start=1):
        _annex(made, annex, index if len(letter.attachments) > 1 else None,
               last=annex is letter.attachments[-1] and bool(lines_of(letter)))  # fmt: skip
    _keep_with_the_foot(made, letter)
    add_colophon(made, letter)
    _properties(made, letter)
    written = io.BytesIO()
    made.save(written)
    del made
    # A document is a ring of small Python objects around megabytes of XML that Python cannot see.
    gc.collect(1)
    return written.getvalue()


def _properties(made: DocumentType, letter: LetterData) -> None:
    properties, day = made.core_properties, datetime.combine(letter.date, time(), UTC)
    properties.title, properties.author = letter.title, letter.org
    properties.last_modified_by, properties.comments = letter.org, ""
    properties.created = properties.modified = day


def _set_page(made: DocumentType) -> None:
    paper, area = figures()["paper"], figures()["type_area"]
    section = made.sections[0]
    section.page_width, section.page_height = Mm(paper["width"]), Mm(paper["height"])
    section.top_margin, section.left_margin = Mm(area["top"]), Mm(area["left"])
    section.right_margin = Mm(paper["width"] - area["left"] - area["width"])
    section.bottom_margin = Mm(paper["height"] - area["top"] - area["height"])
    section.footer_distance = Mm(_bottom(area, paper) - figures()["page_number"]["below"]) - Pt(
        figures()["sizes"]["small"]
    )
    made.settings.odd_and_even_pages_header_footer = True
    number_pages(section)


def _bottom(area: dict[str, Any], paper: dict[str, Any]) -> float:
    return float(paper["height"] - area["top"] - area["height"])


def _set_body_style(made: DocumentType) -> None:
    style = made.styles["Normal"]
    paint(style.element.get_or_add_rPr(), FontRole.FANGSONG, figures()["sizes"]["body"], track())
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = pitch()
    style.paragraph_format.widow_control = False
    spaced_as_typed(style.element.get_or_add_pPr())


def _letter_head(made: DocumentType, letter: LetterData) -> None:
    form, section = figures()["letter"], made.sections[0]
    section.different_first_page_header_footer = True
    section.header_distance = Mm(form["mark_top"])
    mark = section.first_page_header.paragraphs[0]
    _mark(mark, letter.head, form["rule_width"])
    wide(mark, form["rule_width"])
    bottom_rule(mark, "thickThinSmallGap", form["rule_gap"])
    foot = section.first_page_footer.paragraphs[0]
    section.footer_distance = Mm(form["lower_rule_from_bottom"])
    wide(foot, form["rule_width"])
    bottom_rule(foot, "thinThickSmallGap", 0)
    number = made.add_paragraph()
    number.alignment = ALIGN.RIGHT
    number.paragraph_format.space_before = Pt(
        form["number_below_rule"] * figures()["sizes"]["body"]
    )
    write(number, letter.number)


def _general_head(made: DocumentType, letter: LetterData) -> None:
    form = figures()["general"]
    mark = made.add_paragraph()
    mark.paragraph_format.space_before = Mm(form["mark_below_type_area"])
    _mark(mark, f"{letter.head}文件", figures()["type_area"]["width"])
    _blank(made, form["number_lines_below"])
    number = made.add_paragraph()
    number.alignment = ALIGN.CENTER
    write(number, letter.number)
    bottom_rule(number, "single", form["rule_gap"])


def _mark(paragraph: DocxParagraph, text: str, space: float) -> None:
    size = figures()["letter"]["mark_size"]
    narrow = min(1.0, Mm(space).pt / (size * len(text)))
    paragraph.alignment = ALIGN.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(size)
    run = paragraph.add_run(text)
    paint(
        run._element.get_or_add_rPr(), FontRole.TITLE, size, 0, figures()["red"], int(narrow * 100)
    )


def _title(made: DocumentType, lines: tuple[str, ...], blank_above: int) -> None:
    _blank(made, blank_above)
    sizes, leading = figures()["sizes"], figures()["title"]["leading"]
    for line in lines:
        paragraph = made.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        paragraph.paragraph_format.line_spacing = Pt(sizes["title"] + leading)
        write(paragraph, line, FontRole.TITLE, sizes["title"])
    _blank(made, figures()["title"]["blank_lines_below"])


def _body(made: DocumentType, letter: LetterData) -> None:
    if letter.to:
        write(made.add_paragraph(), f"{letter.to}：")
    for part in letter.body:
        _paragraph(made, part)
    last = len(made.paragraphs) - 1
    if letter.attachments:
        _blank(made, 1)
        _attachment_list(made, letter)
    _blank(made, 1)
    _signature(made, letter)
    # §7.3.5.5: the page with the signature carries words of the body.
    for paragraph in made.paragraphs[last:-1]:
        paragraph.paragraph_format.keep_with_next = True


def _attachment_list(made: DocumentType, letter: LetterData) -> None:
    for index, line in enumerate(listed(letter.attachments, letter.layout)):
        head = "　" * len(ANNEX_HEAD) if index else ANNEX_HEAD
        _paragraph(made, Paragraph(f"{head}{line}"))


def _signature(made: DocumentType, letter: LetterData) -> None:
    day, cell = written_date(letter.date), figures()["sizes"]["body"] + track()
    half = (wide_characters(letter.org) - wide_characters(day)) / 2
    right = figures()["seal"]["date_from_right_characters"]
    over = max(0.0, half - right)
    for text, characters in ((letter.org, right + over - half), (day, right + over)):
        paragraph = made.add_paragraph()
        paragraph.alignment = ALIGN.RIGHT
        paragraph.paragraph_format.right_indent = Pt(characters * cell)
        write(paragraph, text)


def _paragraph(made: DocumentType, part: Paragraph) -> None:
    paragraph = made.add_paragraph()
    paragraph.alignment = ALIGN.JUSTIFY
    cell = figures()["sizes"]["body"] + track()
    paragraph.paragraph_format.first_line_indent = Pt(figures()["indent_characters"] * cell)
    if part.lead:
        write(paragraph, part.lead, FontRole.HEITI if part.level == 1 else FontRole.KAITI)
    write(paragraph, part.text)
    paragraph.paragraph_format.keep_with_next = part.heads or None


def _annex(made: DocumentType, annex: Annex, order: int | None, *, last: bool) -> None:
    first = made.add_paragraph()
    first.paragraph_format.page_break_before = True
    write(first, f"附件{order or ''}", FontRole.HEITI)
    _title(made, (annex.title,), 1)
    for part in annex.body:
        _paragraph(made, part)
        # a number that no line breaks would leave a line of wide gaps
        made.paragraphs[-1].alignment = ALIGN.LEFT
    if annex.rows:
        grid_table(made, annex, ends=last and not annex.closing)
    for part in annex.closing:
        _paragraph(made, part)


def _keep_with_the_foot(made: DocumentType, letter: LetterData) -> None:
    """Keep the last words on the page of the colophon, which never stands there alone (§7.4)."""
    if not lines_of(letter):
        return
    last = letter.attachments[-1] if letter.attachments else None
    if last is not None and last.rows and not last.closing:
        return
    for paragraph in made.paragraphs[-2:]:
        paragraph.paragraph_format.keep_with_next = True


def _blank(made: DocumentType, lines: int) -> None:
    for _ in range(lines):
        made.add_paragraph()
