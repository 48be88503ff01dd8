"""A mail as it came in (原信): for who reads its proposed answer, or settles it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.files import SAFE
from api.pages.finding import find, reads_content
from api.pages.visit import UNIT, Visit, noting, reading
from engine.actions.mail_originals import fetch, original
from engine.actions.mail_rows import by_machine
from engine.documents.file_names import disposition
from engine.errors import NotFoundError, NotPermittedError
from engine.models import MailReply, Ticket
from engine.store import mail_replies
from engine.terms import MailReplyStatus, Role

router = APIRouter(include_in_schema=False)


@router.get("/tickets/{number}/replies/{reply_id}")
def of_ticket(request: Request, number: str, reply_id: int) -> Response:
    """Show all the words of a mail that is a proposed answer."""
    with reading(request) as visit:
        ticket = find(visit, number)
        reply = _of(visit, ticket, reply_id)
        return _page(visit, reply, f"/tickets/{ticket.number}", f"{ticket.number}")


@router.get("/tickets/{number}/replies/{reply_id}/file")
def file_of_ticket(request: Request, number: str, reply_id: int) -> Response:
    """Give the mail itself as a download, and write down who fetched it."""
    with noting(request) as visit:
        ticket = find(visit, number, lock=True)
        return _download(visit, _of(visit, ticket, reply_id), ticket)


@router.get("/mails/{reply_id}")
def aside(request: Request, reply_id: int) -> Response:
    """Show all the words of a mail that waits for a supervisor."""
    with reading(request, Role.SUPERVISOR) as visit:
        return _page(visit, _aside(visit, reply_id), "/mails", "邮件")


@router.get("/mails/{reply_id}/file")
def file_aside(request: Request, reply_id: int) -> Response:
    """Give a mail that waits as a download, and write down who fetched it."""
    with noting(request, Role.SUPERVISOR) as visit:
        return _download(visit, _aside(visit, reply_id), None)


def _of(visit: Visit, ticket: Ticket, reply_id: int) -> MailReply:
    if not reads_content(visit, ticket):
        message = "保密事项，来信只给经办人看。"
        raise NotPermittedError(message)
    mine = visit.account.unit_id if visit.role in UNIT else None
    found = mail_replies.proposed(visit.session, ticket.id, mine)
    return _that(next((one for one in found if one.id == reply_id), None))


def _aside(visit: Visit, reply_id: int) -> MailReply:
    reply = mail_replies.one(visit.session, reply_id)
    shown = reply.status is MailReplyStatus.ASIDE or by_machine(reply)
    return _that(reply if shown else None)


def _that(reply: MailReply | None) -> MailReply:
    if reply is None:
        message = "没有这封来信，或它已处理。"
        raise NotFoundError(message)
    return reply


def _page(visit: Visit, reply: MailReply, back: str, where: str) -> Response:
    facts = {"reply": reply, "mail": original(reply), "back": back, "where": where}
    return visit.page("original.html", facts)


def _download(visit: Visit, reply: MailReply, ticket: Ticket | None) -> Response:
    headers = {**SAFE, "Content-Disposition": disposition(f"来信{reply.id}.eml")}
    raw = fetch(visit.step, reply, ticket)
    return Response(raw, media_type="application/octet-stream", headers=headers)
