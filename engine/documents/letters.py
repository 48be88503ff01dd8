"""Letters as pages: PDF/A for the archive, PNG for the preview; DOCX is in `letter_docx`."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from engine.documents.fonts import FontSet
from engine.documents.letter_data import Annex, LetterData, Paragraph, written_date
from engine.documents.letter_docx import render_docx
from engine.documents.letter_fit import listed, one_line_rows
from engine.documents.press import inputs_of, press
from engine.errors import NotFoundError

__all__ = [
    "Annex",
    "LetterData",
    "Paragraph",
    "RenderedLetter",
    "annex_pages",
    "render_docx",
    "render_pdf",
    "render_png",
]

FORM = "letter.typ"
EPOCH = datetime(2023, 11, 8, tzinfo=UTC)


@dataclass(frozen=True)
class RenderedLetter:
    """A letter's PDF with its fingerprint and the notes to keep with it (字体替代…)."""

    pdf: bytes
    sha256: str
    pages: int
    notes: tuple[str, ...]


def render_pdf(letter: LetterData, *, fonts: FontSet, moment: datetime) -> RenderedLetter:
    """Return the letter as PDF/A-2b; the same letter and `moment` give the same bytes again.

    Raises:
        DocumentError: a character has no glyph, or typst warned of anything at all.
    """
    notes = fonts.notes_for(letter.texts())
    pdf, pages = press(fonts).print(FORM, _inputs(letter, fonts), moment)
    return RenderedLetter(pdf, hashlib.sha256(pdf).hexdigest(), pages, notes)


def annex_pages(letter: LetterData, annexes: Sequence[Annex], *, fonts: FontSet) -> tuple[int, ...]:
    """Return on how many pages each of these annexes of a letter is set.

    Raises:
        DocumentError: as for `render_pdf`.
    """
    bare = replace(letter, body=letter.body[:1], cc="")
    # All are listed under the letter each time, which takes pages of its own; empty is one page.
    empty = [replace(one, body=(), rows=(), closing=(), together=0) for one in annexes]
    filled = [[*empty[:at], one, *empty[at + 1 :]] for at, one in enumerate(annexes)]
    sets = [replace(bare, attachments=tuple(some)) for some in (empty, *filled)]
    first, *rest = [press(fonts).print(FORM, _inputs(one, fonts), EPOCH)[1] for one in sets]
    return tuple(pages - first + 1 for pages in rest)


def render_png(letter: LetterData, *, fonts: FontSet, page: int = 1, ppi: float = 110) -> bytes:
    """Return one page of the letter as a PNG picture.

    Raises:
        DocumentError: as for `render_pdf`.
        NotFoundError: the letter has no such page.
    """
    pictures = render_pages(letter, fonts=fonts, ppi=ppi)
    if not 1 <= page <= len(pictures):
        message = f"这封函只有 {len(pictures)} 页，没有第 {page} 页。"
        raise NotFoundError(message)
    return pictures[page - 1]


def render_pages(letter: LetterData, *, fonts: FontSet, ppi: float = 110) -> list[bytes]:
    """Return every page of the letter as a PNG picture, its annexes too.

    Raises:
        DocumentError: as for `render_pdf`.
    """
    fonts.notes_for(letter.texts())
    return press(fonts).draw(FORM, _inputs(letter, fonts), ppi)


def _inputs(letter: LetterData, fonts: FontSet) -> dict[str, str]:
    page: dict[str, object] = {
        **vars(letter),
        "layout": letter.layout.value,
        "mark": letter.head,
        "date": written_date(letter.date),
        "issued": letter.issued,
        "attachments": [
            {**vars(one), "one_line": one_line_rows(one)} for one in letter.attachments
        ],
        "annex_lines": listed(letter.attachments, letter.layout),
    }
    return inputs_of(page, fonts)
