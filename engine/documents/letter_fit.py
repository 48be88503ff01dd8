"""The grid of an official document in figures: pitch, tracking, and what fits one line (版面).

Every page has 22 lines of 28 characters (GB/T 9704 5.2.3): a letter is never set tighter to save a
page. One that does not end on its first page goes on, with its number, on the second.
"""

from docx.shared import Length, Mm, Pt

from engine.documents.geometry import figures
from engine.documents.letter_data import Annex

TWENTIETHS = 20
CELL_INSET = 8.0


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
    """Return what is added between characters, in pt, so that 28 fill a line."""
    width = Mm(figures()["type_area"]["width"]).pt
    return float(width / figures()["grid"]["characters"] - figures()["sizes"]["body"])


def wide_characters(text: str) -> float:
    """Return the width of a text in Chinese characters; a digit or letter is half of one."""
    return len(text) - len(text.encode("ascii", "ignore")) / 2
