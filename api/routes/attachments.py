"""Files of tickets (附件): add one, list them, fetch one as a download."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Request, Response, UploadFile
from starlette.datastructures import FormData

from api.attachment_schemas import Attachments, AttachmentView
from api.deadline_views import ticket_url
from api.dependencies import Call, Number, Reading, Writing
from api.errors import TooLargeError
from api.one_thread import CallRoute
from api.requests import named
from api.routes.documented import READING, WRITING, problems
from api.routes.writing import OK, REPLAYED, Guards, check_version, repeated
from api.schemas import Word
from engine.actions import attachments
from engine.actions.attachments import Upload
from engine.documents.file_names import disposition
from engine.errors import BadInputError, NotPermittedError
from engine.models import Attachment, Ticket
from engine.models.base import LARGEST_ID
from engine.store import attachments as store
from engine.store import files
from engine.store.tickets import ticket_by_number
from engine.terms import AttachmentKind

router = APIRouter(prefix="/tickets", tags=["attachments"], route_class=CallRoute)
AttachmentId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
FileKind = Annotated[AttachmentKind, named(AttachmentKind)]
KINDS = "证件 联系证据 办理附件, or the English code"
PARTS = ("file", "kind")
NO_SUCH_PART = "没有这一部分，请核对拼写；可用：file、kind。"
SENT_TWICE = "一次只能传一个；几个文件请分几次传。"
SAFE = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}
THERE = {
    "model": AttachmentView,
    "description": "the ticket has these very bytes already: the file that is there",
}
BYTES: dict[int | str, dict[str, Any]] = {
    OK: {
        "description": "the file, always as a download",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def sent_parts(request: Request) -> FormData:
    """Return every part of the form that was sent; it has been read already."""
    return await request.form()


@dataclass(frozen=True, kw_only=True)
class Sent(Guards):
    """What came with a file: every part of the form, and what guards the write."""

    parts: Annotated[FormData, Depends(sent_parts)]


@router.post(
    "/{number}/attachments", status_code=201,
    responses={OK: THERE, **problems(404, 412, *WRITING)},
)  # fmt: skip
def add(
    number: Number,
    call: Writing,
    response: Response,
    file: Annotated[UploadFile, File(description="the file; its bytes say what type it is")],
    form: Annotated[Sent, Depends()],
    kind: Annotated[FileKind, Form(description=KINDS)] = AttachmentKind.HANDLING,
) -> AttachmentView:
    """Add a file (multipart/form-data); the same bytes sent again are the same file.

    They get 200, even with the `If-Match` of the first time. One file a request, and no part
    besides `file` and `kind`: what nobody reads would be lost. Types, size and number are limited
    by the district (H-82); what a file is called is only a hint.
    """
    _check_parts(form.parts)
    ticket = ticket_by_number(call.step.session, number, lock=True)
    _check_size(call, file)
    upload = Upload(name=file.filename or "", source=file.file, kind=kind)
    there = _there(call, ticket, form, upload, response)
    return _view(call, ticket, there or _kept(call, ticket, upload))


def _there(
    call: Call, ticket: Ticket, guards: Guards, upload: Upload, response: Response
) -> Attachment | None:
    """Return the file where the ticket has its bytes already; only what is new can be stale.

    Raises:
        StaleError: the ticket changed since the caller read it.
        ConflictError: the Idempotency-Key was used for something else.
    """
    sha256 = files.digest_of(upload.source)
    said = {"kind": upload.kind.value, "sha256": sha256}
    replayed = repeated(call, ticket, guards, "attachment", said)
    found = store.with_digest(call.step.session, ticket.id, sha256)
    if found is None:
        check_version(ticket, guards.if_match)
        return None
    response.status_code = OK
    if replayed:
        response.headers[REPLAYED] = "true"
    return found


def _kept(call: Call, ticket: Ticket, upload: Upload) -> Attachment:
    taken = attachments.attach(call.step, ticket, [upload])
    if taken.refused:
        raise BadInputError(taken.refused[0], fields={"file": taken.refused[0]})
    return taken.kept[0]


def _check_parts(parts: FormData) -> None:
    """Refuse parts that would not be read: a second file, a second kind, one nobody knows.

    Raises:
        BadInputError: names each of them.
    """
    fields = {name: NO_SUCH_PART for name in parts if name not in PARTS}
    fields |= {name: SENT_TWICE for name in PARTS if len(parts.getlist(name)) > 1}
    if fields:
        raise BadInputError("；".join(f"{name}：{words}" for name, words in fields.items()),
                            fields=fields)  # fmt: skip


def _check_size(call: Call, file: UploadFile) -> None:
    """Refuse a file that is too large as HTTP has it.

    Raises:
        TooLargeError: it is larger than one file may be.
    """
    allowed = attachments.limits(call.step)
    if (file.size or 0) > allowed.largest:
        message = f"文件超过 {allowed.megabytes} MB。请压缩或分成几份。"
        raise TooLargeError(message, fields={"file": message})


@router.get("/{number}/attachments", responses=problems(404, *READING))
def list_all(number: Number, call: Reading) -> Attachments:
    """List a ticket's files; what they are called only for keys with `tickets:private`."""
    ticket = ticket_by_number(call.step.session, number)
    found = store.of_ticket(call.step.session, ticket.id)
    return Attachments(number=number, items=[_view(call, ticket, one) for one in found])


@router.get(
    "/{number}/attachments/{attachment_id}", responses={**BYTES, **problems(404, *READING)},
    response_class=Response,
)  # fmt: skip
def fetch(number: Number, attachment_id: AttachmentId, call: Reading) -> Response:
    """Fetch a file as a download; needs `tickets:private` too, and is written down."""
    if not call.private:
        message = "这个接口密钥没有“tickets:private”权限，不能下载附件。"
        raise NotPermittedError(message)
    ticket = ticket_by_number(call.step.session, number, lock=True)
    found = store.one(call.step.session, ticket.id, attachment_id)
    data = attachments.download(call.step, ticket, found)
    headers = {**SAFE, "Content-Disposition": disposition(found.name)}
    return Response(data, media_type=found.content_type, headers=headers)


def _view(call: Call, ticket: Ticket, one: Attachment) -> AttachmentView:
    return AttachmentView(
        id=one.id, ticket=ticket.number, kind=Word.of(one.kind),
        name=one.name if call.private else None, content_type=one.content_type, size=one.size,
        sha256=one.sha256, uploaded_at=one.uploaded_at,
        url=f"{ticket_url(ticket)}/attachments/{one.id}",
    )  # fmt: skip
