"""The bulletin (通报): its draft, the cases to choose from, and the document as PDF or DOCX."""

from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.filters import from_address, period
from api.pages.visit import EYES, HEADERS, Visit, reading
from engine.actions.bulletins import Draft, case_words, draft_bulletin, points, spoken_period
from engine.documents.fonts import installed_fonts
from engine.documents.letters import render_docx, render_pdf
from engine.errors import NotFoundError

router = APIRouter(include_in_schema=False)
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@router.get("/supervise/bulletin")
def bulletin(request: Request) -> Response:
    """Show the draft of a period's bulletin with its scores and the cases proposed."""
    with reading(request, *EYES) as visit:
        form = from_address(request)
        asked = period(visit, form)
        draft = draft_bulletin(visit.step, (asked.since, asked.until), form.many("case"))
        facts = {
            "asked": asked, "form": form, "error": asked.error, "draft": draft, "points": points,
            "chosen": form.many("case"), "cases": [
                (one, case_words(one, visit.step)) for one in draft.proposed],
            "title": spoken_period((asked.since, asked.until)),
            "query": urlencode([("since", asked.since), ("until", asked.until),
                                *(("case", one) for one in form.many("case"))]),
        }  # fmt: skip
        return visit.page("bulletin.html", facts, asked.error.status if asked.error else 200)


@router.get("/supervise/bulletin.{kind}")
def bulletin_file(request: Request, kind: str) -> Response:
    """Return the draft as PDF or DOCX; its number is given outside, when it is signed.

    Raises:
        NotFoundError: there is no such form of it.
        DocumentError: it cannot be set in type.
    """
    if kind not in TYPES:
        message = "只有 PDF 和 DOCX 两种。"
        raise NotFoundError(message)
    with reading(request, *EYES) as visit:
        form = from_address(request)
        asked = period(visit, form)
        if asked.error:
            raise asked.error
        draft = draft_bulletin(visit.step, (asked.since, asked.until), form.many("case"))
        name = quote(f"通报-{spoken_period((asked.since, asked.until))}.{kind}")
        headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(_file(visit, draft, kind), media_type=TYPES[kind], headers=headers)


def _file(visit: Visit, draft: Draft, kind: str) -> bytes:
    if kind == "docx":
        return render_docx(draft.document)
    fonts = installed_fonts()
    return render_pdf(draft.document, fonts=fonts, moment=visit.now).pdf
