"""What a body sends with its reply to a referral (移交): kept with the letter, fetched from it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.files import SAFE
from api.pages.visit import EYES, UNIT, Visit, noting
from engine.actions import attachments
from engine.documents.file_names import disposition
from engine.errors import NotFoundError
from engine.models import Letter
from engine.rules.letter_life import GONE_OUT
from engine.store import letters

router = APIRouter(include_in_schema=False)


@router.get("/letters/{letter_id}/attachments/{attachment_id}")
def fetch(request: Request, letter_id: int, attachment_id: int) -> Response:
    """Give a file of a referral's reply to supervisors, auditors and who sent it; it is noted."""
    with noting(request, *EYES, *UNIT) as visit:
        letter = _readable(visit, letter_id)
        found, data = attachments.download_of_letter(visit.step, letter, attachment_id)
    headers = {**SAFE, "Content-Disposition": disposition(found.name)}
    return Response(data, media_type=found.content_type, headers=headers)


def _readable(visit: Visit, letter_id: int) -> Letter:
    letter = letters.letter(visit.session, letter_id)
    mine = letter.unit_id == visit.account.unit_id and letter.status in GONE_OUT
    if visit.role not in EYES and not mine:
        message = f"没有函件 {letter_id}。"
        raise NotFoundError(message)
    return letter
