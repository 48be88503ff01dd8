"""What a letter looks like (预览): as it would be signed now, or as it was signed."""

from functools import lru_cache

from engine.actions.letter_facts import letter_data
from engine.actions.step import Step
from engine.documents.fonts import installed_fonts
from engine.documents.letter_data import LetterData
from engine.documents.letters import render_pages
from engine.documents.pictures import picture_of_pdf
from engine.errors import DocumentError, EngineError, NotFoundError
from engine.models import Letter

PPI = 120


def page_picture(step: Step, letter: Letter, page: int, ppi: float = PPI) -> bytes:
    """Return a page of a letter as PNG: of the archived PDF once it is signed.

    Raises:
        DocumentError: the letter cannot be set now.
        NotFoundError: it has no such page.
    """
    if letter.pdf is not None:
        return picture_of_pdf(letter.pdf, page, ppi)
    pages = drawn(letter_data(step, letter, number=None), ppi)
    if not 1 <= page <= len(pages):
        message = f"这封函只有 {len(pages)} 页，没有第 {page} 页。"
        raise NotFoundError(message)
    return pages[page - 1]


def pages_of(step: Step, letter: Letter) -> int:
    """Return how many pages a letter would have now: one, where it cannot be set or is signed."""
    if letter.pdf is not None or why_not_set(step, letter):
        return 1
    try:
        return len(drawn(letter_data(step, letter, number=None), PPI))
    except DocumentError:  # its picture says why
        return 1


@lru_cache(maxsize=8)
def drawn(data: LetterData, ppi: float = PPI) -> tuple[bytes, ...]:
    """Return the pages of a document that is not signed yet as PNG; the newest few are kept.

    Raises:
        DocumentError: it cannot be set in type.
    """
    return tuple(render_pages(data, fonts=installed_fonts(), ppi=ppi))


def why_not_set(step: Step, letter: Letter) -> str:
    """Return why a letter cannot be set now, in one line; empty when it can, or is signed."""
    if letter.pdf is not None:
        return ""
    try:
        installed_fonts().notes_for(letter_data(step, letter, number=None).texts())
    except (EngineError, ValueError) as error:
        return str(error)
    return ""
