"""What becomes of mail that came in: a proposed answer, a bounce, or kept aside for a person."""

import io
from dataclasses import replace
from datetime import datetime

from engine.actions.actor import SYSTEM
from engine.actions.attachments import Upload, attach
from engine.actions.audit import Note, note
from engine.actions.mail_rows import (
    AUTOMATIC,
    BY_MACHINE,
    KNOWN,
    addresses_of,
    by_machine,
    close,
    joined,
    row_of,
    said_of,
    stream_of,
    unread,
)
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step, Why, take
from engine.delivery.incoming import Incoming, read_mail
from engine.delivery.reply_tokens import Marked, looks_marked, read_mark
from engine.errors import BadInputError, ConflictError, EngineError
from engine.models import Letter, MailReply, Ticket, Unit
from engine.rules.letter_life import GONE_OUT
from engine.rules.mail_replies import ReplyFacts, reply_refusal
from engine.store import files, letters, tickets
from engine.store import mail_replies as store
from engine.store.database import work
from engine.store.row_security import as_house
from engine.terms import MailReplyStatus, TicketEvent

MOST_BYTES = 10_000_000
CUT_ON_ARRIVAL = "信太大，只收了前 10 MB"


def file_mail(raw: bytes, now: datetime, remark: str = "") -> str:
    """File one mail in a transaction of its own and return what it became; twice changes nothing.

    What a machine wrote (RFC 3834) is no proposed answer: about a ticket it is kept, put away at
    once, and else left in the mailbox.
    """
    mail = read_mail(raw)
    if mail.bounce is not None:
        from engine.actions.bounces import file_bounce  # a process a mail: few are reports

        return file_bounce(mail, mail.bounce, now, raw)
    if mail.automatic and _mark_of(mail) is None:
        return AUTOMATIC
    with work() as session:
        step = Step(session, SYSTEM, now, rules_in_force(session))
        reply = _file(step, mail, remark)
        if reply is None:
            return KNOWN
        if reply.reason:  # something of it is not in the row
            files.keep_mail(mail.digest, raw)
        return AUTOMATIC if by_machine(reply) else reply.status.value


def _mark_of(mail: Incoming) -> Marked | None:
    return next((found for one in mail.marks if (found := read_mark(one))), None)


def _file(step: Step, mail: Incoming, remark: str) -> MailReply | None:
    marked = _mark_of(mail)
    ticket = step.session.get(Ticket, marked.ticket_id) if marked else None
    unit = step.session.get(Unit, marked.unit_id) if marked else None
    known = {"ticket_id": ticket.id, "unit_id": unit.id} if ticket and unit else {}
    own = said_of(step.session, mail, **known)
    brief = replace(mail, text=own.text)
    facts = replace(_facts(step, brief, ticket, unit), only_quoted=own.only_quoted)
    refusal = remark or reply_refusal(facts)
    status = MailReplyStatus.PROPOSED if refusal is None else MailReplyStatus.ASIDE
    if mail.automatic or (mail.seems_automatic and not mail.files):
        status, refusal = MailReplyStatus.PUT_AWAY, BY_MACHINE
    row = row_of(step, brief, status, joined(refusal, *own.remarks), **known)
    kept = store.keep(step.session, row)
    if kept is None:
        return None
    reply = store.one(step.session, kept)
    if reply.status is MailReplyStatus.PROPOSED and ticket is not None and unit is not None:
        locked = tickets.lock_ticket(step.session, ticket.id)
        _note(step, locked, unit)
        _attach(step, locked, unit, (reply, mail))
    return reply


def _attach(step: Step, ticket: Ticket, unit: Unit, came: tuple[MailReply, Incoming]) -> None:
    """Put the files of a mail to its ticket, by the limits of every upload; say which were not."""
    reply, mail = came
    uploads = [Upload(name=one.name, source=io.BytesIO(one.data)) for one in mail.files]
    if not uploads:
        return
    by_unit = replace(step, actor=replace(SYSTEM, name=f"{unit.name}（邮件）", unit_id=unit.id))
    try:
        refused = list(attach(by_unit, ticket, uploads).refused)
    except BadInputError as error:
        refused = [str(error)] * len(uploads)
    reply.attachments = len(refused)
    reply.reason = joined(reply.reason, *refused)


def _facts(step: Step, mail: Incoming, ticket: Ticket | None, unit: Unit | None) -> ReplyFacts:
    known = ticket is not None and unit is not None
    return ReplyFacts(
        marked=known,
        looks_marked=any(looks_marked(one) for one in mail.marks),
        from_unit=unit is not None and mail.sender in addresses_of(unit),
        in_hand=ticket is not None and unit is not None and _has(step, ticket, unit),
        confidential=ticket is not None and ticket.confidential,
        empty=not mail.text,
        several_senders=mail.several_senders,
        seems_automatic=mail.seems_automatic,
    )


def _has(step: Step, ticket: Ticket, unit: Unit) -> bool:
    return any(one.unit_id == unit.id for one in tickets.open_assignments(step.session, ticket))


def _note(step: Step, ticket: Ticket, unit: Unit) -> None:
    words = f"收到{unit.name}邮件回复，列为拟答复，须登录提交才算答复"
    take(step, ticket, TicketEvent.NOTE, Why(words))


def settle(step: Step, reply_id: int, *, used: bool) -> MailReply:
    """Note that a mail was used as an answer, or looked at and put away; its words stay.

    Raises:
        ConflictError: somebody settled it meanwhile.
    """
    with as_house(step.session):
        reply = store.one(step.session, reply_id, lock=True)
        if reply.status not in (MailReplyStatus.PROPOSED, MailReplyStatus.ASIDE):
            message = f"这封来信已经是“{reply.status.label}”。"
            raise ConflictError(message)
        close(step, reply, MailReplyStatus.USED if used else MailReplyStatus.PUT_AWAY)
        if not used:
            note(step.session, step.actor, step.now, Note(stream_of(reply), "put_reply_away", {}))
    return reply


def give_to_ticket(step: Step, reply_id: int, number: str) -> MailReply:
    """File a mail that was kept aside, or put away as a machine's, with a ticket a person names.

    It is a proposed answer from then on.
    What comes from whom a clue about the ticket was handed to answers that letter and stays with
    it: the unit it speaks of sees the ticket.

    Raises:
        BadInputError: no such ticket, no unit has it in hand, or a file may not be attached.
        RefusedTransitionError: that letter is answered already.
        ConflictError: somebody settled the mail meanwhile, or nothing of it could be read.
    """
    reply = store.one(step.session, reply_id, lock=True)
    if reply.status is not MailReplyStatus.ASIDE and not by_machine(reply):
        message = f"这封来信已经是“{reply.status.label}”。"
        raise ConflictError(message)
    if unread(reply):
        words = "这封来信读不出来，没有可归入的内容；请在收信邮箱里打开原信。"
        raise ConflictError(words)
    ticket = _meant(step, number)
    if (letter := _referral_to(step, ticket, reply)) is not None:
        return _give_to_letter(step, reply, letter)
    unit = step.session.get_one(Unit, ticket.lead_unit_id)
    reply.ticket_id, reply.unit_id = ticket.id, unit.id
    raw = files.kept_mail(reply.digest)
    mail = read_mail(raw) if raw is not None else None
    reply.status, reply.settled_at = MailReplyStatus.PROPOSED, None
    reply.reason = joined(f"由{step.actor.name}归入", reply.reason)
    words = f"把一封来信归入本工单，列为{unit.name}的拟答复"
    take(step, ticket, TicketEvent.NOTE, Why(words))
    if mail is not None:
        _attach(step, ticket, unit, (reply, mail))
    note(step.session, step.actor, step.now,
         Note(stream_of(reply), "give_reply", {"ticket": ticket.number}))  # fmt: skip
    return reply


def _referral_to(step: Step, ticket: Ticket, reply: MailReply) -> Letter | None:
    """Return the newest referral (移交函) of a ticket to the body that wrote a mail, if any."""
    for letter in reversed(letters.of_ticket(step.session, ticket.id)):
        unit = step.session.get_one(Unit, letter.unit_id)
        if letter.restricted and letter.status in GONE_OUT and (
            reply.unit_id == unit.id or reply.sender.lower() in addresses_of(unit)
        ):  # fmt: skip
            return letter
    return None


def _give_to_letter(step: Step, reply: MailReply, letter: Letter) -> MailReply:
    from engine.actions.letter_replies import answer_letter  # a process a mail: few are given

    unit = step.session.get_one(Unit, letter.unit_id)
    by_unit = replace(step, actor=replace(SYSTEM, name=f"{unit.name}（邮件）", unit_id=unit.id))
    raw = files.kept_mail(reply.digest)
    mail = read_mail(raw) if raw is not None else None
    uploads = [
        Upload(name=one.name, source=io.BytesIO(one.data)) for one in (mail.files if mail else ())
    ]
    # All of its words: what is left out of a proposal can be looked up there, and here no more.
    answer_letter(by_unit, letter, mail.text if mail else reply.text, uploads)
    reply.unit_id, reply.reason = unit.id, f"由{step.actor.name}归入{letter.number}"
    close(step, reply, MailReplyStatus.USED)
    note(step.session, step.actor, step.now,
         Note(stream_of(reply), "give_reply", {"letter": letter.number}))  # fmt: skip
    return reply


def _meant(step: Step, number: str) -> Ticket:
    words = "没有这张工单，或它不在任何单位手里；请核对编号。"
    try:
        ticket = tickets.ticket_by_number(step.session, number.strip().upper(), lock=True)
    except EngineError as error:
        raise BadInputError(words, fields={"number": words}) from error
    if ticket.lead_unit_id is None or not tickets.open_assignments(step.session, ticket):
        raise BadInputError(words, fields={"number": words})
    return ticket
