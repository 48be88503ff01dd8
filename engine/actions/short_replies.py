"""A reply found short (整改不到位) in a letter that lost its ground: the finding is withdrawn.

It stays on record, marked; nobody has to reply again, and no limit of that counts (H-95).
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.actions import clocks, letters, post, referrals
from engine.actions.actor import SYSTEM
from engine.actions.late_replies import moot_referrals
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.actions.taken_back import WITHDRAWS, withdrawn_findings
from engine.actions.told_units import again_key
from engine.models import Clock, Letter, Ticket, TicketEventRecord, Unit
from engine.rules.citations import clause
from engine.rules.reply_words import is_short, reply_words
from engine.store import clocks as clock_store
from engine.store import held_mails
from engine.store import tickets as ticket_store
from engine.terms import (
    BreachJudgement,
    ClockState,
    LetterStatus,
    NoticeKind,
    Recipient,
    TicketEvent,
)

HOUSE = "house/H-95"


def withdraw_short(step: Step, ticket: Ticket, letter: Letter, *, asked: bool) -> str:
    """Withdraw what was found short of a letter's replies, and return that in words, or nothing.

    Its reply waits to be judged as before; the limit to reply again ends as one that was neither
    kept nor missed. `asked`: its unit was to reply again; it is told where a mail had told it so.
    Doing it again changes nothing.
    """
    step = replace(step, actor=SYSTEM)
    found = _standing(step, ticket, letter)
    if not found:
        return ""
    words = f"“{reply_words(letter.kind).short}”的认定已撤销"
    said = f"{letter.kind.label} {letter.number} {words}{'，不必再次反馈' if asked else ''}"
    details = {WITHDRAWS: [one.seq for one in found], **referrals.restricted(letter)}
    record = take(step, ticket, TicketEvent.NOTE, Why(said, clause(HOUSE).label, details))
    again = held_mails.again_keys(step.session, letter.id)
    _end_limits(step, ticket, [one for one in _clocks_of(step, letter) if again_key(one) in again],
                words)  # fmt: skip
    if letter.status is LetterStatus.INSUFFICIENT:
        letter.status = LetterStatus.ANSWERED
    if letter.status is LetterStatus.ANSWERED:
        letter.opinion = ""
    for moot in moot_referrals(step, letter):
        letters.drop_letter(step, moot, f"{letter.number}{words}，自动提议的移交不再需要。")
    if asked and again:
        _tell(step, ticket, letter, f"event:{record.id}", words)
    return words


def _standing(step: Step, ticket: Ticket, letter: Letter) -> list[TicketEventRecord]:
    """Return the findings that replies to a letter were not enough, as far as they stand."""
    records = ticket_store.events(step.session, ticket)
    gone = withdrawn_findings(records)
    return [one for one in records
            if one.event is TicketEvent.ACCEPT_LETTER_ANSWER and is_short(one.reason)
            and one.details.get("sha256") == letter.pdf_sha256 and one.seq not in gone]  # fmt: skip


def _clocks_of(step: Step, letter: Letter) -> list[Clock]:
    found = clock_store.of_ticket(step.session, letter.ticket_id)
    return [one for one in found if one.letter_id == letter.id]


def _end_limits(step: Step, ticket: Ticket, again: Sequence[Clock], words: str) -> None:
    """End the limits to reply again as if nobody had been asked; a breach of one is withdrawn."""
    from engine.actions.moved_breaches import withdraw_breach  # it lets letters follow, as we do

    for clock in again:
        if clock.state in (ClockState.RUNNING, ClockState.PAUSED):
            clocks.stop_clock(step, ticket, clock, words)
            clock.state = ClockState.SUPERSEDED
        breach = clock_store.breach_of(step.session, clock.id)
        if breach is not None and breach.judgement != BreachJudgement.WITHDRAWN.value:
            withdraw_breach(step, ticket, breach, f"{words}，期限届满不计超期", HOUSE)


def _tell(step: Step, ticket: Ticket, letter: Letter, key: str, words: str) -> None:
    unit = step.session.get_one(Unit, letter.unit_id)
    ended = f"{letter.kind.label}{letter.number}不必再次反馈"
    facts = {"unit": unit.name, "reason": Own(words), "moves": [], "ended": ended}
    mail = Mail(key=key, kind=NoticeKind.DUE_CHANGED, unit=unit, facts=facts)
    to = post.addresses(step.session, unit, (Recipient.UNIT, Recipient.UNIT_LEADER))
    post.post(step, ticket, mail, to)
