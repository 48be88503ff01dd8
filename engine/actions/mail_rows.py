"""A mail that came in, as a row (来信): how it is kept and settled, and who writes for a unit."""

from dataclasses import dataclass

from sqlmodel import Session

from engine.actions.step import Step
from engine.delivery.incoming import Incoming
from engine.delivery.mail_words import html_words
from engine.delivery.quotes import own_words
from engine.models import MailReply, Unit
from engine.store import mail_replies as store
from engine.terms import MailReplyStatus

# What became of a mail that is not kept; and how much of a reason is.
AUTOMATIC, BOUNCED, KNOWN = "automatic", "bounced", "known"
LONGEST = 200
LONGEST_TEXT = 20_000
BY_MACHINE = store.BY_MACHINE
QUOTED, TOO_LONG = "引用的来往邮件已略去", f"正文太长，只列出前 {LONGEST_TEXT} 字"


@dataclass(frozen=True)
class Said:
    """What a person wrote in a mail, and what is not in it, a remark each.

    `only_quoted`: nobody can tell that anything is the sender's own; `text` is then all of it.
    """

    text: str
    remarks: tuple[str, ...]
    only_quoted: bool = False


def said_of(
    session: Session, mail: Incoming, ticket_id: int | None = None, unit_id: int | None = None
) -> Said:
    """Return a mail's own words, without what it quotes; all of its words where it has no other."""
    wrote = store.sent_to(session, ticket_id, unit_id) if ticket_id and unit_id else ()
    own = own_words(mail.text, [form for text, html in wrote for form in (text, html_words(html))])
    only_quoted = own.left_out and not own.text
    text = mail.text.strip() if only_quoted else own.text
    left = [QUOTED] if own.left_out and not only_quoted else []
    cut = [TOO_LONG] if len(text) > LONGEST_TEXT else []
    return Said(text[:LONGEST_TEXT], (*left, *cut, *mail.beside), only_quoted)


def joined(*remarks: str | None) -> str:
    """Return remarks as one, each once, as long as a row holds."""
    return "；".join(dict.fromkeys(one for one in remarks if one))[:LONGEST]


def row_of(
    step: Step, mail: Incoming, status: MailReplyStatus, reason: str = "", *,
    ticket_id: int | None = None, unit_id: int | None = None,
) -> MailReply:  # fmt: skip
    """Return a mail as it is kept; nobody has settled it."""
    return MailReply(
        digest=mail.digest, received_at=step.now, sender=mail.sender, subject=mail.subject,
        text=mail.text[:LONGEST_TEXT], attachments=len(mail.files), status=status,
        ticket_id=ticket_id, unit_id=unit_id, reason=reason, settled_by_id=None,
        settled_at=step.now if status is MailReplyStatus.PUT_AWAY else None,
    )  # fmt: skip


def close(step: Step, reply: MailReply, status: MailReplyStatus) -> None:
    """Settle a locked mail as the actor of this step; its words stay."""
    reply.status = status
    reply.settled_by_id, reply.settled_at = step.actor.account_id, step.now


def by_machine(reply: MailReply) -> bool:
    """Return whether a mail was put away as it came, for a machine wrote it."""
    settled = reply.status is not MailReplyStatus.PUT_AWAY or reply.settled_by_id is not None
    return not settled and reply.reason.startswith(BY_MACHINE)


def unread(reply: MailReply) -> bool:
    """Return whether a mail could not be taken out of the mailbox, and waits for a person."""
    aside = reply.status is MailReplyStatus.ASIDE
    return aside and reply.reason.endswith(store.IN_MAILBOX)


def stream_of(reply: MailReply) -> str:
    """Return in which stream of the audit log a mail's settling is told."""
    return f"mail_reply:{reply.id}"


def addresses_of(unit: Unit) -> set[str]:
    """Return the addresses from which a unit writes, in small letters."""
    return {one.lower() for one in (unit.email, unit.leader_email) if one}
