"""A letter that left late, or never arrived: its unit has its full days from when it leaves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from engine.actions import clocks, post
from engine.actions.actor import SYSTEM
from engine.actions.asked_no_more import record_missed
from engine.actions.letter_signing import start_reply_clock
from engine.actions.moved_days import move_of
from engine.actions.own_words import Own
from engine.actions.post import Mail
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step, Why, take
from engine.actions.told_units import asked_in_time, asking_mails
from engine.actions.withdrawn_breaches import follow_reply, withdraw_unasked
from engine.models import Clock, Letter, OutboxMessage, Ticket, Unit
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.rules.standing import is_asked_no_more
from engine.rules.time_limits import Deadline
from engine.settings import load_settings
from engine.store import clocks as clock_store
from engine.store import leaving, outbox, tickets
from engine.terms import (
    ClockState,
    MessageStatus,
    NoticeKind,
    Recipient,
    TicketEvent,
)

LOOK_AGAIN = timedelta(hours=1)
UNARRIVED, SEND_ANEW = "函件没有送达", "请在“没送达的邮件”里重发，或另行送达。"


class Asked(NamedTuple):
    """A running reply clock whose reply a mail asks for, with the letter and its unit."""

    letter: Letter
    unit: Unit
    clock: Clock


def count_from_leaving(session: Session, message_id: int, now: datetime) -> None:
    """Count a letter's reply anew where the first mail to its unit left on a later day than owed.

    A mail server that was away, or an address that was put right, takes no day from the unit. From
    the day on which it left, whenever that is looked at, though the reply came meanwhile: what was
    recorded of the limit before follows it.
    """
    message = outbox.message(session, message_id)
    if message.letter_id is None or message.ticket_id is None:
        return
    ticket = tickets.lock_ticket(session, message.ticket_id)
    step = Step(session, SYSTEM, now, rules_in_force(session))
    late = asked_late(step, message) or _ended_late(step, message)
    if late is not None:
        _recount(step, ticket, late, message)


def asked_of(step: Step, message: OutboxMessage) -> Asked | None:
    """Return the reply clock a mail asks for; None where it asks for no reply any more."""
    session = step.session
    of_letter = (message.ticket_id or 0, message.letter_id or 0)
    clock = next(iter(clock_store.replies_running(session, *of_letter)), None)
    if clock is None or message.id not in {one.id for one in asking_mails(session, clock)}:
        return None
    letter = session.get_one(Letter, clock.letter_id)
    return Asked(letter, session.get_one(Unit, letter.unit_id), clock)


def asked_late(step: Step, message: OutboxMessage) -> Asked | None:
    """Return the reply clock that a mail's leaving moves: it began on an earlier day.

    None where another mail of the same debt has left, or the mail asks for no reply any more.
    """
    return _moved_by(step, message, asked_of(step, message))


def _ended_late(step: Step, message: OutboxMessage) -> Asked | None:
    """Return the reply clock that a mail's leaving moves and that has ended since it left."""
    own = [one for one in clock_store.of_ticket(step.session, message.ticket_id or 0)
           if one.letter_id is not None and one.letter_id == message.letter_id
           and message.id in {mail.id for mail in asking_mails(step.session, one)}]  # fmt: skip
    if not own or not _ended_since(own[-1], _left_at(step, message)):
        return None
    letter = step.session.get_one(Letter, message.letter_id)
    return _moved_by(step, message, Asked(letter, step.session.get_one(Unit, letter.unit_id),
                                          own[-1]))  # fmt: skip


def _ended_since(clock: Clock, left_at: datetime) -> bool:
    ended_at = clock.stopped_at if clock.state is ClockState.STOPPED else None
    return ended_at is not None and left_at < ended_at


def _moved_by(step: Step, message: OutboxMessage, asked: Asked | None) -> Asked | None:
    left_at = _left_at(step, message)
    if asked is None or shanghai_date(asked.clock.started_at) >= shanghai_date(left_at):
        return None
    return None if leaving.left_before(step.session, message) else asked


def _left_at(step: Step, message: OutboxMessage) -> datetime:
    """Return when a mail left; now, where it is about to."""
    sent_at = message.sent_at if message.status is MessageStatus.SENT else None
    return sent_at or step.now


def awaits_arrival(step: Step, ticket: Ticket, clock: Clock) -> bool:
    """Return whether a reply clock waits for its letter to arrive; it is looked at again later.

    Nobody is reminded of a letter or charged with it before; once its limit has ended,
    supervisors are told that it did not arrive.
    """
    if clock.letter_id is None or asked_in_time(step.session, clock):
        return False
    clock.next_rung_at = step.now + LOOK_AGAIN
    if clock.due_at <= step.now:
        _tell_unarrived(step, ticket, clock)
    return True


def _tell_unarrived(step: Step, ticket: Ticket, clock: Clock) -> None:
    letter = step.session.get_one(Letter, clock.letter_id)
    unit = step.session.get_one(Unit, letter.unit_id)
    what = Own(f"{letter.kind.label}{letter.number}没有送达{unit.name}，反馈期限届满不计超期")
    link = f"{load_settings().link_base}/letters/{letter.id}"
    item = {"number": ticket.number, "kind": "", "what": what, "due_on": clock.due_on, "link": link}
    facts = {"items": [item], "about": UNARRIVED, "summary": SEND_ANEW, "link": link}
    key = f"letter:{letter.id}:unarrived:{clock.id}:{clock.due_on:%Y%m%d}"
    mail = Mail(key=key, kind=NoticeKind.DIGEST, facts=facts)
    to = post.addresses(step.session, None, (Recipient.SUPERVISOR,))
    if post.post(step, ticket, mail, to):
        take(step, ticket, TicketEvent.NOTE, Why(what, details={"clock": clock.id}))


def _counted_anew(
    step: Step, ticket: Ticket, late: Asked, deadline: Deadline, left_at: datetime
) -> Clock:  # fmt: skip
    """Return the clock that counts from then: the same, or another if its breach is withdrawn.

    One that has ended stays the same: by its new day the reply was in time, or was not.
    """
    letter, _, clock = late
    withdraw_unasked(step, ticket, letter.id)
    ended = clock.stopped_at is not None
    if ended or clock.id not in clock_store.withdrawn(step.session, ticket.id):
        clock.started_at = left_at
        clocks.set_deadline(step, ticket, clock, deadline)
        clock.next_rung_at = None if ended else clock.next_rung_at
        return clock
    clocks.stop_clock(step, ticket, clock, UNARRIVED)
    fresh = start_reply_clock(replace(step, now=left_at), ticket, letter)
    fresh.supersedes_id = clock.supersedes_id or clock.id
    return fresh


def _recount(step: Step, ticket: Ticket, late: Asked, left_as: OutboxMessage) -> None:
    letter, _, clock = late
    rules, old, left_at = clocks.own_rules(clock, step.rules), clock.due_on, _left_at(step, left_as)
    deadline = clocks.deadline_of(ticket, clock.kind, left_at, rules,
                                  rule=clocks.given_rule(clock))  # fmt: skip
    if deadline is None or deadline.due_at <= clock.due_at:
        return
    charged = clock_store.breach_of(step.session, clock.id) is not None
    clock = _counted_anew(step, ticket, late, deadline, left_at)
    left = spoken_date(shanghai_date(left_at))
    reason = f"{letter.kind.label}{letter.number}于{left}才送出，反馈期限自送出次日起算"
    words = f"{reason}，改为{spoken_date(clock.due_on)}{_came(clock)}"
    record = take(step, ticket, TicketEvent.NOTE, Why(words, details={"clock": clock.id}))
    follow_reply(step, ticket, clock, reason)
    if clock.stopped_at is not None:
        _settle_ended(step, ticket, clock)
        if not charged:  # nobody told its unit that it was late
            return
    if spoken_date(clock.due_on) in left_as.text:  # it said so itself as it left
        return
    told = {"reason": Own(f"{reason}{_came(clock)}"), "moves": [move_of(clock, old)]}
    _tell_moved(step, ticket, late, f"event:{record.id}", told)


def _came(clock: Clock) -> str:
    """Return whether a reply that has come was in time, as a clause; nothing where none has."""
    if clock.stopped_at is None or is_asked_no_more(clock.stop_reason):
        return ""
    return "，反馈仍逾期" if clocks.is_overdue(clock, clock.stopped_at) else "，反馈没有逾期"


def _settle_ended(step: Step, ticket: Ticket, clock: Clock) -> None:
    """Record what a limit that has ended comes to by its new day, where nothing is recorded."""
    if not clocks.is_overdue(clock, step.now):
        gone = is_asked_no_more(clock.stop_reason)  # neither kept nor missed
        clock.state = ClockState.SUPERSEDED if gone else clock.state
    elif clock_store.breach_of(step.session, clock.id) is None:
        record_missed(replace(step, actor=SYSTEM), ticket, clock)


def _tell_moved(
    step: Step, ticket: Ticket, late: Asked, key: str, facts: Mapping[str, object]
) -> None:  # fmt: skip
    mail = Mail(key=key, kind=NoticeKind.DUE_CHANGED, unit=late.unit, letter=late.letter,
                facts={"unit": late.unit.name, **facts})  # fmt: skip
    post.post(step, ticket, mail, post.addresses(step.session, late.unit, (Recipient.UNIT,)))
