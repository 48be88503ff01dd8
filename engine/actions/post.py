"""Writes outgoing mail into the outbox, in the transaction of the action that owes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from engine.actions.event_feed import is_secret
from engine.actions.own_words import mailed
from engine.actions.step import Step
from engine.delivery.reply_tokens import mail_name
from engine.documents.asked_words import asked_words
from engine.documents.notices import Notice as Rendered
from engine.documents.notices import render_notice
from engine.models import Account, Letter, OutboxAttachment, OutboxMessage, Ticket, Unit
from engine.rules.notice_times import Notice, notice_leaves_at
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import outbox
from engine.store.ahead import asked_once
from engine.store.database import wake
from engine.store.row_security import as_house
from engine.store.writing import made, write_row
from engine.terms import MessageStatus, NoticeKind, Recipient, Role, Urgency

# What is put to a unit; who oversees it has the same words, as a copy.
COPIED = frozenset({
    NoticeKind.WARNING, NoticeKind.BREACH, NoticeKind.REMINDER, NoticeKind.SUPERVISION,
    NoticeKind.INTERVIEW,
})  # fmt: skip
OF_THE_UNIT = (Recipient.UNIT, Recipient.UNIT_LEADER)


@dataclass(frozen=True)
class File:
    """An attachment of an outgoing message."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One notice to be written: its template, its facts, its files.

    `key` says what is owed ("clock:7:breach"): the same key to the same address is owed once.
    `urgency` is that of the notice where it is another than that of its ticket. Free words among
    the facts are somebody's typing, and filtered, unless they are marked as the engine's (`Own`).
    """

    key: str
    kind: NoticeKind
    facts: Mapping[str, object]
    files: tuple[File, ...] = ()
    letter: Letter | None = None
    unit: Unit | None = None
    urgency: Urgency | None = None


class Addressee(NamedTuple):
    """A mail address and the role in which it is written to."""

    address: str
    role: Recipient


def post(step: Step, ticket: Ticket | None, mail: Mail, to: Iterable[Addressee]) -> int:
    """Owe `mail` to each address once; return how many were new.

    Each leaves when the rules let it (H-50). A mail about no ticket brings all of its facts itself.
    """
    with as_house(step.session):
        count = _owe(step, ticket, mail, to)
    wake(step.session, "outbox")
    return count


def _owe(step: Step, ticket: Ticket | None, mail: Mail, to: Iterable[Addressee]) -> int:
    said_to, count = _versions(step, ticket, mail, wanted := _once(to)), 0
    for address, role in wanted:
        said = said_to[role]
        leaves = leaves_at(step, ticket, mail, role)
        message = made(
            OutboxMessage, key=mail.key, recipient=address,
            message_id=mail_name(mail.key, address),
            kind=mail.kind, ticket_id=ticket.id if ticket else None,
            letter_id=mail.letter.id if mail.letter else None,
            unit_id=None if _is_copy(mail, role) else mail.unit and mail.unit.id,
            subject=said.subject, text=said.text, html=said.html, created_at=step.now,
            status=MessageStatus.PENDING, next_attempt_at=leaves, due_at=leaves,
        )  # fmt: skip
        message_id = outbox.owe(step.session, message)
        if message_id is not None:
            count += 1
            _attach(step.session, message_id, mail.files)
    return count


def rewrite(step: Step, ticket: Ticket, message: OutboxMessage, mail: Mail) -> None:
    """Let a mail that did not arrive say what is so now; whom it goes to and its files stay."""
    notice = _asked(mail, _notice_of(step, ticket, mail))
    message.subject, message.text, message.html = notice.subject, notice.text, notice.html


def _notice_of(step: Step, ticket: Ticket | None, mail: Mail) -> Rendered:
    common = common_facts(ticket) if ticket else {}
    told = mail.unit is None or mail.unit.subordinate
    replies = {"replies": True} if _takes_replies(ticket, mail) else {}
    facts = {**common, **replies, "subordinate": told, "written_at": step.now,
             **mailed(step, ticket, mail.facts)}  # fmt: skip
    return render_notice(mail.kind, facts)


def _is_copy(mail: Mail, role: Recipient) -> bool:
    """Return whether somebody reads what is put to a unit: it tells nothing of that one's mails."""
    return mail.unit is not None and mail.kind in COPIED and role not in OF_THE_UNIT


def _versions(
    step: Step, ticket: Ticket | None, mail: Mail, to: Iterable[Addressee]
) -> Mapping[Recipient, Rendered]:
    """Return a mail as each role reads it: its unit, asked or told, and who has a copy (抄送)."""
    roles, notice = {one.role for one in to}, _notice_of(step, ticket, mail)
    to_unit, copy = _asked(mail, notice), notice
    if any(_is_copy(mail, role) for role in roles):
        # Nobody answers a ticket by replying to a copy.
        told = {**mail.facts, "overseen": True, "replies": False}
        copy = _notice_of(step, ticket, replace(mail, facts=told))
    return {role: to_unit if role in OF_THE_UNIT else copy for role in roles}


def _asked(mail: Mail, notice: Rendered) -> Rendered:
    """Return a notice as its unit reads it: who is only asked (商请) reads no order in it.

    A copy (抄送) names the letter as it was written to another.
    """
    if mail.unit is None or mail.unit.subordinate or mail.facts.get("copied"):
        return notice
    return replace(notice, **{name: asked_words(words) for name, words in vars(notice).items()})


def _takes_replies(ticket: Ticket | None, mail: Mail) -> bool:
    """Return whether a reply by mail is taken as a proposed answer (H-84); the mail says so."""
    if ticket is None or ticket.confidential or mail.unit is None or mail.letter is not None:
        return False
    return load_settings().takes_replies


def _once(to: Iterable[Addressee]) -> list[Addressee]:
    first: dict[str, Addressee] = {}
    for one in to:
        first.setdefault(one.address, one)
    return list(first.values())


def leaves_at(step: Step, ticket: Ticket | None, mail: Mail, role: Recipient) -> datetime:
    """Return when a mail to somebody in that role may leave (H-50): now, or when work begins."""
    urgency = mail.urgency or (ticket.urgency if ticket else Urgency.NORMAL)
    on = shanghai_date(ticket.accepted_at if ticket else step.now)
    notice = Notice(mail.kind, role, urgency)
    return asked_once(
        step.session, (notice, on), lambda: notice_leaves_at(step.now, notice, step.rules, on)
    )


def _attach(session: Session, message_id: int, files: Iterable[File]) -> None:
    for file in files:
        attachment = OutboxAttachment(
            message_id=message_id, name=file.name, content_type=file.content_type, data=file.data
        )
        write_row(session, attachment)


def common_facts(ticket: Ticket) -> dict[str, object]:
    """Return what every notice may say of a ticket; nothing personal is in it."""
    settings = load_settings()
    return {
        "number": ticket.number,
        "kind": ticket.kind.label,
        "urgency": ticket.urgency.label,
        "category": category(ticket),
        "confidential": ticket.confidential,
        "link": f"{settings.link_base}/tickets/{ticket.number}",
        "hotline_name": settings.hotline_name,
        "contact": settings.contact,
        "task_rows": list(ticket.task_rows),
    }


def category(ticket: Ticket) -> str:
    """Return what a mail may call the matter: never the requester's own words."""
    if is_secret(ticket):
        return "涉密或举报事项（登录后查看）"
    routing = ticket.routing or {}
    return str(routing.get("category") or f"企业{ticket.kind.label}事项")


def addresses(
    session: Session, unit: Unit | None, recipients: Iterable[Recipient]
) -> list[Addressee]:
    """Return the mail addresses behind the ladder's roles, without repeats."""
    found = [
        Addressee(address, recipient)
        for recipient in recipients
        for address in _behind(session, unit, recipient)
        if address
    ]
    return _once(found)


def _behind(session: Session, unit: Unit | None, recipient: Recipient) -> list[str]:
    if recipient is Recipient.UNIT:
        return [unit.email] if unit else []
    if recipient is Recipient.UNIT_LEADER:
        return [unit.leader_email or unit.email] if unit else []
    role = Role.SUPERVISOR if recipient is Recipient.SUPERVISOR else Role.OPERATOR
    return asked_once(session, f"addresses of {role}", lambda: _of_role(session, role))


def _of_role(session: Session, role: Role) -> list[str]:
    query = select(Account.email).where(Account.role == role, col(Account.active))
    with as_house(session):
        return list(session.exec(query.order_by(col(Account.id))).all())
