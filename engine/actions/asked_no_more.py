"""A sent letter of which nothing stands any more asks for no reply (不再要求反馈, H-96)."""

from dataclasses import replace

from engine.actions import clocks, post
from engine.actions.actor import SYSTEM
from engine.actions.bare_grounds import groundless
from engine.actions.breaches import record_breach, why_of
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.step import Step, Why, take
from engine.actions.told_units import asked_in_time
from engine.actions.untrue_mail import take_back_asking
from engine.models import Clock, Letter, Ticket, Unit
from engine.rules.citations import clause
from engine.rules.standing import ASKED_NO_MORE, NOTHING_STANDS
from engine.store import clocks as store
from engine.store import held_mails
from engine.terms import (
    BreachJudgement,
    ClockState,
    LetterStatus,
    NoticeKind,
    Recipient,
    Rung,
    TicketEvent,
)

HOUSE = "house/H-96"
TOLD = "已告知单位不再要求反馈"


def ask_no_more(step: Step, ticket: Ticket, letter: Letter) -> str:
    """End the limit of the reply to a letter that was mailed and lost all its grounds; tell why.

    What of its mails has not left asks nobody any more. A limit that was over before stays missed;
    another is neither kept nor missed. Return what was done, or nothing: no reply was asked for.
    Doing it again changes nothing.
    """
    if letter.status is not LetterStatus.SENT or not groundless(step, letter):
        return ""
    held_mails.take_back_rest(step.session, letter.id, f"不再发：{NOTHING_STANDS}")
    clock = next(iter(store.replies_running(step.session, ticket.id, letter.id)), None)
    if clock is None:
        return ""
    record_missed(step, ticket, clock)
    _end(step, ticket, letter, clock)
    return TOLD


def asks_no_more(step: Step, ticket: Ticket, clock: Clock) -> bool:
    """End a reply's limit that falls due though its letter lost all grounds; whether it did.

    Looked at before anybody is reminded or charged, however the grounds fell.
    """
    if clock.letter_id is None:
        return False
    letter = step.session.get_one(Letter, clock.letter_id)
    if not groundless(step, letter):
        return False
    step = replace(step, actor=SYSTEM)
    if letter.status is not LetterStatus.INSUFFICIENT or not _found_short(step, ticket, clock):
        _end(step, ticket, letter, clock)
    return True


def _found_short(step: Step, ticket: Ticket, clock: Clock) -> bool:
    """Let what was found short of the reply be withdrawn (H-95), which tells its unit, once.

    Return whether it was. The limit ends first: nobody is charged with it on the way.
    """
    from engine.actions.recalling import follow_grounds  # it asks no more by way of here

    _stop(step, clock, ClockState.SUPERSEDED)
    follow_grounds(step, ticket)
    return step.session.get_one(Letter, clock.letter_id).status is not LetterStatus.INSUFFICIENT


def record_missed(step: Step, ticket: Ticket, clock: Clock) -> None:
    """Record that a limit was over before it ended, if no sweep has seen it yet: it stays so."""
    if not clocks.is_overdue(clock, step.now) or not asked_in_time(step.session, clock):
        return
    for rung in clocks.rungs_of(ticket, clock, step.rules):
        if rung.rung is Rung.BREACH and store.take_rung(step.session, clock, rung, step.now):
            record_breach(step, ticket, clock, why_of(step, clock, rung))


def _end(step: Step, ticket: Ticket, letter: Letter, clock: Clock) -> None:
    breach = store.breach_of(step.session, clock.id)
    missed = breach is not None and breach.judgement != BreachJudgement.WITHDRAWN
    _stop(step, clock, ClockState.STOPPED if missed else ClockState.SUPERSEDED)
    take_back_asking(step, ticket, clock.id)
    words = f"{letter.kind.label} {letter.number} {NOTHING_STANDS}，{ASKED_NO_MORE}"
    why = Why(words, clause(HOUSE).label, {"clock": clock.id})
    record = take(step, ticket, TicketEvent.NOTE, why)
    _tell(step, ticket, letter, f"event:{record.id}")


def _stop(step: Step, clock: Clock, state: ClockState) -> None:
    clock.state, clock.stopped_at, clock.next_rung_at = state, step.now, None
    clock.stop_reason = ASKED_NO_MORE


def _tell(step: Step, ticket: Ticket, letter: Letter, key: str) -> None:
    unit = step.session.get_one(Unit, letter.unit_id)
    ended = f"{letter.kind.label}{letter.number}{ASKED_NO_MORE}"
    facts = {"unit": unit.name, "moves": [], "ended": ended, "first": True,
             "reason": Own(f"该函的{NOTHING_STANDS}")}  # fmt: skip
    mail = Mail(key=key, kind=NoticeKind.DUE_CHANGED, facts=facts, letter=letter, unit=unit)
    to = post.addresses(step.session, unit, (Recipient.UNIT, Recipient.UNIT_LEADER))
    post.post(step, ticket, mail, to)
