"""What becomes of a report that a mail of ours did not arrive (退信): a fact, or a question.

Anybody can write such a report, the unit itself about the mail it would rather not have had. Only
one that a mail server sent, about a mail we sent to that very address, is believed.
"""

from dataclasses import replace
from datetime import datetime

import structlog

from engine.actions.actor import SYSTEM
from engine.actions.audit import Note, note
from engine.actions.mail_rows import (
    AUTOMATIC,
    BOUNCED,
    KNOWN,
    LONGEST,
    addresses_of,
    close,
    row_of,
    stream_of,
)
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step, Why, take
from engine.delivery.incoming import Bounce, Incoming, read_mail
from engine.delivery.reply_tokens import is_name_of
from engine.errors import ConflictError
from engine.models import MailReply, OutboxMessage, Ticket, Unit
from engine.store import files, tickets
from engine.store import mail_replies as store
from engine.store.database import work
from engine.store.mail_names import name_of
from engine.terms import MailReplyStatus, MessageStatus, TicketEvent

log = structlog.get_logger()
BY_PERSON = "须由人核实"


def file_bounce(mail: Incoming, bounce: Bounce, now: datetime, raw: bytes) -> str:
    """Mark the mail a server reports of as undelivered; a report of a delay changes nothing.

    One that does not fit a mail of ours, or that no server sent, is kept aside for a person.
    """
    if not bounce.permanent:
        return AUTOMATIC
    with work() as session:
        message = store.mail_with_id(session, bounce.message_id)
        step = Step(session, SYSTEM, now, rules_in_force(session))
        doubt = _misfit(bounce, message)
        if message is None or doubt:
            return _aside(step, mail, raw, doubt, None)
        if message.status is not MessageStatus.SENT:
            return KNOWN
        if doubt := _no_server(step, mail, message):
            return _aside(step, mail, raw, doubt, message)
        _undelivered(step, message, bounce, "被退回")
    log.warning("mail_bounced", message=message.id)
    return BOUNCED


def asks_person(reply: MailReply) -> bool:
    """Return whether a mail kept aside is a report that a person may still find to be true."""
    aside = reply.status is MailReplyStatus.ASIDE
    return aside and reply.ticket_id is not None and reply.reason.endswith(BY_PERSON)


def believe(step: Step, reply_id: int) -> OutboxMessage:
    """Find a report kept aside to be true (认定没有送达): its mail is undelivered from now on.

    Raises:
        ConflictError: it is no such report, or its mail has failed or been sent anew meanwhile.
    """
    reply = store.one(step.session, reply_id, lock=True)
    raw = files.kept_mail(reply.digest) if asks_person(reply) else None
    bounce = read_mail(raw).bounce if raw else None
    message = store.mail_with_id(step.session, bounce.message_id) if bounce else None
    if bounce is None or message is None or message.status is not MessageStatus.SENT:
        words = "这不是可以认定的退信，或那封邮件的状态已变；请刷新后再看。"
        raise ConflictError(words)
    _undelivered(replace(step, actor=SYSTEM), message, bounce, f"退信经{step.actor.name}核实")
    close(step, reply, MailReplyStatus.PUT_AWAY)
    note(step.session, step.actor, step.now,
         Note(stream_of(reply), "believe_bounce", {"mail": message.id}))  # fmt: skip
    return message


def _undelivered(step: Step, message: OutboxMessage, bounce: Bounce, how: str) -> None:
    message.status = MessageStatus.UNDELIVERED
    message.last_error = f"{how}（{f'{bounce.status} {bounce.reason}'.strip()}）"[:500]
    if message.ticket_id is not None:
        ticket = tickets.lock_ticket(step.session, message.ticket_id)
        why = Why(f"{name_of(step.session, message)}没有送达：{how}（{bounce.status}）")
        take(step, ticket, TicketEvent.UNDELIVERED, why)
        _let_letters_follow(step, ticket, message.letter_id)


def _let_letters_follow(step: Step, ticket: Ticket, letter_id: int | None) -> None:
    """Let what rests on a mail's arrival follow: a reply asked for, a signature, a reminder."""
    from engine.actions.recalling import follow_grounds  # few mails come back
    from engine.actions.withdrawn_breaches import withdraw_unasked

    step.session.flush()
    if letter_id is not None:
        withdraw_unasked(step, ticket, letter_id)
    follow_grounds(step, ticket)


def _misfit(bounce: Bounce, message: OutboxMessage | None) -> str:
    """Return why a report fits no mail of ours, in Chinese; nothing: it does."""
    if not bounce.message_id:
        whom = f"（收件人 {bounce.recipient}）" if bounce.recipient else ""
        return f"退信{whom}，没有附回所退的邮件，查不到是哪一封"[:LONGEST]
    if message is None:
        return "退信，查不到是哪一封"
    if bounce.recipient != message.recipient.lower():
        return "退信，所说的收件人不是那封邮件的收件人"
    if not is_name_of(message.message_id, message.key, message.recipient):
        return "退信，所退邮件的编号不带本系统的签名"
    if message.sent_at is None or message.status is MessageStatus.PENDING:
        return "退信，但所说的邮件还没有发出"
    return ""


def _no_server(step: Step, mail: Incoming, message: OutboxMessage) -> str:
    """Return why no mail server seems to have sent a report, in Chinese; nothing: one did.

    A server's report has no sender on its envelope (RFC 3464 §2), so that nobody answers it.
    """
    unit = step.session.get(Unit, message.unit_id) if message.unit_id else None
    own = addresses_of(unit) if unit else set()
    if mail.several_senders or {mail.sender, mail.envelope} & {*own, message.recipient.lower()}:
        return f"退信是从收件单位的邮箱写来的，{BY_PERSON}"
    if mail.envelope is None:
        return f"退信没有信封记录（Return-Path），不知是不是邮件服务器发的，{BY_PERSON}"
    return f"退信的信封上有发件人，不像邮件服务器发的，{BY_PERSON}" if mail.envelope else ""


def _aside(step: Step, mail: Incoming, raw: bytes, doubt: str, about: OutboxMessage | None) -> str:
    row = row_of(
        step, mail, MailReplyStatus.ASIDE, doubt,
        ticket_id=about.ticket_id if about else None, unit_id=about.unit_id if about else None,
    )  # fmt: skip
    files.keep_mail(mail.digest, raw)
    return MailReplyStatus.ASIDE.value if store.keep(step.session, row) else KNOWN
