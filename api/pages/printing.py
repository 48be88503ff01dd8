"""Sheets to be printed (工单、答复告知、回访单、通知): A4, and nobody's number on them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.documents import document_file
from api.pages.finding import find, number_meant, reads_content
from api.pages.visit import HEADERS, HOTLINE, UNIT, Visit, reading
from engine.actions.sheets import (
    answer_note_sheet,
    callback_sheet,
    kept_notices,
    mailed_notice,
    order_sheet,
    pictures,
    printed,
    ruling_kept_back,
)
from engine.documents.sheets import Sheet
from engine.errors import ConflictError, DocumentError, NotFoundError
from engine.lifecycle import UNANSWERED
from engine.models import Ticket
from engine.terms import Role

router = APIRouter(include_in_schema=False)
Printed = TypeVar("Printed")


@dataclass(frozen=True)
class Printable:
    """A sheet of a ticket: who prints it, what stands on it."""

    roles: tuple[Role, ...]
    make: Callable[[Visit, Ticket], Sheet]


EVERYBODY = (*HOTLINE, *UNIT, Role.AUDITOR)
SHEETS = {
    "order": Printable(
        EVERYBODY,
        lambda visit, ticket: order_sheet(visit.step, ticket, reads=reads_content(visit, ticket)),
    ),
    "answer-note": Printable(
        HOTLINE, lambda visit, ticket: answer_note_sheet(visit.step, ticket)
    ),
    "callback-sheet": Printable(HOTLINE, lambda visit, ticket: callback_sheet(visit.step, ticket)),
}  # fmt: skip
NOTICE = re.compile(r"mail-(\d{1,9})")


@router.get("/tickets/{number}/order")
def order(request: Request, number: str) -> Response:
    """Show a ticket as a work order (工单): what is to be done by whom, with room to sign."""
    return _page(request, number, "order")


@router.get("/tickets/{number}/answer-note")
def answer_note(request: Request, number: str) -> Response:
    """Show what the requester is told (答复告知): the answer as the hotline approved it.

    Raises:
        NotFoundError: no answer was approved yet.
    """
    return _page(request, number, "answer-note")


@router.get("/tickets/{number}/callback-sheet")
def callback(request: Request, number: str) -> Response:
    """Show the questions of a callback (回访单) with boxes to tick; the number is not on it."""
    return _page(request, number, "callback-sheet")


@router.get("/tickets/{number}/mail-{mail_id}")
def notice(request: Request, number: str, mail_id: int) -> Response:
    """Show a notice that was mailed to a unit (派单通知, 延期批复, 退单裁定 …) as paper.

    Raises:
        NotFoundError: there is none, or it is another unit's.
    """
    return _page(request, number, f"mail-{mail_id}")


@router.get("/tickets/{number}/{name}/page-{page}.png")
def picture(request: Request, number: str, name: str, page: int) -> Response:
    """Return one page of a sheet as a picture, sharp enough to be printed.

    Raises:
        NotFoundError: there is no such sheet or page.
        ConflictError: it cannot be set in type.
    """
    pages = _set_in_type(pictures, _made(request, number, name))
    if not 1 <= page <= len(pages):
        message = f"这份文书只有 {len(pages)} 页，没有第 {page} 页。"
        raise NotFoundError(message)
    return Response(pages[page - 1], media_type="image/png", headers=HEADERS)


@router.get("/tickets/{number}/{name}/file.pdf")
def download(request: Request, number: str, name: str) -> Response:
    """Return a sheet as PDF/A.

    Raises:
        ConflictError: it cannot be set in type.
    """
    sheet = _made(request, number, name)
    data = _set_in_type(printed, sheet).pdf
    return document_file(f"{sheet.title}{sheet.number}", "pdf", data)


def _page(request: Request, number: str, name: str) -> Response:
    with reading(request, *_printable(name).roles) as visit:
        ticket, sheet = _sheet(visit, number, name)
        facts = {
            "sheet": True, "ticket": ticket, "number": ticket.number if ticket else number,
            "name": name, "unanswered": ticket is not None and ticket.status in UNANSWERED,
            "ruling": _ruling(visit, name),
            **_facts_of(sheet),
        }  # fmt: skip
        return visit.page("sheet.html", facts)


def _ruling(visit: Visit, name: str) -> str:
    """Return what of a ruling stands on no mail, for the unit that was sent this one."""
    mail = NOTICE.fullmatch(name)
    return ruling_kept_back(visit.step, int(mail[1])) if mail else ""


def _sheet(visit: Visit, number: str, name: str) -> tuple[Ticket | None, Sheet]:
    """Return a sheet and its ticket; no ticket where the unit that reads has only its notice.

    Raises:
        NotFoundError: there is no such ticket or sheet, or it is not theirs to know of.
    """
    try:
        ticket = find(visit, number)
    except NotFoundError:
        kept = kept_notices(visit.step, number_meant(number)) if visit.account.unit_id else {}
        mail = NOTICE.fullmatch(name)
        if mail is None or int(mail[1]) not in kept:
            raise
        return None, kept[int(mail[1])]
    return ticket, _printable(name).make(visit, ticket)


def _printable(name: str) -> Printable:
    if name in SHEETS:
        return SHEETS[name]
    if not (found := NOTICE.fullmatch(name)):
        message = "没有这份文书。"
        raise NotFoundError(message)
    mail_id = int(found[1])
    return Printable(EVERYBODY, lambda visit, ticket: mailed_notice(visit.step, ticket, mail_id))


def _facts_of(sheet: Sheet) -> dict[str, object]:
    try:
        found = printed(sheet)
    except DocumentError as error:
        return {"called": sheet.title, "pages": 0, "notes": (), "problem": str(error)}
    return {"called": sheet.title, "pages": found.pages, "notes": found.notes, "problem": ""}


def _set_in_type(how: Callable[[Sheet], Printed], sheet: Sheet) -> Printed:
    try:
        return how(sheet)
    except DocumentError as error:
        raise ConflictError(str(error)) from error


def _made(request: Request, number: str, name: str) -> Sheet:
    with reading(request, *_printable(name).roles) as visit:
        return _sheet(visit, number, name)[1]
