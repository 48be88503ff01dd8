"""Files on the pages (附件): put to a form before it is sent, added to a ticket, downloaded."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.finding import find, may_unmask, reads_content
from api.pages.forms import Form, Posted
from api.pages.kept_forms import address_of
from api.pages.visit import HOTLINE, REPEATABLE, UNIT, Visit, attempt, noting, posting, reading
from engine.actions import attachments, drafts
from engine.actions.attachments import Taken, Upload
from engine.documents.file_names import disposition
from engine.documents.file_types import TYPES
from engine.errors import BadInputError, EngineError, NotFoundError, NotPermittedError
from engine.models import Attachment, Ticket
from engine.store import attachments as store
from engine.terms import AttachmentKind

router = APIRouter(include_in_schema=False)
LONGEST_ID = 64
NOT_YOURS = "证件只给热线和主办单位下载。"
SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
Again = Callable[[Visit, EngineError], Response]


def form_facts(visit: Visit, form_id: str) -> dict[str, Any]:
    """Return what a form shows of its files, and the token of the page that keeps its draft."""
    kept = drafts.draft(visit.session, visit.account.id, form_id)
    return {
        "form_id": form_id, "page": token_hex(4), "rev": kept.revision if kept else 0,
        "files": store.of_form(visit.session, visit.account.id, form_id), **choice_facts(visit),
    }  # fmt: skip


def choice_facts(visit: Visit) -> dict[str, Any]:
    """Return what the choice of a file shows: kinds, limits, and what a browser may offer."""
    allowed = attachments.limits(visit.step)
    known = [TYPES[name] for name in allowed.types]
    accept = [f".{one}" for kind in known for one in kind.extensions]
    accept += [kind.content_type for kind in known if kind.content_type.startswith("image/")]
    return {"file_kinds": list(AttachmentKind), "file_limits": attachments.said(allowed),
            "file_accept": ",".join(accept), "file_most": allowed.largest}  # fmt: skip


def uploads_of(form: Form) -> list[Upload]:
    """Return the files of a posted form as the engine takes them."""
    try:
        kind = AttachmentKind.parse(form.text("file_kind", AttachmentKind.HANDLING.value))
    except ValueError as error:
        words = "请选附件种类：证件、联系证据或办理附件。"
        raise BadInputError(words, fields={"file_kind": words}) from error
    return [Upload(name=one.name, source=one.source, kind=kind) for one in form.files]


def stashed(request: Request, form: Form, form_id: str, again: Again) -> Response | None:
    """Keep the files that come with a form before it is judged: a refusal must not cost them.

    Returns the page with what was refused, or nothing when all is well.
    """
    if not form.files:
        return None
    try:
        with posting(request, form) as visit:
            check_form_id(form_id)
            taken = attachments.attach_to_form(visit.step, form_id, uploads_of(form))
        _check(taken.refused)
    except REPEATABLE as error:
        refused = error
    else:
        return None
    with reading(request) as visit:
        return again(visit, refused)


def _said_of(taken: Taken, done: str, open_to: Callable[[Attachment], bool]) -> str:
    """Say what became of the files sent; whose name is not theirs to know is not named."""
    parts = [f"{done} {taken.added} 个附件"] if taken.added else []
    for row, sent_as in taken.same:
        name = row.name if open_to(row) else "附件"
        parts.append(f"“{sent_as}”与已有的 {name} 相同，没有再存")
    return "；".join((*parts, *(one.removesuffix("。") for one in taken.refused))) + "。"


def _check(refused: tuple[str, ...]) -> None:
    if refused:
        raise BadInputError("；".join(refused), fields={"file": "；".join(refused)})


def check_form_id(form_id: str) -> None:
    """Refuse what is not the id of a form of these pages.

    Raises:
        NotFoundError: it is not.
    """
    plain = form_id.replace("-", "").replace(".", "")
    if not (plain.isascii() and plain.isalnum() and len(form_id) <= LONGEST_ID):
        msg = "没有这份表单，请重新打开页面。"
        raise NotFoundError(msg)


def keep_draft(visit: Visit, form: Form, form_id: str, *, with_files: bool = False) -> str:
    """Keep what is typed in a form, and return under which id; nothing when it is too long.

    A form in which nothing was typed and nothing chosen leaves no draft behind, unless it has
    files.
    """
    check_form_id(form_id)
    seen = drafts.Seen(form.text("page")[:16], form.number("rev") or 0)
    page = seen if seen.page else None
    fields = form.typed()
    if not with_files and not form.worded():
        drafts.drop_empty(visit.session, visit.account.id, form_id, page)
        return form_id
    return drafts.save_draft(visit.session, visit.account.id, form_id, fields, visit.now, page)


def form_address(form_id: str) -> str:
    """Return the page of a form: of a call, of an act on a ticket, of a letter or a finding."""
    if elsewhere := address_of(form_id):
        return elsewhere
    if drafts.is_call(form_id):
        return f"/tickets/new?draft={form_id}"
    number, _, act = form_id.partition(drafts.APART)[0].partition("-")
    return f"/tickets/{quote(number)}/{quote(act)}?draft={form_id}"


@router.post("/drafts/{form_id}/files")
def put_to_form(request: Request, form_id: str, form: Posted) -> Response:
    """Put files to a form that is not sent yet; what was typed is kept with them."""
    with posting(request, form, *HOTLINE, *UNIT) as visit:
        kept = keep_draft(visit, form, form_id, with_files=True) or form_id
        taken = attachments.attach_to_form(visit.step, kept, uploads_of(form))
        said = _said_of(taken, "已上传", lambda one: True)
        return _files_again(visit, request, kept, said)


@router.post("/drafts/{form_id}/files/{attachment_id}/drop")
def drop_from_form(request: Request, form_id: str, attachment_id: int, form: Posted) -> Response:
    """Take a file away from a form that is not sent yet."""
    with posting(request, form, *HOTLINE, *UNIT) as visit:
        kept = keep_draft(visit, form, form_id) or form_id
        store.drop_of_forms(visit.session, visit.account.id, [form_id], attachment_id)
        return _files_again(visit, request, kept, "附件已去掉。")


def _files_again(visit: Visit, request: Request, form_id: str, said: str) -> Response:
    """Answer the script with the list of files, a browser without it with the whole page."""
    if request.headers.get("x-partial"):
        facts = form_facts(visit, form_id)
        response = visit.partial("_files.html", files_said=said, **facts)
        response.headers["X-Draft"] = form_id
        return response
    return visit.go(form_address(form_id), said)


@router.post("/tickets/{number}/attachments")
def add(request: Request, number: str, form: Posted) -> Response:
    """Add files to a ticket."""
    from api.pages.ticket import ticket_again

    def do(visit: Visit) -> Response:
        ticket = find(visit, number, lock=True)
        if not form.files:
            words = "请先选文件。"
            raise BadInputError(words, fields={"file": words})
        taken = attachments.attach(visit.step, ticket, uploads_of(form))
        if not taken.kept:
            _check(taken.refused)
        said = _said_of(taken, "已添加", lambda one: may_have(visit, ticket, one))
        return visit.go(f"/tickets/{number}#files", said)

    def again(visit: Visit, error: EngineError) -> Response:
        return ticket_again(visit, number, error)

    return attempt(request, form, do, again, *HOTLINE, *UNIT)


@router.get("/tickets/{number}/attachments/{attachment_id}")
def fetch(request: Request, number: str, attachment_id: int) -> Response:
    """Give a file as a download to whom may see the ticket, and write down who fetched it."""
    with noting(request) as visit:
        ticket = find(visit, number, lock=True)
        found = may_fetch(visit, ticket, attachment_id)
        data = attachments.download(visit.step, ticket, found)
    headers = {**SAFE, "Content-Disposition": disposition(found.name)}
    return Response(data, media_type=found.content_type, headers=headers)


def may_fetch(visit: Visit, ticket: Ticket, attachment_id: int) -> Attachment:
    """Return a file of a ticket, if this person may have it.

    Raises:
        NotFoundError: the ticket has no such file.
        NotPermittedError: the ticket is confidential, or the file shows who the requester is.
    """
    found = store.one(visit.session, ticket.id, attachment_id)
    if not may_have(visit, ticket, found):
        secret = found.kind is AttachmentKind.CREDENTIAL and reads_content(visit, ticket)
        raise NotPermittedError(NOT_YOURS if secret else "保密事项，附件只给经办人下载。")
    return found


def may_have(visit: Visit, ticket: Ticket, found: Attachment) -> bool:
    """Return whether this person may have a file: what shows who the requester is, only some."""
    if found.kind is AttachmentKind.CREDENTIAL and not may_unmask(visit, ticket):
        return False
    return reads_content(visit, ticket)
