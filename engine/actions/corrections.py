"""A letter that corrects a sent one (更正函): the sent one stays as it went out, for ever."""

import io
import re
from collections.abc import Collection
from datetime import date

from engine.actions import referrals
from engine.actions.impersonal import personal_problem
from engine.actions.letter_facts import letter_data, reply_due, title_of
from engine.actions.letter_limits import days_of
from engine.actions.recallable import why_not_recalled
from engine.actions.step import Step, Why, take
from engine.documents.day_words import limits_in
from engine.documents.letter_data import written_date
from engine.documents.letter_texts import FROM_LEAVING
from engine.documents.limit_facts import clauses_of
from engine.errors import BadInputError, ConflictError
from engine.models import Letter, Ticket
from engine.rules.letter_life import GONE_OUT
from engine.rules.shanghai import shanghai_date
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, LetterStatus, TicketEvent

LONGEST_WORDS = 200
RECALL_IT = (
    "这份{}的邮件还没有送出，不发更正函：有误的请撤回发送，作废后重新拟稿。邮件送出以后才能更正。"
)
SENTENCE = re.compile(r"[。；\n]")
TELL_IT_ALONE = "本件的办理期限只作为事实写，例如“承办时限延至×月×日”，不写要做什么。"


def propose_correction(step: Step, letter: Letter, *, wrong: str, right: str) -> Letter:
    """Draft a correction of a sent letter; it is reviewed, signed and sent like any other.

    `wrong` must stand in the letter word for word.

    Raises:
        ConflictError: the letter has not gone out, its sending can still be taken back, or one to
            that unit is in hand already.
        BadInputError: the words are missing, the same, not the letter's, or hold a phone number.
    """
    if letter.status not in GONE_OUT:
        message = f"这份{letter.kind.label}现为“{letter.status.label}”，没有发出，不需要更正。"
        raise ConflictError(message)
    if problem := too_early(step, letter):
        raise ConflictError(problem)
    wrong, right = wrong.strip(), right.strip()
    _check_words(step, letter, wrong, right)
    _check_deadline(step, letter, wrong, right)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    if store.in_hand(step.session, ticket.id, LetterKind.CORRECTION, letter.unit_id) is not None:
        message = f"工单 {ticket.number} 已有一份更正函在办。"
        raise ConflictError(message)
    made = Letter(
        ticket_id=ticket.id, unit_id=letter.unit_id, kind=LetterKind.CORRECTION,
        status=LetterStatus.DRAFTED, proposed_at=step.now, proposed_by=step.actor.name,
        drafted_by_id=step.actor.account_id, drafted_at=step.now, corrects_id=letter.id,
        facts=_facts(step, letter, wrong, right),
    )  # fmt: skip
    why = Why(f"拟更正函稿：更正 {letter.number}", details=referrals.restricted(letter))
    take(step, ticket, TicketEvent.DRAFT_LETTER, why)
    step.session.add(made)
    step.session.flush()
    letter_data(step, made, number=None)
    return made


def too_early(step: Step, letter: Letter) -> str:
    """Return why a sent letter needs no correction yet: its sending can be taken back instead."""
    return "" if why_not_recalled(step, letter) else RECALL_IT.format(letter.kind.label)


def _facts(step: Step, letter: Letter, wrong: str, right: str) -> dict[str, object]:
    return {
        **referrals.restricted(letter), "wrong": wrong, "right": right, "number": letter.number,
        "title": title_of(step, letter), "copies": letter.facts.get("copies", []),
        "dated": shanghai_date(letter.approved_at or letter.proposed_at).isoformat(),
    }  # fmt: skip


def _check_words(step: Step, letter: Letter, wrong: str, right: str) -> None:
    fields = {}
    if not wrong or wrong not in sent_text(letter):
        fields["wrong"] = "原函里没有这句话，请照原函逐字填写要更正的内容。"
    if not right:
        fields["right"] = "请写明更正后的内容。"
    elif right == wrong:
        fields["right"] = "更正后的内容与原文相同，请写明改成什么。"
    for name, words, what in (("wrong", wrong, "原文"), ("right", right, "更正后的内容")):
        if problem := personal_problem(step, letter.ticket_id, words, what):
            fields.setdefault(name, problem)
        if len(words) > LONGEST_WORDS:
            fields.setdefault(name, f"最多 {LONGEST_WORDS} 个字，只写要更正的那一句。")
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _check_deadline(step: Step, letter: Letter, wrong: str, right: str) -> None:
    """Refuse another day for the reply: its clock runs by the rules, whatever a letter says."""
    if letter.kind in (LetterKind.CORRECTION, LetterKind.REFERRAL):
        return
    ticket = step.session.get_one(Ticket, letter.ticket_id)
    due, since = reply_due(step, ticket, letter).due_on, shanghai_date(step.now)
    words = ""
    if _moves(sent_text(letter), due, wrong, right):
        words = "反馈期限按规则计算，不能用更正函更改；写反馈期限的那一句一字不动。"
    elif (added := _added(right, since, own := days_of(step, ticket))) and not limits_in(
        wrong, since
    ):
        words = f"更正函只改写错的内容，不加新的期限，请删去“{added[0]}”。"
        words += "" if limits_in(right, since, own) else TELL_IT_ALONE
    if words:
        raise BadInputError(words, fields={"right": words})


def _added(right: str, since: date, known: Collection[date]) -> list[str]:
    """Return the limits that corrected words set.

    One of the ticket's own, told and nothing asked by it, is a fact: 承办时限已延至11月23日. Asked
    for anything by that day the unit would have another limit.
    """
    return [one for clause, tells in clauses_of(right)
            for one in limits_in(clause, since, known if tells else ())]  # fmt: skip


def _moves(text: str, due: date, wrong: str, right: str) -> bool:
    """Return whether a letter so corrected would ask for the reply by another day.

    By whichever fragment: the sentences that state the reply's limit stand as they went out.
    """
    return _asking(text, due) != _asking(text.replace(wrong, right), due)


def _asking(text: str, due: date) -> list[str]:
    """Return the sentences of a letter that name the day of the reply, or from when it counts."""
    return [one for one in SENTENCE.split(text)
            if written_date(due) in one or FROM_LEAVING in one]  # fmt: skip


def sent_text(letter: Letter) -> str:
    """Return the words of a letter as they went out, read from its own file."""
    from docx import Document

    made = Document(io.BytesIO(letter.docx or b""))
    cells = (cell.text for table in made.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in made.paragraphs), *cells])
