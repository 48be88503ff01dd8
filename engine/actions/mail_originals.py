"""A mail as it came in (原信): its words to be read, the mail itself to be fetched (H-82)."""

from engine.actions.audit import Note, note
from engine.actions.mail_rows import stream_of
from engine.actions.step import Step, Why, append
from engine.delivery.incoming import Incoming, read_mail
from engine.errors import NotFoundError
from engine.models import MailReply, Ticket
from engine.rules.citations import clause
from engine.store import files
from engine.terms import TicketEvent

GONE = "原信没有留存，或来信已处理、原信已清理。"


def original(reply: MailReply) -> Incoming:
    """Return a mail as it came in, with all of its words.

    Raises:
        NotFoundError: it is not kept, or no more.
    """
    return read_mail(_kept(reply))


def fetch(step: Step, reply: MailReply, ticket: Ticket | None) -> bytes:
    """Return a mail's bytes and write down who fetched them (下载留痕); the ticket is locked.

    Raises:
        NotFoundError: it is not kept, or no more.
    """
    raw = _kept(reply)
    if ticket is not None:
        why = Why("下载来信原件", details={"mail_reply": reply.id})
        append(step, ticket, TicketEvent.DOWNLOAD, why, ticket.status, clause("house/H-82").label)
    else:
        note(step.session, step.actor, step.now, Note(stream_of(reply), "fetch_original", {}))
    return raw


def _kept(reply: MailReply) -> bytes:
    raw = files.kept_mail(reply.digest)
    if raw is None:
        raise NotFoundError(GONE)
    return raw
