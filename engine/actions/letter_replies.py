"""The unit's reply to a letter (函件回复), and what is found of it."""

from collections.abc import Sequence
from dataclasses import replace

from engine.actions import attachments, clocks, letters, post, referrals
from engine.actions.actor import SYSTEM
from engine.actions.attachments import Upload
from engine.actions.bare_grounds import groundless
from engine.actions.impersonal import refuse_personal
from engine.actions.late_replies import MOOT, moot_referrals
from engine.actions.letter_facts import title_of
from engine.actions.letter_signing import ask_again
from engine.actions.letters import LONGEST_OPINION, moved
from engine.actions.post import Mail
from engine.actions.stated import stated, within
from engine.actions.step import Step, Why, take
from engine.errors import (
    BadInputError,
    ConflictError,
    NotPermittedError,
    RefusedTransitionError,
)
from engine.models import Letter, Ticket, Unit
from engine.rules.letter_life import LetterRefused, letter_move
from engine.rules.reply_words import reply_words
from engine.store import tickets as ticket_store
from engine.store.row_security import as_house
from engine.terms import LetterAct, LetterKind, LetterStatus, NoticeKind, Recipient, TicketEvent

SHORTEST_REPLY = 10
SAY_SO = "请认可反馈，函里写错的另发更正函。"
MISSING = "请写明哪里不到位、还要补什么，单位据此再次回复。"


def answer_letter(step: Step, letter: Letter, text: str, uploads: Sequence[Upload] = ()) -> Letter:
    """File a unit's reply to a letter (函件回复) and stop its clock; its files go to the ticket.

    What answers a referral (移交) stays with that letter: the unit it speaks of sees the ticket.

    Raises:
        NotPermittedError: the letter went to another unit.
        RefusedTransitionError: it was not sent, or is answered already.
        BadInputError: the words are too few, or a file may not be attached; nothing is filed then.
    """
    if step.actor.role is not None and step.actor.unit_id != letter.unit_id:
        message = "这份函不是发给您单位的。"
        raise NotPermittedError(message)
    status = letter_move(letter.status, LetterAct.ANSWER)
    if isinstance(status, LetterRefused) or letter.kind is LetterKind.CORRECTION:
        message = f"这份{letter.kind.label}现为“{letter.status.label}”，不需要回复。"
        raise RefusedTransitionError(message)
    if len(text.strip()) < SHORTEST_REPLY:
        words = f"{reply_words(letter.kind).about}至少写 {SHORTEST_REPLY} 个字。"
        raise BadInputError(words, fields={"text": words})
    with as_house(step.session):  # a letter's unit need not have its ticket
        _file(step, letter, text.strip())
        _attach(step, letter, uploads)
    return letter


def _attach(step: Step, letter: Letter, uploads: Sequence[Upload]) -> None:
    if not uploads:
        return
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    apart = letter if letter.restricted else None
    refused = "；".join(attachments.attach(step, ticket, uploads, apart).refused)
    if refused:
        words = f"{refused}。{reply_words(letter.kind).about}还没有提交，请换文件或不选文件再提交。"
        raise BadInputError(words, fields={"file": words})


def _file(step: Step, letter: Letter, text: str) -> None:
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    why = Why(f"回复 {letter.number}", details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.ANSWER_LETTER, why)
    letter.reply, letter.replied_at = text, step.now
    letter.replied_by_id, letter.status = step.actor.account_id, LetterStatus.ANSWERED
    clocks.stop_of_letter(step, ticket, letter, "已回复")
    _tell_answered(step, ticket, letter)


def _tell_answered(step: Step, ticket: Ticket, letter: Letter) -> None:
    unit = step.session.get_one(Unit, letter.unit_id)
    facts = {
        "unit": unit.name,
        "letter_kind": letter.kind.label,
        "letter_number": letter.number,
        "letter_title": title_of(step, letter),
        "about": reply_words(letter.kind).about,
        "judged": reply_words(letter.kind).judged,
    }
    to = post.addresses(step.session, unit, (Recipient.SUPERVISOR,))
    key = f"letter:{letter.id}:answered"
    post.post(step, ticket, Mail(key=key, kind=NoticeKind.RECTIFICATION_ANSWERED, facts=facts), to)


def judge_answer(step: Step, letter: Letter, *, accepted: bool, opinion: str = "") -> Letter:
    """Accept a unit's reply, or find it insufficient and let it be answered again.

    Its unit is told why, and has the full days of a new limit from when that mail leaves. What the
    engine proposed to hand over for the lateness of an accepted reply is dropped.

    Raises:
        ConflictError: there is no reply to judge, it is that of a body a clue was handed to, or it
            would be found short though its letter has no ground left.
        BadInputError: it is not said what is missing, or the opinion tells who the requester is.
    """
    said = reply_words(letter.kind)
    if not said.judged:
        message = f"{letter.kind.label}的{said.about}由接收机关反馈，热线收悉即可，不作认定。"
        raise ConflictError(message)
    opinion = within(opinion, "opinion", LONGEST_OPINION)
    if not accepted:
        stated(opinion, "opinion", MISSING)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    refuse_personal(step, ticket, "opinion", opinion, "意见")
    if not accepted and groundless(step, letter):
        message = f"这份{letter.kind.label}的事由都已没有依据，不能再认定{said.short}；{SAY_SO}"
        raise ConflictError(message)
    status = moved(step, letter, LetterAct.ACCEPT if accepted else LetterAct.FIND_INSUFFICIENT)
    word = said.enough if accepted else said.short
    words = f"{word}：{opinion}" if opinion else word
    why = Why(words, details={"sha256": letter.pdf_sha256, **referrals.restricted(letter)})
    take(step, ticket, TicketEvent.ACCEPT_LETTER_ANSWER, why)
    letter.status, letter.opinion = status, opinion
    if not accepted:
        ask_again(step, ticket, letter)
    for moot in moot_referrals(step, letter) if accepted else ():
        letters.drop_letter(replace(step, actor=SYSTEM), moot, MOOT)
    return letter
