"""A letter from its number on: signed, then sent or voided; nothing of it is changed any more.

The seal is put on outside this system, between signing and sending.
"""

from dataclasses import replace
from datetime import date, datetime

from engine.actions import clocks, post, referrals
from engine.actions.impersonal import refuse_personal
from engine.actions.letter_copies import mail_copies, require_all_verified
from engine.actions.letter_facts import digest_of, letter_data, reply_due, reply_rule, title_of
from engine.actions.letters import moved
from engine.actions.moot_letters import refuse_fallen
from engine.actions.numbering import take_number
from engine.actions.post import File, Mail
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.actions.told_days import told_due
from engine.actions.told_units import again_key
from engine.documents.fonts import installed_fonts
from engine.documents.letters import render_docx, render_pdf
from engine.documents.told_days import ToldDay
from engine.errors import ConflictError, NotPermittedError
from engine.models import Bulletin, Clock, Letter, Ticket, Unit
from engine.rules.letter_life import GONE_OUT
from engine.rules.rectification import signing_refusal
from engine.rules.reply_words import reply_words
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.settings import load_settings
from engine.store import tickets as ticket_store
from engine.terms import (
    ClockKind,
    LetterAct,
    LetterKind,
    NoticeKind,
    Recipient,
    Role,
    TicketEvent,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LONGEST_REASON = 500
VOIDED = "请写明作废的理由；字号保留，不再使用。"


def sign_letter(step: Step, letter: Letter) -> Letter:
    """Sign a reviewed letter (签发): it gets its number and its final PDF and DOCX.

    Raises:
        NotPermittedError: the signer is the drafter, or may not hand clues over.
        ConflictError: it was not reviewed, would now say other things than were reviewed, rests on
            what is so no more, gets no number that can be used, or is about an invented ticket of
            an installation that no longer demonstrates.
        DocumentError: fonts or characters are missing; nothing is numbered.
    """
    status = moved(step, letter, LetterAct.SIGN)
    check_signer(step, letter)
    if letter.kind is LetterKind.REFERRAL:
        referrals.check_signer(step, letter)
    require_all_verified(step, letter)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    _refuse_invented(ticket, letter, LetterAct.SIGN, "不发")
    refuse_fallen(step, letter)
    if digest_of(step, letter) != letter.reviewed_digest:
        message = "核稿以后工单有了新的情况，函的内容已不同；请重新核稿后再签发。"
        raise ConflictError(message)
    letter.approved_by_id, letter.approved_at = step.actor.account_id, step.now
    number = take_number(step, letter)
    _render(step, letter, number)
    letter.number, letter.status = number, status
    details = {"sha256": letter.pdf_sha256, **referrals.restricted(letter)}
    if letter.kind is LetterKind.REFERRAL:
        details["judgement"] = letter.facts["judgement"]
    take(step, ticket, TicketEvent.APPROVE_LETTER,
         Why(f"签发{letter.kind.label} {number}", details=details))  # fmt: skip
    return letter


def _refuse_invented(ticket: Ticket, letter: Letter, act: LetterAct, instead: str) -> None:
    """Refuse a number of the real series to a letter about a ticket that nobody ever filed."""
    if ticket.demonstration and not load_settings().demo_data:
        message = (
            f"工单 {ticket.number} 是演示数据，演示已经关闭，这份{letter.kind.label}"
            f"不能{act.label}；请选“{instead}”。"
        )
        raise ConflictError(message)


def check_signer(step: Step, letter: Letter | Bulletin) -> None:
    """Refuse whoever may not sign a draft: only another supervisor than its drafter does.

    Raises:
        NotPermittedError: says why.
    """
    actor, on = step.actor, shanghai_date(step.now)
    role = actor.role or Role.SUPERVISOR
    refusal = signing_refusal(letter.drafted_by_id, actor.account_id, role, step.rules, on)
    if refusal is not None:
        raise NotPermittedError(refusal)


def _render(step: Step, letter: Letter, number: str) -> None:
    data = letter_data(step, letter, number=number)
    fonts = installed_fonts()
    rendered = render_pdf(data, fonts=fonts, moment=step.now)
    letter.pdf, letter.pdf_sha256 = rendered.pdf, rendered.sha256
    signed = {"title": data.title, "pages": rendered.pages, "reply_rule": reply_rule(letter)}
    letter.facts = {**letter.facts, "signed": signed}
    letter.docx, letter.notes = render_docx(data), list(rendered.notes)


def void_letter(step: Step, letter: Letter, reason: str) -> Letter:
    """Void a signed letter that is not to be sent (作废): the number stays taken, with the reason.

    Raises:
        ConflictError: it has no number yet, or has gone out; what went out is corrected instead.
        BadInputError: no reason is given, or it tells who the requester is.
    """
    status = moved(step, letter, LetterAct.VOID)
    said = stated(reason, "reason", VOIDED, LONGEST_REASON)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    refuse_personal(step, ticket, "reason", said, "作废的理由")
    words = f"作废{letter.kind.label} {letter.number}：{said}"
    why = Why(words, details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.VOID_LETTER, why)
    letter.void_reason = said
    letter.voided_by_id, letter.voided_at, letter.status = step.actor.account_id, step.now, status
    return letter


def send_letter(step: Step, letter: Letter) -> Letter:
    """Send a signed letter (发出): mail with PDF and DOCX; the time to reply runs from its leaving.

    A mail held at night leaves when work begins: the unit has its full days from that day on.

    Raises:
        ConflictError: it is not signed, rests on what is so no more, corrects a letter that was
            called back, or the day it asks a reply for has come.
    """
    status = moved(step, letter, LetterAct.SEND)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    _refuse_invented(ticket, letter, LetterAct.SEND, "作废")
    refuse_fallen(step, letter)
    _refuse_mending_nothing(step, letter)
    due, leaves = _reply_day(step, letter), _leaves_at(step, letter)
    if due is not None and due <= shanghai_date(leaves):
        message = f"函中写的反馈期限 {spoken_date(due)} 已到，不能再发；请作废后重新提议。"
        raise ConflictError(message)
    require_all_verified(step, letter)
    letter.status, letter.sent_by_id, letter.sent_at = status, step.actor.account_id, step.now
    _deliver(step, ticket, letter, leaves if due else None)
    unit = step.session.get_one(Unit, letter.unit_id)
    details = {"sha256": letter.pdf_sha256, **referrals.restricted(letter)}
    take(step, ticket, TicketEvent.SEND_LETTER,
         Why(f"{letter.kind.label} {letter.number} 发{unit.name}", details=details))  # fmt: skip
    if letter.kind is LetterKind.RECTIFICATION:
        referrals.after_rectification(step, ticket, letter)
    return letter


def _refuse_mending_nothing(step: Step, letter: Letter) -> None:
    if letter.corrects_id is None:
        return
    wrong = step.session.get_one(Letter, letter.corrects_id, populate_existing=True)
    if wrong.status not in GONE_OUT:
        message = f"所更正的{wrong.number}没有发出，更正函不能发出；请作废，或先发出原函。"
        raise ConflictError(message)


def _reply_day(step: Step, letter: Letter) -> date | None:
    """Return the day the letter itself names for the reply; a correction or a referral has none."""
    if letter.kind in (LetterKind.CORRECTION, LetterKind.REFERRAL):
        return None
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    return reply_due(step, ticket, letter).due_on


def _leaves_at(step: Step, letter: Letter) -> datetime:
    """Return when the mail with a letter leaves, if it is sent now."""
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    mail = Mail(key=f"letter:{letter.id}", kind=NoticeKind.RECTIFICATION, facts={})
    return post.leaves_at(step, ticket, mail, Recipient.UNIT)


def _deliver(step: Step, ticket: Ticket, letter: Letter, leaves: datetime | None) -> None:
    if referrals.restricted(letter):
        referrals.notify_target(step, ticket, letter)
        return
    due = None
    if leaves is not None:
        due = start_reply_clock(replace(step, now=_since(step, letter, leaves)), ticket, letter)
    _mail(step, ticket, letter, due)


def _since(step: Step, letter: Letter, leaves: datetime) -> datetime:
    """Return from when the time to reply counts: the signing, if the letter leaves on that day."""
    signed = letter.approved_at or step.now
    return signed if shanghai_date(signed) == shanghai_date(leaves) else leaves


def start_reply_clock(step: Step, ticket: Ticket, letter: Letter) -> Clock:
    """Start the clock by which a letter must be answered, again after an insufficient reply."""
    subject = clocks.Subject(letter=letter, unit_id=letter.unit_id, rule=reply_rule(letter))
    return clocks.start(step, ticket, ClockKind.RECTIFICATION_REPLY, subject)


def ask_again(step: Step, ticket: Ticket, letter: Letter) -> Clock:
    """Tell a unit that its reply is not enough, why, and by when to reply again; start that limit.

    The limit runs from the leaving of that mail, which may be held at night.
    """
    clock = start_reply_clock(replace(step, now=_leaves_at(step, letter)), ticket, letter)
    unit = step.session.get_one(Unit, letter.unit_id)
    facts = {**asking_facts(step, letter, told_due(clock)), "late": False, **again_facts(letter)}
    mail = Mail(key=again_key(clock), kind=NoticeKind.RECTIFICATION, facts=facts, letter=letter,
                unit=unit)  # fmt: skip
    to = post.addresses(step.session, unit, (Recipient.UNIT, Recipient.UNIT_LEADER))
    post.post(step, ticket, mail, to)
    return clock


def again_facts(letter: Letter) -> dict[str, object]:
    """Return what a mail says more that asks for a better reply: that it is not enough, and why."""
    return {"again": True, "short": reply_words(letter.kind).short, "reason": letter.opinion}


def asking_facts(step: Step, letter: Letter, due: ToldDay | None) -> dict[str, object]:
    """Return what the mail with a letter says: which it is, and by when it asks for the reply."""
    return {
        "letter_kind": letter.kind.label, "letter_number": letter.number,
        "unit": step.session.get_one(Unit, letter.unit_id).name,
        "letter_title": title_of(step, letter), "reply_by": due,
        "late": due is not None and due.ends != _reply_day(step, letter),
    }  # fmt: skip


def files_of(one: Letter | Bulletin) -> tuple[File, File]:
    """Return the final files of what was signed, as they are mailed."""
    return (
        File(f"{one.number}.pdf", "application/pdf", one.pdf or b""),
        File(f"{one.number}.docx", DOCX, one.docx or b""),
    )


def _mail(step: Step, ticket: Ticket, letter: Letter, due: Clock | None) -> None:
    unit, files = step.session.get_one(Unit, letter.unit_id), files_of(letter)
    kind = NoticeKind.RECTIFICATION if due else NoticeKind.CORRECTION
    facts = asking_facts(step, letter, told_due(due) if due else None)
    mail = Mail(key=f"letter:{letter.id}", kind=kind, facts=facts, files=files, letter=letter,
                unit=unit)  # fmt: skip
    recipients = (Recipient.UNIT, Recipient.UNIT_LEADER)
    post.post(step, ticket, mail, post.addresses(step.session, unit, recipients))
    mail_copies(step, ticket, letter, facts["reply_by"], files)
