"""Queries about outgoing messages."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select, update

from engine.models import Account, Clock, OutboxAttachment, OutboxMessage, Ticket
from engine.store.ahead import LADDER, ahead_of
from engine.store.together import key_of
from engine.store.unsent import unsent
from engine.store.writing import write_once, write_row
from engine.terms import ClockState, MessageStatus, NoticeKind, Role, Rung

SWEEP_TAKES = timedelta(minutes=2)
STORMS_AT_ONCE, MOST_FOLDED = 100, 2000
FOLDED = "已并入后一封通知"
ASSIGNMENT = "assignment:"  # begins the key of the mail of an assignment
MOOT = "时限已停或已改，不再提醒"
PERHAPS_LEFT = "可能已送出"  # in what is noted of an attempt of which nobody knows how it ended
BROKE_OFF = f"{PERHAPS_LEFT}：上次发送时程序中断，没有记下结果"


def owe(session: Session, message: OutboxMessage) -> int | None:
    """Write an outgoing message once; return its id, or nothing when it is owed already."""
    if message.ticket_id is not None and ahead_of(session, message.ticket_id) is not None:
        # The claim of its rung, in this chunk, says that nobody owed it before.
        return cast("int", key_of(write_row(session, message)))
    return write_once(session, message, "key", "recipient")


def ladder_key(clock: Clock, rung: Rung) -> str:
    """Return what is owed for a rung of a clock: once for each due date it has."""
    return f"{LADDER}{clock.id}:{clock.due_on:%Y%m%d}:{rung.value}"


def ladder_clock(message: OutboxMessage) -> int:
    """Return the clock a ladder's message is about."""
    return int(message.key.removeprefix(LADDER).partition(":")[0])


def fold(session: Session, ticket_id: int, addresses: Sequence[str]) -> Sequence[OutboxMessage]:
    """Take back a ticket's unsent ladder messages to these addresses, and return them.

    One that a sender has reserved is on its way and stays.
    """
    ahead = ahead_of(session, ticket_id)
    if ahead is None:
        return take_back(session, ticket_id, addresses, LADDER)
    held = ahead.held.get(ticket_id, [])
    found = [m for m in held if m.recipient in addresses and m.status is MessageStatus.PENDING]
    ahead.held[ticket_id] = [mail for mail in held if mail not in found]
    return _superseded(found)


def take_back(
    session: Session, ticket_id: int, addresses: Sequence[str], prefix: str,
    *, kind: NoticeKind | None = None,
) -> Sequence[OutboxMessage]:  # fmt: skip
    """Take back a ticket's unsent messages of a kind of key to these addresses, and return them."""
    which = [
        col(OutboxMessage.ticket_id) == ticket_id, col(OutboxMessage.recipient).in_(addresses),
        col(OutboxMessage.key).startswith(prefix),
        *([col(OutboxMessage.kind) == kind] if kind else []),
    ]  # fmt: skip
    return _superseded(unsent(session, *which))


def _superseded(found: Sequence[OutboxMessage]) -> Sequence[OutboxMessage]:
    for message in found:
        message.status, message.last_error = MessageStatus.SUPERSEDED, FOLDED
    return found


def drop_moot(session: Session, now: datetime) -> None:
    """Take back warnings that were held so long that their clock stopped or its date moved."""
    still = select(Clock.id).where(
        Clock.state == ClockState.RUNNING,
        col(OutboxMessage.key).startswith(
            func.concat(LADDER, Clock.id, ":", func.to_char(Clock.due_on, "YYYYMMDD"), ":")
        ),
        Clock.ticket_id == OutboxMessage.ticket_id,
    )
    moot = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.status) == MessageStatus.PENDING,
            col(OutboxMessage.next_attempt_at) <= now,
            col(OutboxMessage.kind) == NoticeKind.WARNING,
            col(OutboxMessage.key).startswith(LADDER),
            nobody_sends_it(),
            ~still.exists(),
        )
        .values(status=MessageStatus.SUPERSEDED, last_error=MOOT)
    )
    session.exec(moot)


def claim(session: Session, now: datetime, limit: int, lease: timedelta) -> Sequence[int]:
    """Reserve due messages for one sender for `lease`; no lock is held while they are sent.

    One of a ladder waits while the sweep that wrote it goes on: what is still to come to the same
    person goes into the same mail.
    """
    free = or_(col(OutboxMessage.claimed_until).is_(None), col(OutboxMessage.claimed_until) <= now)
    due = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.status == MessageStatus.PENDING,
            OutboxMessage.next_attempt_at <= now,
            free,
            nobody_sends_it(),
            ~_awaits_the_sweep(now),
        )
        .order_by(col(OutboxMessage.next_attempt_at), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.exec(due).all()
    if ids:
        statement = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids))
        session.exec(statement.values(claimed_until=now + lease))
    return ids


def storms(
    session: Session, now: datetime, kinds: Sequence[NoticeKind], least: int
) -> list[list[OutboxMessage]]:
    """Return the due ladder messages of recipients who would get `least` and more, locked.

    One list a recipient, oldest first; letters and what a sender has reserved are not among them.
    """
    due = (
        col(OutboxMessage.status) == MessageStatus.PENDING,
        col(OutboxMessage.next_attempt_at) <= now,
        col(OutboxMessage.kind).in_(kinds),
        col(OutboxMessage.key).startswith(LADDER),
        col(OutboxMessage.letter_id).is_(None),
        col(OutboxMessage.claimed_until).is_(None),
        ~_awaits_the_sweep(now),
    )
    many = select(OutboxMessage.recipient).where(*due).group_by(OutboxMessage.recipient)
    whom = session.exec(many.having(func.count() >= least).limit(STORMS_AT_ONCE)).all()
    query = select(OutboxMessage).where(*due, col(OutboxMessage.recipient).in_(whom))
    locked = query.order_by(col(OutboxMessage.id)).limit(MOST_FOLDED)
    found: dict[str, list[OutboxMessage]] = {}
    for one in session.exec(locked.with_for_update(skip_locked=True)) if whom else ():
        found.setdefault(one.recipient, []).append(one)
    return [mails for mails in found.values() if len(mails) >= least]


def under(session: Session, key: str) -> Sequence[OutboxMessage]:
    """Return the mails that are owed, or were, under a key."""
    return session.exec(select(OutboxMessage).where(OutboxMessage.key == key)).all()


def owed(session: Session, key: str) -> bool:
    """Return whether a mail is owed, or was, to anybody under a key."""
    query = select(OutboxMessage.id).where(OutboxMessage.key == key)
    return session.exec(query).first() is not None


def owed_to(session: Session, key: str, address: str) -> bool:
    """Return whether a mail is owed, or was, to an address under a key."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.key == key, OutboxMessage.recipient == address
    )
    return session.exec(query).first() is not None


def begin_sending(
    session: Session, message_ids: Sequence[int], for_at_most: timedelta
) -> Mapping[int, OutboxMessage]:
    """Mark pending messages as being sent and return them by id, without what others send.

    Counted by the database's clock: the clocks of two machines differ, and a repeated flow run
    comes with the same ids. The mark of a sender that died ends by itself, and may stand for a mail
    that a server took: the doubt is noted.
    """
    free = select(OutboxMessage).where(
        col(OutboxMessage.id).in_(message_ids),
        OutboxMessage.status == MessageStatus.PENDING,
        nobody_sends_it(),
    )
    found = session.exec(free.order_by(col(OutboxMessage.id)).with_for_update())
    begun = {key_of(one): one for one in found}
    for one in begun.values():
        if one.sending_until is not None and PERHAPS_LEFT not in one.last_error:
            one.last_error = BROKE_OFF
    session.flush()
    _mark(session, list(begun), func.clock_timestamp() + for_at_most)
    return begun


def leave_unsent(session: Session, message_ids: Sequence[int]) -> None:
    """Take the mark off messages whose sender did not come to them in time."""
    _mark(session, message_ids, None)


def _mark(session: Session, message_ids: Sequence[int], until: object) -> None:
    if message_ids:
        statement = update(OutboxMessage).where(col(OutboxMessage.id).in_(message_ids))
        unread = {"synchronize_session": False}
        session.exec(statement.values(sending_until=until), execution_options=unread)


def count_by_status(session: Session, message_ids: Sequence[int]) -> Mapping[MessageStatus, int]:
    """Return how many of those messages stand how."""
    status = col(OutboxMessage.status)
    query = select(status, func.count()).where(col(OutboxMessage.id).in_(message_ids))
    return {MessageStatus.parse(one): count for one, count in session.exec(query.group_by(status))}


def _awaits_the_sweep(now: datetime) -> ColumnElement[bool]:
    """Return which messages wait: those of a ladder, for as long as a sweep takes at most."""
    rung_due = select(Clock.id).where(
        Clock.state == ClockState.RUNNING,
        col(Clock.next_rung_at) <= now,
        Clock.stuck_reason == "",
    )
    return and_(
        col(OutboxMessage.key).startswith(LADDER),
        col(OutboxMessage.next_attempt_at) > now - SWEEP_TAKES,
        rung_due.exists(),
    )


def nobody_sends_it() -> ColumnElement[bool]:
    """Return which mails no sender talks to a mail server about, by the database's clock."""
    until = col(OutboxMessage.sending_until)
    return or_(until.is_(None), until <= func.clock_timestamp())


def message(session: Session, message_id: int) -> OutboxMessage:
    """Return one outgoing message."""
    return session.get_one(OutboxMessage, message_id)


def attachments(
    session: Session, message_ids: Sequence[int]
) -> Mapping[int, Sequence[OutboxAttachment]]:
    """Return the files that go with messages, by message."""
    query = select(OutboxAttachment).where(col(OutboxAttachment.message_id).in_(message_ids))
    found: dict[int, list[OutboxAttachment]] = {}
    for one in session.exec(query.order_by(col(OutboxAttachment.id))):
        found.setdefault(one.message_id, []).append(one)
    return found


class SentFile(NamedTuple):
    """An attachment with the state of its mail."""

    status: MessageStatus
    data: bytes


def files_named(session: Session, ticket_id: int, unit_id: int, name: str) -> Sequence[SentFile]:
    """Return the files of a name that a unit was or is to be sent of a ticket, oldest first."""
    query = (
        select(OutboxMessage.status, OutboxAttachment.data)
        .join(OutboxAttachment, col(OutboxAttachment.message_id) == OutboxMessage.id)
        .where(OutboxMessage.ticket_id == ticket_id, OutboxMessage.unit_id == unit_id)
        .where(OutboxAttachment.name == name)
    )
    found = session.exec(query.order_by(col(OutboxMessage.id)))
    return [SentFile(MessageStatus.parse(status), data) for status, data in found]


def of_ticket(session: Session, ticket_id: int) -> Sequence[OutboxMessage]:
    """Return the messages about a ticket, oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.ticket_id == ticket_id)
    return session.exec(query.order_by(col(OutboxMessage.id))).all()


def to_unit(
    session: Session, unit_id: int, ticket: Ticket, since: datetime
) -> Sequence[OutboxMessage]:
    """Return the mails to a unit, owed since a moment, that are about a ticket or list it.

    Not those to people of the hotline, who are told of a unit's tickets too.
    """
    ours = select(Account.email).where(col(Account.role).in_((Role.OPERATOR, Role.SUPERVISOR)))
    query = select(OutboxMessage).where(
        OutboxMessage.unit_id == unit_id, col(OutboxMessage.created_at) >= since,
        or_(
            OutboxMessage.ticket_id == ticket.id,
            and_(col(OutboxMessage.ticket_id).is_(None),
                 col(OutboxMessage.text).contains(ticket.number)),
        ),
        col(OutboxMessage.recipient).not_in(ours),
    )  # fmt: skip
    return session.exec(query).all()


def undelivered(session: Session, limit: int = 100) -> Sequence[OutboxMessage]:
    """Return the messages that a person must look at, newest first."""
    query = select(OutboxMessage).where(OutboxMessage.status == MessageStatus.UNDELIVERED)
    return session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(limit)).all()
