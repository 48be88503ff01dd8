"""Letters as pages: PDF/A for the archive, PNG for the preview; DOCX is in `letter_docx`."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from engine.documents.fonts import FALLBACK, FontRole, FontSet
from engine.documents.letter_data import Annex, LetterData, Paragraph, written_date
from engine.documents.letter_docx import render_docx
from engine.documents.letter_fit import listed, one_line_rows
from engine.errors import DocumentError, NotFoundError

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

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "notices"
ARCHIVE_STANDARD = "a-2b"
KEPT_DOCUMENTS = 10
EPOCH = datetime(2023, 11, 8, tzinfo=UTC)
PAGE_TREE = re.compile(rb"/Type/Pages/Count (\d+)")


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
    pdf, pages = _press(fonts).print(_inputs(letter, fonts), moment)
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
    first, *rest = [_press(fonts).print(_inputs(one, fonts), EPOCH)[1] for one in sets]
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
    return _press(fonts).draw(_inputs(letter, fonts), ppi)


class _Press:
    """One warm typst compiler; it serves one thread at a time."""

    def __init__(self, directories: tuple[Path, ...]) -> None:
        import typst

        self._lock = Lock()
        self._error = typst.TypstError
        self._compiler = typst.Compiler(
            input=str(TEMPLATES / "letter.typ"),
            root=str(TEMPLATES),
            font_paths=[str(path) for path in directories],
            ignore_system_fonts=True,
        )
        self._broom = typst.Compiler(ignore_system_fonts=True)

    def print(self, inputs: dict[str, str], moment: datetime) -> tuple[bytes, int]:
        """Return the PDF and how many pages it has."""
        with self._lock:
            pdf = self._compile(
                inputs,
                format="pdf",
                pdf_standards=[ARCHIVE_STANDARD],
                timestamp=int(moment.timestamp()),
            )
            self._forget()
        return bytes(pdf), _page_count(pdf)

    def draw(self, inputs: dict[str, str], ppi: float) -> list[bytes]:
        """Return every page as PNG."""
        with self._lock:
            drawn = self._compile(inputs, format="png", ppi=float(ppi))
            self._forget()
        return list(drawn) if isinstance(drawn, list) else [drawn]

    def _forget(self) -> None:
        # typst keeps what it set for ten documents, 3 MB a letter; no two letters share anything.
        for _ in range(KEPT_DOCUMENTS):
            self._broom.compile(input=b"", format="svg")

    def _compile(self, inputs: dict[str, str], **options: Any) -> Any:
        try:
            drawn, warnings = self._compiler.compile_with_warnings(sys_inputs=inputs, **options)
        except (self._error, ValueError) as error:
            message = f"函件排版失败：{error}"
            raise DocumentError(message) from error
        if warnings:
            message = f"函件排版有警告，不能发出：{warnings[0]}"
            raise DocumentError(message)
        return drawn


@lru_cache(maxsize=4)
def _press(fonts: FontSet) -> _Press:
    return _Press(fonts.directories)


def _page_count(pdf: bytes) -> int:
    # The page tree comes first in the file; a query after it would have the letter set again.
    found = PAGE_TREE.search(pdf)
    if found is None:
        message = "函件排版失败：PDF 中没有页数。"
        raise DocumentError(message)
    return int(found[1])


def _inputs(letter: LetterData, fonts: FontSet) -> dict[str, str]:
    page = {
        **vars(letter),
        "layout": letter.layout.value,
        "mark": letter.head,
        "date": written_date(letter.date),
        "issued": letter.issued,
        "attachments": [
            {**vars(one), "one_line": one_line_rows(one)} for one in letter.attachments
        ],
        "annex_lines": listed(letter.attachments, letter.layout),
        "fonts": _font_choices(fonts),
    }
    # vars, not asdict: that copies every cell of every table before it is written out.
    return {"data": json.dumps(page, ensure_ascii=False, default=vars)}


def _font_choices(fonts: FontSet) -> dict[str, object]:
    spare = [FALLBACK] if any(face.family == FALLBACK for face in fonts.faces) else []
    title = fonts.of(FontRole.TITLE)
    return {
        **{font.role.value: list(dict.fromkeys([font.family, *spare])) for font in fonts.roles},
        "title_weight": title.weight,
        "thicken": title.thicken,
    }
