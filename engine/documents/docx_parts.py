"""The small parts of a DOCX letter: painted runs, ruled paragraphs, page numbers, tables."""

import re
from copy import deepcopy
from typing import Any

from docx.document import Document as DocumentType
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Emu, Length, Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph as DocxParagraph

from engine.documents.fonts import OFFICIAL_NAMES, FontRole
from engine.documents.geometry import figures
from engine.documents.letter_data import Annex

TWENTIETHS = 20
HALVES = 2
EIGHTHS = 8
CELL_MARGIN_TWIPS = 60
CELL_SLACK, WIDE_DIGIT, APART, NUMBER = 8.0, 0.64, 0.5, re.compile(r"[!-~]+")
ENDING = 2
SMALLER = 10.5
CODE = re.compile(r"，(校验码[0-9a-f]+)")


def write(
    paragraph: DocxParagraph,
    text: str,
    role: FontRole = FontRole.FANGSONG,
    size: float | None = None,
) -> None:
    """Add `text` in the official font of `role`; of another size it is set without tracking."""
    if text:
        run = paragraph.add_run(text)
        body = figures()["sizes"]["body"]
        paint(
            run._element.get_or_add_rPr(), role, size or body, None if size in (None, body) else 0
        )


def paint(
    properties: Any,
    role: FontRole,
    size: float,
    tracking: float | None,
    colour: str = "",
    scale: int = 100,
) -> None:
    """Set font, size, tracking, colour and narrowing on run properties, in the schema's order."""
    name = OFFICIAL_NAMES[role]
    fonts = {f"w:{kind}": name for kind in ("ascii", "hAnsi", "eastAsia", "cs")}
    parts: list[tuple[str, dict[str, str]]] = [("w:rFonts", {**fonts, "w:hint": "eastAsia"})]
    parts.append(("w:color", {"w:val": colour or "000000"}))
    if tracking is not None:
        parts.append(("w:spacing", {"w:val": str(round(tracking * TWENTIETHS))}))
    if scale != 100:  # noqa: PLR2004 - percent
        parts.append(("w:w", {"w:val": str(scale)}))
    parts += [(tag, {"w:val": str(round(size * HALVES))}) for tag in ("w:sz", "w:szCs")]
    for old in list(properties):
        properties.remove(old)
    for tag, attributes in parts:
        properties.append(element(tag, attributes))


def bottom_rule(paragraph: DocxParagraph, style: str, gap_mm: float, colour: str = "") -> None:
    """Draw a rule under a paragraph: `single`, `thickThinSmallGap` or `thinThickSmallGap`."""
    thick = figures()["letter"]["thick"] + figures()["letter"]["thin"]
    width = figures()["general"]["rule"] if style == "single" else thick
    edge = {
        "w:val": style,
        "w:sz": str(round(width * EIGHTHS)),
        "w:space": str(round(Mm(gap_mm).pt)),
        "w:color": colour or figures()["red"],
    }
    borders = element("w:pBdr", {})
    borders.append(element("w:bottom", edge))
    # The schema wants pBdr before shd, tabs, spacing, ind, jc …
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def spaced_as_typed(properties: Any) -> None:
    """Add no space of its own between Chinese and digits: a line holds 28 characters (§5.2.3)."""
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        properties.insert_element_before(
            element(tag, {"w:val": "0"}), "w:bidi", "w:adjustRightInd", "w:spacing", "w:ind", "w:jc"
        )


def wide(paragraph: DocxParagraph, width_mm: float) -> None:
    """Let a paragraph reach over the type area to `width_mm`, centred on the paper."""
    paper, area = figures()["paper"]["width"], figures()["type_area"]
    side = (paper - width_mm) / 2
    paragraph.paragraph_format.left_indent = Mm(side - area["left"])
    paragraph.paragraph_format.right_indent = Mm(side - (paper - area["left"] - area["width"]))


def number_pages(section: Section) -> None:
    """Put “— 1 —” at the foot: odd pages right, even pages left (§7.5)."""
    side = Pt(figures()["page_number"]["side_characters"] * figures()["sizes"]["small"])
    for footer, alignment in (
        (section.footer, ALIGN.RIGHT),
        (section.even_page_footer, ALIGN.LEFT),
    ):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
        write(paragraph, "— ", FontRole.SONG, figures()["sizes"]["small"])
        _page_field(paragraph)
        write(paragraph, " —", FontRole.SONG, figures()["sizes"]["small"])


def grid_table(made: DocumentType, annex: Annex, *, ends: bool = False) -> None:
    """Add an annex's table: heading row in 黑体, repeated; one that `ends` holds on to the foot."""
    table = made.add_table(rows=0, cols=len(annex.header), style="Table Grid")
    shares = column_widths(annex)
    table.autofit = False
    table._tbl.tblPr.append(_narrow_cells())
    for column, width in zip(table.columns, shares, strict=True):
        column.width = width
    _first_row(table, annex, shares, FontRole.HEITI)
    table.rows[0]._tr.get_or_add_trPr().append(element("w:tblHeader", {}))
    if annex.rows:
        _first_row(table, annex, shares, FontRole.FANGSONG)
        _more_rows(table, annex)
        _hold_together(table, max(annex.together, ENDING) if ends else annex.together, ends=ends)


def column_widths(annex: Annex) -> list[Length]:
    """Return the widths of an annex's columns: its shares, or what the words of each but one take.

    Which font a reader has is unknown: a digit may be wider than half a character, and stands apart
    from the Chinese beside it.
    """
    room, total = Mm(figures()["type_area"]["width"]), sum(annex.widths)
    if not annex.natural:
        return [Emu(int(room * share / total)) for share in annex.widths]
    columns = list(zip(annex.header, *annex.rows, strict=True))
    own = [Pt(max(map(_room, column)) + CELL_SLACK) for column in columns[:-1]]
    return [*own, Emu(room - sum(own))]


def _room(text: str) -> float:
    apart = APART * len(NUMBER.findall(text))
    latin = len(text.encode("ascii", "ignore"))
    return SMALLER * (len(text) - latin + WIDE_DIGIT * latin + apart)


def _size(annex: Annex) -> float:
    """Return the size of a table's words: 五号 where its columns follow them, so that they fit."""
    return SMALLER if annex.natural else float(figures()["sizes"]["table"])


def _first_row(table: Table, annex: Annex, shares: list[Length], role: FontRole) -> None:
    cells = annex.header if role is FontRole.HEITI else annex.rows[0]
    row = table.add_row()  # type: ignore[no-untyped-call]
    row._tr.get_or_add_trPr().append(element("w:cantSplit", {}))
    for cell, text, width in zip(row.cells, cells, shares, strict=True):
        cell.width, cell.vertical_alignment = width, WD_ALIGN_VERTICAL.CENTER
        _cell(cell.paragraphs[0], text, role, _size(annex))
    if annex.prose and role is FontRole.FANGSONG:
        row.cells[-1].paragraphs[0].alignment = ALIGN.LEFT


def _more_rows(table: Table, annex: Annex) -> None:
    """Copy the first row for each further one: twenty times as fast as building it again."""
    pattern = table._tbl.tr_lst[-1]
    for cells in annex.rows[1:]:
        row = deepcopy(pattern)
        for cell, text in zip(row.tc_lst, cells, strict=True):
            paragraph = DocxParagraph(cell.p_lst[0], table)
            for run in cell.p_lst[0].r_lst:
                cell.p_lst[0].remove(run)
            write(paragraph, with_codes_whole(text), FontRole.FANGSONG, _size(annex))
        table._tbl.append(row)


def _hold_together(table: Table, last: int, *, ends: bool) -> None:
    """Keep the last rows of a table on one page, each with what follows it."""
    rows = table._tbl.tr_lst[-last:] if last else []
    for row in rows if ends else rows[:-1]:
        for cell in row.tc_lst:
            DocxParagraph(cell.p_lst[0], table).paragraph_format.keep_with_next = True


def element(tag: str, attributes: dict[str, str]) -> Any:
    """Return an XML element of the word-processing namespace."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(name), value)
    return made


def _narrow_cells() -> Any:
    margins = element("w:tblCellMar", {})
    for side in ("w:top", "w:left", "w:bottom", "w:right"):
        margins.append(element(side, {"w:w": str(CELL_MARGIN_TWIPS), "w:type": "dxa"}))
    return margins


def _cell(paragraph: DocxParagraph, text: str, role: FontRole, size: float) -> None:
    paragraph.alignment = ALIGN.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    write(paragraph, with_codes_whole(text), role, size)
    mark = element("w:rPr", {})  # an empty cell is no taller than the others
    mark.append(element("w:sz", {"w:val": str(round(size * HALVES))}))
    paragraph._p.get_or_add_pPr().append(mark)


def with_codes_whole(text: str) -> str:
    """Return a cell's words with each 校验码 on a line of its own: no font parts it from its code.

    A sign that forbids the break is drawn as a box by fonts that lack it.
    """
    return CODE.sub(r"，\n\1", text)


def _page_field(paragraph: DocxParagraph) -> None:
    run = paragraph.add_run()
    paint(run._element.get_or_add_rPr(), FontRole.SONG, figures()["sizes"]["small"], 0)
    for kind in ("begin", "", "end"):
        if kind:
            run._element.append(element("w:fldChar", {"w:fldCharType": kind}))
        else:
            instruction = element("w:instrText", {})
            instruction.text = "PAGE"
            run._element.append(instruction)
