"""How many lines a letter's page gets (版面调整): an estimate that needs no typesetting.

A letter that just misses one page gets 24, 26 or 28 lines instead of 22 (§5.2.3). typst can measure
that exactly, but setting a letter three times takes three times as long: the estimate breaks lines
as GB/T 9704 does, is right or a line too high, and is checked against the page that came out.
"""

import re
from collections.abc import Callable, Sequence

from docx.shared import Length, Mm, Pt

from engine.documents.geometry import figures
from engine.documents.letter_data import Annex, Layout, LetterData

TWENTIETHS = 20
MARGIN_LINES = 2
# A word processor may break one line more than the estimate sees.
MARGIN_LINES_DOCX = 1
CELL_INSET = 8.0
# LibreOffice sets a fifth of a character between Chinese and a number, whatever the file says.
AUTOSPACE = 0.2
# What must not be torn apart: a number or word, opening marks with what they open, a character with
# the closing marks behind it.
PIECES = re.compile(
    r"[（〔《“‘【]*(?:[!-~]+|[^（〔《“‘【])[，。；：、？！）〕》”’】]*|[（〔《“‘【]+"
)
CLOSING = "，。；：、）〕》】"


def pdf_lines(letter: LetterData) -> int:
    """Return the lines a page at which a letter's PDF fits one page, 22 or some more; else 22."""
    return _choice(letter, _lines_wanted(letter), grid_pitch)


def nearly_fits(letter: LetterData) -> bool:
    """Return whether a letter would fit one page if the estimate were two lines too high."""
    return _fitting(letter, _lines_wanted(letter) - MARGIN_LINES, grid_pitch) is not None


def docx_lines(letter: LetterData) -> int:
    """Return the lines a page of a letter's DOCX, which a word processor breaks by itself."""
    wanted = _lines_wanted(letter, between=AUTOSPACE) + MARGIN_LINES_DOCX
    more = figures()["tighter_in_word_processors"]
    return _choice(letter, wanted, lambda lines: pitch(lines).pt, more)


def _choice(
    letter: LetterData, wanted: int, pitch_of: Callable[[int], float], more: Sequence[int] = ()
) -> int:
    return _fitting(letter, wanted, pitch_of, more) or int(figures()["grid"]["lines"])


def _fitting(
    letter: LetterData, wanted: int, pitch_of: Callable[[int], float], more: Sequence[int] = ()
) -> int | None:
    if letter.layout is not Layout.LETTER:
        return None
    titled = figures()["sizes"]["title"] + figures()["title"]["leading"]
    room = _room() - len(letter.title_lines) * titled
    choices = [int(figures()["grid"]["lines"]), *figures()["tighter"], *more]
    return next((lines for lines in choices if wanted * pitch_of(lines) <= room), None)


def _lines_wanted(letter: LetterData, between: float = 0.0) -> int:
    """Return how many grid lines stand below the first rule, the title's own not counted."""
    title = figures()["title"]
    body = sum(broken_lines(f"　　{part.lead}{part.text}", between) for part in letter.body)
    blank = int(title["blank_lines_above"] + title["blank_lines_below"] + 1)
    annexed = len(letter.attachments) + 1 if letter.attachments else 0
    copied = 0 if letter.attachments or not letter.cc else broken_lines(f"抄送：{letter.cc}")
    return body + len(("number", "addressee", "issuer", "date")) + blank + annexed + copied


def broken_lines(text: str, between: float = 0.0) -> int:
    """Return in how many lines of 28 characters a paragraph is broken.

    `between` is what is added, in characters, on each side of a number or word.
    """
    full, lines, used = figures()["grid"]["characters"], 1, 0.0
    for piece in PIECES.findall(text):
        sides = piece[0].isascii() + piece[-1].isascii()
        wide = wide_characters(piece) + between * sides
        # A closing mark at the end of a line gives up the empty half of its cell.
        needed = wide - 0.5 if piece[-1] in CLOSING else wide
        if used + needed > full:
            lines, used = lines + 1, 0.0
        used += wide
    return lines


def grid_pitch(lines: int) -> float:
    """Return the distance of two lines in pt: the last line's foot stands on the area's edge."""
    size = figures()["sizes"]["body"]
    return float((Mm(figures()["type_area"]["height"]).pt - size) / (lines - 1))


def one_line_rows(annex: Annex) -> bool:
    """Return whether every cell of an annex's table surely holds its text in one line."""
    width, total = Mm(figures()["type_area"]["width"]).pt, sum(annex.widths)
    return all(
        wide_characters(text) * figures()["sizes"]["table"] <= width * share / total - CELL_INSET
        for row in (annex.header, *annex.rows)
        for text, share in zip(row, annex.widths, strict=True)
    )


def pitch(lines: int) -> Length:
    """Return the line pitch of a DOCX: `lines` fill the type area, never a hair more than it."""
    height = Mm(figures()["type_area"]["height"])
    return Pt(int(height.pt / lines * TWENTIETHS) / TWENTIETHS)


def track() -> float:
    """Return what is added between characters, in pt, so that 28 fill a line."""
    width = Mm(figures()["type_area"]["width"]).pt
    return float(width / figures()["grid"]["characters"] - figures()["sizes"]["body"])


def wide_characters(text: str) -> float:
    """Return the width of a text in Chinese characters; a digit or letter is half of one."""
    return sum(0.5 if char.isascii() else 1.0 for char in text)


def _room() -> float:
    """Return the height of the type area below the first rule and its distance to the number."""
    form, area, sizes = figures()["letter"], figures()["type_area"], figures()["sizes"]
    above = form["mark_top"] + form["rule_gap"] + form["between"] - area["top"]
    down = form["mark_size"] + form["number_below_rule"] * sizes["body"]
    return float(Mm(area["height"] - above).pt - down + figures()["title"]["leading"])
