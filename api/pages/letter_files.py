"""Files of letters: its pages to look at, PDF and DOCX, and what came with a reply (移交)."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.documents import document_file
from api.pages.files import SAFE
from api.pages.visit import EYES, HEADERS, UNIT, Visit, noting, reading
from engine.actions import attachments
from engine.actions.letter_preview import page_picture
from engine.documents.file_names import disposition
from engine.errors import ConflictError, DocumentError, NotFoundError
from engine.models import Letter
from engine.rules.letter_life import GONE_OUT
from engine.store import letters as store

router = APIRouter(include_in_schema=False)


@router.get("/letters/{letter_id}/page-{page}.png")
def preview(request: Request, letter_id: int, page: int) -> Response:
    """Return one page of the letter: as it was signed, or as it would be now."""
    try:
        with reading(request, *EYES) as visit:
            letter = store.letter(visit.session, letter_id)
            picture = page_picture(visit.step, letter, page)
    except DocumentError as error:
        raise ConflictError(str(error)) from error
    return Response(picture, media_type="image/png", headers=HEADERS)


@router.get("/letters/{letter_id}/file.{kind}")
def download(request: Request, letter_id: int, kind: str) -> Response:
    """Return the letter as it was signed, as PDF or DOCX; to its unit once it has gone out.

    Raises:
        NotFoundError: it is not signed yet.
    """
    with reading(request, *EYES, *UNIT) as visit:
        letter = store.letter(visit.session, letter_id)
        received = visit.account.unit_id == letter.unit_id and letter.status in GONE_OUT
        mine = visit.role in EYES or received
        data = {"pdf": letter.pdf, "docx": letter.docx}.get(kind)
        if not mine or data is None:
            message = "这份函还没有签发，没有文件可下载。"
            raise NotFoundError(message)
    return document_file(letter.number, kind, data)


@router.get("/letters/{letter_id}/attachments/{attachment_id}")
def fetch(request: Request, letter_id: int, attachment_id: int) -> Response:
    """Give a file of a referral's reply to supervisors, auditors and who sent it; it is noted."""
    with noting(request, *EYES, *UNIT) as visit:
        letter = _readable(visit, letter_id)
        found, data = attachments.download_of_letter(visit.step, letter, attachment_id)
    headers = {**SAFE, "Content-Disposition": disposition(found.name)}
    return Response(data, media_type=found.content_type, headers=headers)


def _readable(visit: Visit, letter_id: int) -> Letter:
    letter = store.letter(visit.session, letter_id)
    mine = letter.unit_id == visit.account.unit_id and letter.status in GONE_OUT
    if visit.role not in EYES and not mine:
        message = f"没有函件 {letter_id}。"
        raise NotFoundError(message)
    return letter
