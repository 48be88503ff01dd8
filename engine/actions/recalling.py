"""A letter follows what it rests on (依据), and is called back while no mail has left (撤回发送).

A letter sent in quiet hours leaves in the morning: till then nobody has read it by mail, and it
becomes a signed one again. What has left stays sent; supervisors are told that it needs a 更正函.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from engine.actions import referrals
from engine.actions.actor import SYSTEM
from engine.actions.asked_no_more import ask_no_more
from engine.actions.impersonal import refuse_personal
from engine.actions.kept_in import NOT_AGAIN, cancel_reply, free_names, keep_in
from engine.actions.late_replies import moot_referrals
from engine.actions.letters import drop_letter, moved
from engine.actions.lost_letters import Lost, tell_lost
from engine.actions.moot_letters import Fallen, fallen, nothing_behind
from engine.actions.recallable import LEFT, another_in_hand, why_not_recalled
from engine.actions.rules_in_force import rules_in_force
from engine.actions.short_replies import withdraw_short
from engine.actions.stated import stated
from engine.actions.step import Step, Why, take
from engine.errors import ConflictError
from engine.models import Breach, Clock, Finding, Letter, Ticket
from engine.rules.letter_life import FELL, GONE_OUT, RECALLED
from engine.rules.reply_words import falls_with_its_letter
from engine.rules.standing import NOTHING_STANDS
from engine.store import held_mails, leaving
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.store.database import work
from engine.store.row_security import as_house
from engine.terms import (
    FindingKind,
    LetterAct,
    LetterKind,
    LetterStatus,
    TicketEvent,
)

log = structlog.get_logger()
LONGEST_REASON = 500
LONGEST_WHY = 400
WHY_RECALLED = "请写明撤回发送的理由。"
CALLED_BACK = "邮件未出，已撤回发送"


def recall_letter(step: Step, letter: Letter, reason: str) -> Letter:
    """Take the sending of a letter back (撤回发送) while none of its mails has left: signed again.

    Raises:
        BadInputError: no reason is given, or it tells who the requester is.
        ConflictError: it is not sent, a mail of it has left or is leaving, or its unit has another
            letter of the kind in hand by now.
    """
    moved(step, letter, LetterAct.RECALL)
    said = stated(reason, "reason", WHY_RECALLED, LONGEST_REASON)
    ticket = ticket_store.lock_ticket(step.session, letter.ticket_id)
    refuse_personal(step, ticket, "reason", said, "撤回的理由")
    if problem := why_not_recalled(step, letter):
        raise ConflictError(problem)
    if (other := another_in_hand(step, letter)) is not None:
        drop_letter(replace(step, actor=SYSTEM), other, f"{letter.number}{RECALLED}，仍在办。")
        step.session.flush()
    if not _call_back(step, ticket, letter, said):
        raise ConflictError(LEFT)
    _let_follow(step, ticket, FELL, {letter.unit_id})
    return letter


def _call_back(
    step: Step, ticket: Ticket, letter: Letter, why: str, *, void: bool = False
) -> bool:  # fmt: skip
    """Call a letter back, or nothing where a mail has left; `void` it where another is in hand."""
    mails = held_mails.take_back_all(step.session, letter.id, f"{RECALLED}：{why}")
    if not mails:
        return False
    words = f"{letter.kind.label} {letter.number} 邮件未出，撤回发送：{why}"
    details = {"sha256": letter.pdf_sha256, **referrals.restricted(letter)}
    record = take(step, ticket, TicketEvent.RECALL_LETTER, Why(words, details=details))
    free_names(mails, record.seq)
    step.session.flush()
    cancel_reply(step, ticket, letter)
    if void:
        _void_too(step, ticket, letter, f"{why}；本工单已另有一份{letter.kind.label}在办")
    letter.status = LetterStatus.VOIDED if void else LetterStatus.SIGNED
    letter.sent_at, letter.sent_by_id = None, None
    step.session.flush()
    _corrections_too(step, ticket, letter)
    return True


def _corrections_too(step: Step, ticket: Ticket, letter: Letter) -> None:
    """Call back with a letter the corrections of it that are held: they mend what nobody was sent.

    One that has left stays sent.
    """
    for one in store.corrections_of(step.session, letter.id):
        if one.status is LetterStatus.SENT:
            other = another_in_hand(step, one)
            why = f"所更正的{letter.number}{RECALLED}"
            _call_back(step, ticket, one, why, void=other is not None)


def _void_too(step: Step, ticket: Ticket, letter: Letter, said: str) -> None:
    """Void what was called back: signed beside another in hand is no state the database takes."""
    why = Why(f"作废{letter.kind.label} {letter.number}：{said}",
              details=referrals.restricted(letter))  # fmt: skip
    take(step, ticket, TicketEvent.VOID_LETTER, why)
    letter.void_reason, letter.voided_at = said, step.now


def follow_grounds(step: Step, ticket: Ticket, reason: str = FELL) -> None:
    """Let the letters of a locked ticket follow what they rest on, after something fell.

    What the engine proposed on the strength of it alone is dropped. A sent letter of which no mail
    has left is called back. Supervisors are told of it, and of every other that lost its ground;
    doing it again changes nothing. What is handed over of a unit follows its letters (移交), on
    other tickets where nobody is at work: what is left is looked at before it is passed on.
    """
    _let_follow(step, ticket, reason, set())


def _let_follow(step: Step, ticket: Ticket, reason: str, units: set[int]) -> None:
    step = replace(step, actor=SYSTEM)
    with as_house(step.session):
        units |= _follow(step, ticket, reason)
        elsewhere = store.tickets_of_referrals(step.session, units) - {ticket.id}
        for other in ticket_store.lock_free(step.session, elsewhere):  # waits for nobody
            _follow(step, ticket_store.lock_ticket(step.session, other.id), reason)


def _follow(step: Step, ticket: Ticket, reason: str) -> set[int]:
    """Let a ticket's letters follow, its referrals last; return the units that lost a letter."""
    step.session.flush()
    letters = store.locked_of_ticket(step.session, ticket.id)
    handed = [one for one in letters if one.kind is LetterKind.REFERRAL]
    lost = _lost(step, ticket, [one for one in letters if one not in handed], reason)
    units = {one.letter.unit_id for one in lost}
    lost += _lost(step, ticket, handed, reason)
    if lost:
        tell_lost(step, ticket, lost)
    if any(one.short for one in lost):  # a breach withdrawn with a finding is no evidence
        units |= _follow(step, ticket, reason)
    return units


def _lost(step: Step, ticket: Ticket, letters: Sequence[Letter], reason: str) -> list[Lost]:
    _drop_moot(step, letters, reason)
    found = [(one, fallen(step, one)) for one in letters]
    return [_followed(step, ticket, one, fell) for one, fell in found if fell]


def excuse_in_letters(step: Step, finding: Finding) -> None:
    """Let letters follow a breach that is excused from now on (免责): it is no evidence (H-94)."""
    if finding.kind is not FindingKind.EXCUSED or finding.breach_id is None:
        return
    breach = step.session.get_one(Breach, finding.breach_id)
    clock = step.session.get_one(Clock, breach.clock_id)
    ticket = ticket_store.lock_ticket(step.session, breach.ticket_id)
    reason = f"{clock.limit_name}的超期已认定免责"
    follow_grounds(step, ticket, reason)
    if clock.letter_id is not None:
        late = store.letter(step.session, clock.letter_id)
        for moot in moot_referrals(step, late):
            drop_letter(replace(step, actor=SYSTEM), moot, f"{reason}，自动提议的移交不再需要。")


def _drop_moot(step: Step, letters: Sequence[Letter], reason: str) -> None:
    """Drop what the engine proposed for a ticket and nothing stands behind any more; say why.

    What a person proposed or somebody has drafted is for people to decide.
    """
    for letter in letters:
        own = letter.proposed_by == SYSTEM.name and letter.status is LetterStatus.PROPOSED
        if own and (gone := nothing_behind(step, letter)):
            of_referral = letter.kind is LetterKind.REFERRAL
            why = gone[:LONGEST_WHY] if of_referral else f"{reason}，"
            drop_letter(step, letter, f"{why}自动提议的{letter.kind.label}不再需要。")


def _followed(step: Step, ticket: Ticket, letter: Letter, fell: Fallen) -> Lost:
    """Take back what can be of a letter that lost its ground, and say what was."""
    if letter.status not in GONE_OUT:
        return Lost(letter, fell, "")
    if letter.status is LetterStatus.SENT:
        other = another_in_hand(step, letter)
        back = _call_back(step, ticket, letter, FELL, void=other is not None)
        told = "" if back else ask_no_more(step, ticket, letter)
        return Lost(letter, fell, CALLED_BACK if back else "", told=told)
    asked = letter.status is LetterStatus.INSUFFICIENT
    done = keep_in(step, ticket, letter)
    if fell.groundless:
        held_mails.take_back_rest(step.session, letter.id, f"不再发：{NOTHING_STANDS}")
    if not falls_with_its_letter(groundless=fell.groundless, kept_in=NOT_AGAIN in done):
        return Lost(letter, fell, done)
    return Lost(letter, fell, done, withdraw_short(step, ticket, letter, asked=asked))


def call_back_fallen(ids: Sequence[int], now: datetime) -> Sequence[int]:
    """Look once more, before mails with these ids leave, whether the letters they bring stand.

    Return the mails of letters that could not be looked at: they wait, and the others go on.
    """
    with work() as session:
        found = leaving.tickets_of_letters(session, ids)
    broken = [one for one in found if not _looked_at(one, now)]
    if not broken:
        return ()
    with work() as session:
        return leaving.letters_of_tickets(session, ids, broken)


def _looked_at(ticket_id: int, now: datetime) -> bool:
    try:
        with work() as session:
            ticket = ticket_store.lock_ticket(session, ticket_id)
            follow_grounds(Step(session, SYSTEM, now, rules_in_force(session)), ticket)
    except Exception:
        # One ticket that breaks must not keep back the mails of the others.
        log.exception("letters_not_looked_at", ticket=ticket_id)
        return False
    return True
