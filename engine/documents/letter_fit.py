"""The grid of an official document in figures: pitch, tracking, and what fits one line (版面).

Every page has 22 lines of 28 characters (GB/T 9704 5.2.3): a letter is never set tighter to save a
page. One that does not end on its first page goes on, with its number, on the second.
"""

import math
import re
from collections.abc import Sequence

from docx.shared import Length, Mm, Pt

from engine.documents.geometry import figures
from engine.documents.letter_data import Annex, Layout, LetterData

TWENTIETHS = 20
CELL_INSET = 8.0
ANNEX_HEAD = "附件："
COPIES, DATE, BLANK = 2, 1, 1
A_TITLE_LINE = 2  # lines of the body that each further line of the title takes
# What no line is broken within: numbers and letters, and marks with what they stand at.
UNBROKEN = re.compile(r"[（《“〔]*(?:[!-~]+|.)[，。；：、）》”〕]*")
BESIDE_A_NUMBER, GAP = re.compile(r"[!-~]+"), 0.5


def on_one_page(letter: LetterData) -> bool:
    """Return whether a letter in letter form ends, with its signature, on page one."""
    annexes = len(listed(letter.attachments, letter.layout))
    copies = BLANK + COPIES if letter.cc and not annexes else 0  # else on the annex's page
    signature = lines_of_text(letter.org, indented=False) + DATE
    tail = (BLANK + annexes if annexes else 0) + BLANK + signature + copies
    addressee = lines_of_text(f"{letter.to}：", indented=False)
    body = sum(lines_of_text(part.lead + part.text) for part in letter.body)
    held = figures()["letter"]["lines_below_title"] - A_TITLE_LINE * (len(letter.title_lines) - 1)
    return addressee + body + tail <= int(held)


def lines_of_text(text: str, *, indented: bool = True) -> int:
    """Return how many lines a paragraph takes at most; its first one is indented.

    LibreOffice leaves room between Chinese and numbers, whatever the file says of it.
    """
    indent = figures()["indent_characters"] if indented else 0
    room, lines, used = figures()["grid"]["characters"], 1, float(indent)
    for piece in UNBROKEN.findall(text):
        wide = wide_characters(piece) + GAP * len(BESIDE_A_NUMBER.findall(piece))
        if used + wide > room:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def listed(annexes: Sequence[Annex], layout: Layout) -> tuple[str, ...]:
    """Return the list of annexes (附件说明): one line each, in a letter one where it holds them."""
    if len(annexes) == 1:
        return (annexes[0].title,)
    each = tuple(f"{order}. {annex.title}" for order, annex in enumerate(annexes, start=1))
    one = "　".join(each)
    together = layout is Layout.LETTER and lines_of_text(ANNEX_HEAD + one) == 1
    return (one,) if each and together else each


def one_line_rows(annex: Annex) -> bool:
    """Return whether every cell of an annex's table surely holds its text in one line."""
    size, total = figures()["sizes"]["table"], sum(annex.widths)
    width = Mm(figures()["type_area"]["width"]).pt
    room = [(width * share / total - CELL_INSET) / size for share in annex.widths]
    return all(
        wide_characters(text) <= held
        for row in (annex.header, *annex.rows)
        for text, held in zip(row, room, strict=True)
    )


def pitch() -> Length:
    """Return the line pitch of a DOCX: 22 lines fill the type area, never a hair more than it."""
    height = Mm(figures()["type_area"]["height"])
    return Pt(int(height.pt / figures()["grid"]["lines"] * TWENTIETHS) / TWENTIETHS)


def track() -> float:
    """Return what a DOCX adds between characters, in pt, so that 28 fill a line, never 27."""
    width = Mm(figures()["type_area"]["width"]).pt
    exact = width / figures()["grid"]["characters"] - figures()["sizes"]["body"]
    return float(math.floor(exact * TWENTIETHS) / TWENTIETHS)


def wide_characters(text: str) -> float:
    """Return the width of a text in Chinese characters; a digit or letter is half of one."""
    return len(text) - len(text.encode("ascii", "ignore")) / 2
