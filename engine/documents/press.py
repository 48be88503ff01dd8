"""The press: one warm typst compiler for letters and sheets, that takes no warnings."""

import json
import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from engine.documents.fonts import FALLBACK, FontRole, FontSet
from engine.errors import DocumentError

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "notices"
ARCHIVE_STANDARD = "a-2b"
KEPT_DOCUMENTS = 10
PAGE_TREE = re.compile(rb"/Type/Pages/Count (\d+)")


class Press:
    """Sets documents of any form (letter.typ, sheet.typ); it serves one thread at a time."""

    def __init__(self, directories: tuple[Path, ...]) -> None:
        """Make the compiler ready for the forms of templates/notices and fonts of directories."""
        import typst

        self._lock = Lock()
        self._error = typst.TypstError
        self._compiler = typst.Compiler(
            root=str(TEMPLATES),
            font_paths=[str(path) for path in directories],
            ignore_system_fonts=True,
        )
        self._broom = typst.Compiler(ignore_system_fonts=True)

    def print(self, form: str, inputs: dict[str, str], moment: datetime) -> tuple[bytes, int]:
        """Return the PDF and how many pages it has.

        Raises:
            DocumentError: typst warned of anything at all.
        """
        with self._lock:
            pdf = self._compile(
                form,
                inputs,
                format="pdf",
                pdf_standards=[ARCHIVE_STANDARD],
                timestamp=int(moment.timestamp()),
            )
            self._forget()
        return bytes(pdf), _page_count(pdf)

    def draw(self, form: str, inputs: dict[str, str], ppi: float) -> list[bytes]:
        """Return every page as PNG.

        Raises:
            DocumentError: typst warned of anything at all.
        """
        with self._lock:
            drawn = self._compile(form, inputs, format="png", ppi=float(ppi))
            self._forget()
        return list(drawn) if isinstance(drawn, list) else [drawn]

    def _forget(self) -> None:
        # typst keeps what it set for ten documents, 3 MB a letter; no two letters share anything.
        for _ in range(KEPT_DOCUMENTS):
            self._broom.compile(input=b"", format="svg")

    def _compile(self, form: str, inputs: dict[str, str], **options: Any) -> Any:
        source = str(TEMPLATES / form)
        try:
            drawn, warnings = self._compiler.compile_with_warnings(
                input=source, sys_inputs=inputs, **options
            )
        except (self._error, ValueError) as error:
            message = f"函件排版失败：{error}"
            raise DocumentError(message) from error
        if warnings:
            message = f"函件排版有警告，不能发出：{warnings[0]}"
            raise DocumentError(message)
        return drawn


@lru_cache(maxsize=4)
def press(fonts: FontSet) -> Press:
    """Return the press for these fonts, warm once it has been used.

    One for all forms: each would hold the fonts anew, 25 MB.
    """
    return Press(fonts.directories)


def inputs_of(page: dict[str, object], fonts: FontSet) -> dict[str, str]:
    """Return what a form reads: the words of a page with the families they are set in."""
    # vars, not asdict: that copies every cell of every table before it is written out.
    whole = {**page, "fonts": _font_choices(fonts)}
    return {"data": json.dumps(whole, ensure_ascii=False, default=vars)}


def _page_count(pdf: bytes) -> int:
    # The page tree comes first in the file; a query after it would have the letter set again.
    found = PAGE_TREE.search(pdf)
    if found is None:
        message = "函件排版失败：PDF 中没有页数。"
        raise DocumentError(message)
    return int(found[1])


def _font_choices(fonts: FontSet) -> dict[str, object]:
    spare = [FALLBACK] if any(face.family == FALLBACK for face in fonts.faces) else []
    title = fonts.of(FontRole.TITLE)
    return {
        **{font.role.value: list(dict.fromkeys([font.family, *spare])) for font in fonts.roles},
        "title_weight": title.weight,
        "thicken": title.thicken,
    }
