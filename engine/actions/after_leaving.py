"""What must follow once a mail has left (送出后的记录): a letter's reply, a first contact.

It is recorded with the leaving. What breaks is set aside beside it, is seen on 系统状态, and is
tried again until it is done: the mail itself leaves once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.actions.assignment_arrival import contact_from_now
from engine.actions.letter_arrival import count_from_leaving
from engine.errors import EngineError, UnavailableError
from engine.store import leaving, outbox, set_aside
from engine.store.database import work
from engine.store.leaving import Left
from engine.terms import AsideWork

log = structlog.get_logger()
WHAT = AsideWork.AFTER_LEAVING
TRIED_AGAIN = timedelta(minutes=5)  # technical: after an attempt that broke
LONGEST_REASON = 300


def record_left(message_id: int, now: datetime) -> None:
    """Record that a server took a mail, with what its leaving sets going; at least that it left."""
    try:
        with work() as session:
            _follow(session, message_id, leaving.record_sent(session, message_id, now), now)
    except Exception as error:
        # What cannot follow must neither send the mail twice nor keep back those behind it.
        log.exception("mail_left_uncounted", message=message_id)
        with work() as session:
            leaving.record_sent(session, message_id, now)
            _put_aside(session, message_id, error, now)


def left_behind(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return the mails whose following broke some minutes ago and is to be tried again."""
    return set_aside.tried_before(session, WHAT, now - TRIED_AGAIN, limit)


def follow_up(ids: Sequence[int], now: datetime) -> Sequence[int]:
    """Carry out what must still follow of these mails; return those that had left before."""
    with work() as session:
        late = set_aside.among(session, WHAT, ids)
    for message_id in late:
        _follow_late(message_id, now)
    return late


def _follow_late(message_id: int, now: datetime) -> None:
    try:
        with work() as session:
            if set_aside.take(session, WHAT, message_id):  # else somebody else has done it
                _follow(session, message_id, leaving.what_follows(session, message_id), now)
    except UnavailableError:
        raise
    except Exception as error:
        log.exception("mail_left_uncounted", message=message_id)
        with work() as session:
            _put_aside(session, message_id, error, now)


def _follow(session: Session, message_id: int, left: Left, now: datetime) -> None:
    if left.letter_id is not None:
        count_from_leaving(session, message_id, now)
    if left.untold is not None:
        contact_from_now(session, left.untold, now)


def _put_aside(session: Session, message_id: int, error: Exception, now: datetime) -> None:
    ticket_id = outbox.message(session, message_id).ticket_id
    if ticket_id is not None:
        reason = str(error) if isinstance(error, EngineError) else type(error).__name__
        set_aside.put(session, WHAT, message_id, ticket_id, reason=reason[:LONGEST_REASON], at=now)
