"""Sends what the outbox owes; no database lock is held while a server is talked to."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import repeat

import structlog
from sqlmodel import Session

from engine.actions.actor import SYSTEM
from engine.actions.after_leaving import follow_up, record_left
from engine.actions.letter_resent import restate_late
from engine.actions.recalling import call_back_fallen
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step, Why, take
from engine.delivery.messages import Attachment, Outgoing, build
from engine.delivery.reply_tokens import mark_of, reply_headers
from engine.delivery.sending import Sender, sender_for
from engine.errors import (
    PermanentDeliveryError,
    RefusedSenderError,
    TemporaryDeliveryError,
    UnansweredDeliveryError,
)
from engine.models import OutboxAttachment, OutboxMessage
from engine.settings import load_settings
from engine.store import outbox, tickets
from engine.store.database import work
from engine.store.mail_names import name_of
from engine.store.outbox import PERHAPS_LEFT
from engine.terms import MessageStatus, TicketEvent

log = structlog.get_logger()
# Back-off of a mail server's "not now": 1, 5, 15 minutes, then every half hour for two days.
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
LATER = timedelta(minutes=30)
ATTEMPTS = 100
NO_MORE = f"试了 {ATTEMPTS} 次，不再自动重试"
MOST_REFUSALS = 3  # technical: of us, in a row, till the others of a batch are put off unasked
UNTRIED_FIRST = timedelta(seconds=1)  # technical: who was put off unasked comes first next time
# Technical: mails read together. The last is begun a minute before their mark ends: what passes
# about one mail ends sooner (WHOLE_MAIL_SECONDS in engine/delivery/timeouts.py).
AT_ONCE = 25
LINES = 2  # technical: connections to the mail server; while one waits for it, the other goes on
SENDING, STARTS_WITHIN = timedelta(minutes=2), timedelta(minutes=1)
NOT_LOOKED_AT = "发送出错：这份函的依据核对不了，没有发出"
NOT_RESTATED = "发送出错：这份函的反馈期限核对不了，没有发出"
COUNTED = {  # of what another sender had in hand; what was taken back is in no count
    MessageStatus.PENDING: "elsewhere", MessageStatus.SENT: "sent",
    MessageStatus.UNDELIVERED: "undelivered",
}  # fmt: skip


def deliver(ids: list[int], now: datetime) -> dict[str, int]:
    """Send the messages with those ids; return counts of sent, retry and undelivered.

    What another sender is sending at this moment is left to it, and counted as `elsewhere`. Of what
    left before, what has still to follow is carried out, in no count.
    """
    before = follow_up(ids, now)
    ids = [one for one in ids if one not in before]
    counts = Counter({"sent": 0, "retry": 0, "undelivered": 0})
    lines = LINES if len(ids) > AT_ONCE else 1
    with ThreadPoolExecutor(lines) as pool:
        parts = [ids[place::lines] for place in range(lines)]
        for became in pool.map(_deliver_on_a_line, parts, repeat(now)):
            counts.update(became)
    return dict(counts)


@dataclass
class _Line:
    """One connection to the mail server: what became of its mails, and how often it refused us.

    After `MOST_REFUSALS` in a row, of as many recipients, nobody else is tried: where one recipient
    takes mails of some people only, the next is taken and the row ends. Where the server refuses us
    before a recipient is named, one is enough. Whoever was not tried comes first the next time.
    """

    sender: Sender
    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)

    def hand_over(self, message_id: int, outgoing: Outgoing) -> None:
        """Send a mail, or put it off where the server takes nothing from us."""
        if len(self.refused) >= MOST_REFUSALS:
            became = _later(message_id, self.now, self.refused[-1], sooner=UNTRIED_FIRST)
        else:
            became = _deliver_one(self, message_id, outgoing)
        self.counts[became] += 1


def _deliver_on_a_line(ids: list[int], now: datetime) -> Counter[str]:
    """Send those messages over one connection to the mail server; return what became of them."""
    settings, left = load_settings(), list(ids)
    with sender_for(settings.smtp_url, settings.mailbox) as sender:
        line = _Line(sender, now)
        while left:
            some, left = left[:AT_ONCE], left[AT_ONCE:]
            left = _deliver_some(line, some) + left
    return line.counts


def _deliver_some(line: _Line, ids: list[int]) -> list[int]:
    """Send some messages one by one; return those whose turn did not come while they were marked.

    Each is recorded as soon as a server took it: a sender that dies repeats one mail at most.
    """
    for look, why in ((call_back_fallen, NOT_LOOKED_AT), (restate_late, NOT_RESTATED)):
        aside = look(ids, line.now)
        line.counts.update(_later(one, line.now, why) for one in aside)
        ids = [one for one in ids if one not in aside]
    mails, until = _begun(ids, line.counts), time.monotonic() + STARTS_WITHIN.total_seconds()
    while mails:
        line.hand_over(*mails.pop(0))
        if time.monotonic() > until:
            break
    late = [message_id for message_id, _ in mails]
    if late:
        with work() as session:
            outbox.leave_unsent(session, late)
    return late


def _begun(ids: list[int], counts: Counter[str]) -> list[tuple[int, Outgoing]]:
    """Mark and read what this sender may send, in that order; count what others send or sent."""
    with work() as session:
        begun = outbox.begin_sending(session, ids, SENDING)
        files = outbox.attachments(session, list(begun))
        if others := [one for one in ids if one not in begun]:
            stand = outbox.count_by_status(session, others)
            counts.update({name: stand.get(status, 0) for status, name in COUNTED.items()})
        mine = [one for one in ids if one in begun]
        return [(one, _outgoing(begun[one], files.get(one, ()))) for one in mine]


def _deliver_one(line: _Line, message_id: int, outgoing: Outgoing) -> str:
    refused, line.refused = line.refused, []
    try:
        line.sender.send(build(outgoing))
    except UnansweredDeliveryError as error:
        return _later(message_id, line.now, f"{PERHAPS_LEFT}：{error}")
    except RefusedSenderError as error:
        line.refused = [*refused, *[str(error)] * (MOST_REFUSALS if error.whoever else 1)]
        return _later(message_id, line.now, str(error))
    except TemporaryDeliveryError as error:
        return _later(message_id, line.now, str(error))
    except PermanentDeliveryError as error:
        return _never(message_id, line.now, str(error))
    except Exception as error:
        # One message that breaks the sender must not keep back those behind it.
        log.exception("mail_failed", message=message_id)
        return _later(message_id, line.now, f"发送出错：{type(error).__name__}")
    record_left(message_id, line.now)
    return "sent"


def _outgoing(message: OutboxMessage, files: Sequence[OutboxAttachment]) -> Outgoing:
    return Outgoing(
        message_id=message.message_id,
        to=message.recipient,
        subject=message.subject,
        text=message.text,
        html=message.html,
        attachments=tuple(Attachment(one.name, one.content_type, one.data) for one in files),
        sent_from=load_settings().mail_from,
        date=max(message.created_at, message.next_attempt_at),
        headers=_reply_headers(message),
    )


def _reply_headers(message: OutboxMessage) -> dict[str, str]:
    """Return the mark by which a unit's reply finds its ticket; only where mail is fetched.

    Letters are answered on their page, and a mail about no ticket has none to find.
    """
    settings = load_settings()
    ticket_id, unit_id = message.ticket_id, message.unit_id
    if not settings.takes_replies or message.letter_id or ticket_id is None or unit_id is None:
        return {}
    return reply_headers(settings.reply_to, mark_of(ticket_id, unit_id))


def _later(message_id: int, now: datetime, error: str, sooner: timedelta = timedelta(0)) -> str:
    with work() as session:
        message = outbox.message(session, message_id)
        message.attempts += 1
        message.last_error = _said(message, error)
        message.claimed_until = message.sending_until = None
        if message.attempts >= ATTEMPTS:
            given_up = f"{error.removesuffix('。').removesuffix('，稍后重试')}，{NO_MORE}。"
            message.status, message.last_error = MessageStatus.UNDELIVERED, _said(message, given_up)
            _record(session, message, now, given_up)
            return "undelivered"
        tries = message.attempts
        wait = BACK_OFF[tries - 1] if tries <= len(BACK_OFF) else LATER
        message.next_attempt_at = now + wait - sooner
    log.warning("mail_delayed", message=message_id, attempts=tries)
    return "retry"


def _never(message_id: int, now: datetime, error: str) -> str:
    with work() as session:
        message = outbox.message(session, message_id)
        message.attempts += 1
        message.status = MessageStatus.UNDELIVERED
        message.claimed_until = message.sending_until = None
        message.last_error = _said(message, error)
        _record(session, message, now, error)
    log.error("mail_undelivered", message=message_id)
    return "undelivered"


def _said(message: OutboxMessage, error: str) -> str:
    """Return what is noted of a failed attempt: that an earlier one may have arrived stays said."""
    doubt = PERHAPS_LEFT in message.last_error and PERHAPS_LEFT not in error
    return (f"{PERHAPS_LEFT}：{error}" if doubt else error)[:500]


def _record(session: Session, message: OutboxMessage, now: datetime, error: str) -> None:
    if message.ticket_id is None:
        return
    ticket = tickets.lock_ticket(session, message.ticket_id)
    step = Step(session, SYSTEM, now, rules_in_force(session))
    words = f"{name_of(session, message)}没有送达：{error[:200]}"
    take(step, ticket, TicketEvent.UNDELIVERED, Why(words))
