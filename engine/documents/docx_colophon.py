"""The colophon (版记) of a DOCX: at the foot of the last page, its rules as wide as the type area.

It is a table in a text box held to the page's lower margin: Word and LibreOffice both keep it
there, and neither does so with a floating table or a framed paragraph.
"""

import math
from typing import Any

from docx.document import Document as DocumentType
from docx.enum.text import WD_LINE_SPACING
from docx.enum.text import WD_TAB_ALIGNMENT as TAB
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from engine.documents.docx_parts import EIGHTHS, TWENTIETHS, write
from engine.documents.fonts import OFFICIAL_NAMES, FontRole
from engine.documents.geometry import figures
from engine.documents.letter_data import Layout, LetterData
from engine.documents.letter_fit import wide_characters

SPACES = nsdecls("w", "wp", "a") + (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
LEADING, HAIR = 9.0, 1.0
BOX = """<w:r {spaces}><w:rPr><w:rFonts w:eastAsia="{font}"/></w:rPr>
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2"
 behindDoc="0" locked="1" layoutInCell="1" allowOverlap="0"><wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="margin"><wp:posOffset>0</wp:posOffset></wp:positionH>
<wp:positionV relativeFrom="margin"><wp:posOffset>{down}</wp:posOffset></wp:positionV>
<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>
<wp:wrapTopAndBottom/><wp:docPr id="9704" name="版记"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData
 uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>
<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
<a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>
<w:tbl><w:tblPr><w:tblW w:w="{twips}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>{borders}
<w:tblLayout w:type="fixed"/>
<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>
</w:tblPr><w:tblGrid><w:gridCol w:w="{twips}"/></w:tblGrid>{rows}</w:tbl>
<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p></w:txbxContent></wps:txbx>
<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"><a:noAutofit/></wps:bodyPr></wps:wsp>
</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent></w:r>"""
ROW = """<w:tr><w:trPr><w:trHeight w:val="{height}" w:hRule="exact"/></w:trPr><w:tc><w:tcPr>
<w:tcW w:w="{twips}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p/></w:tc></w:tr>"""


def add_colophon(made: DocumentType, letter: LetterData) -> None:
    """Hold the colophon to the foot of the page on which a letter's last words stand."""
    lines = lines_of(letter)
    if not lines:
        return
    held = made.add_paragraph()
    held.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    held.paragraph_format.line_spacing = Pt(HAIR)
    held._p.append(_box(lines, ruled=letter.layout is Layout.GENERAL))
    cells = held._p.findall(f".//{qn('w:tc')}/{qn('w:p')}")
    for place, line in zip(cells, lines, strict=True):
        _line(DocxParagraph(place, held), line)


def lines_of(letter: LetterData) -> list[str]:
    """Return the lines of a letter's colophon; none where it has none."""
    copies = [f"抄送：{letter.cc}。"] if letter.cc else []
    issued = f"{letter.org}\t{letter.issued}"
    return [*copies, issued] if letter.layout is Layout.GENERAL else copies


def _box(lines: list[str], *, ruled: bool) -> Any:
    area = figures()["type_area"]
    heights = [_height(line) for line in lines]
    whole, width = sum(heights) + 2 * HAIR, Mm(area["width"])
    rows = "".join(
        ROW.format(height=round(one * TWENTIETHS), twips=_twips(width)) for one in heights
    )
    return parse_xml(BOX.format(
        spaces=SPACES, font=OFFICIAL_NAMES[FontRole.FANGSONG], width=width,
        height=Pt(whole), twips=_twips(width), rows=rows,
        down=Mm(area["height"]) - Pt(sum(heights)), borders=_borders() if ruled else "",
    ))  # fmt: skip


def _height(line: str) -> float:
    """Return how high a row must be for a line that may need several."""
    small, form = figures()["sizes"]["small"], figures()["colophon"]
    room = Mm(figures()["type_area"]["width"]).pt / small - 2 * form["side_characters"]
    lines = 1 if "\t" in line else math.ceil(wide_characters(line) / (room - 1))
    return float(lines * small + (lines - 1) * LEADING + 2 * form["padding"])


def _borders() -> str:
    form = figures()["colophon"]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="{round(Mm(form[name]).pt * EIGHTHS)}" w:space="0"'
        ' w:color="000000"/>'
        for edge, name in (("top", "thick"), ("bottom", "thick"), ("insideH", "thin"))
    )
    return f"<w:tblBorders>{edges}</w:tblBorders>"


def _line(paragraph: DocxParagraph, line: str) -> None:
    small, form = figures()["sizes"]["small"], paragraph.paragraph_format
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = Pt(small + LEADING if "\t" not in line else small + LEADING / 2)
    form.left_indent = form.right_indent = Pt(_side())
    form.tab_stops.add_tab_stop(Mm(figures()["type_area"]["width"]) - Pt(_side()), TAB.RIGHT)
    write(paragraph, line, FontRole.FANGSONG, small)


def _side() -> float:
    return float(figures()["sizes"]["small"] * figures()["colophon"]["side_characters"])


def _twips(length: Mm) -> int:
    return int(length.pt * TWENTIETHS + 0.5)
