"""Queries about mails that came in."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, and_, col, func, or_, select

from engine.errors import NotFoundError
from engine.models import MailReply, OutboxMessage, Ticket
from engine.store.writing import write_once
from engine.terms import MailReplyStatus

# Begins the reason of a mail that was put away as it came, and ends that of one of which nothing
# could be taken out of the mailbox.
BY_MACHINE = "自动回复或已读回执，不作拟答复"
IN_MAILBOX = "原信在收信邮箱里"
PUT_AWAY_AS_IT_CAME = and_(
    MailReply.status == MailReplyStatus.PUT_AWAY, col(MailReply.settled_by_id).is_(None),
    col(MailReply.reason).startswith(BY_MACHINE),
)  # fmt: skip
UNREAD = and_(MailReply.status == MailReplyStatus.ASIDE, col(MailReply.reason).endswith(IN_MAILBOX))


def keep(session: Session, reply: MailReply) -> int | None:
    """Write a mail once; return its id, or nothing when it is here already."""
    return write_once(session, reply, "digest")


def one(session: Session, reply_id: int, *, lock: bool = False) -> MailReply:
    """Return one mail, locked when asked.

    Raises:
        NotFoundError: there is none.
    """
    query = select(MailReply).where(MailReply.id == reply_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        message = "没有这封来信。"
        raise NotFoundError(message)
    return found


def aside(session: Session, limit: int = 100) -> Sequence[MailReply]:
    """Return the mails a person must look at, oldest first."""
    query = select(MailReply).where(MailReply.status == MailReplyStatus.ASIDE)
    return session.exec(query.order_by(col(MailReply.id)).limit(limit)).all()


def waits(session: Session, digest: str) -> bool:
    """Return whether a mail is a proposed answer of an open ticket, or may still become one."""
    proposed = and_(MailReply.status == MailReplyStatus.PROPOSED, col(Ticket.closed_at).is_(None))
    waiting = or_(MailReply.status == MailReplyStatus.ASIDE, PUT_AWAY_AS_IT_CAME, proposed)
    query = select(MailReply.id).join(Ticket, col(Ticket.id) == MailReply.ticket_id, isouter=True)
    return session.exec(query.where(MailReply.digest == digest, waiting)).first() is not None


def known(session: Session, digests: Sequence[str]) -> Mapping[str, MailReply]:
    """Return those of some mails that are here, by what tells them from every other."""
    query = select(MailReply).where(col(MailReply.digest).in_(digests))
    return {one.digest: one for one in session.exec(query)} if digests else {}


def count_unread(session: Session) -> int:
    """Return how many mails in the mailbox could not be read and wait for a person."""
    return session.exec(select(func.count()).where(UNREAD).select_from(MailReply)).one()


def count_aside(session: Session) -> int:
    """Return how many mails wait for a person."""
    query = select(func.count()).where(MailReply.status == MailReplyStatus.ASIDE)
    return session.exec(query.select_from(MailReply)).one()


def by_machines(session: Session, limit: int = 20) -> Sequence[MailReply]:
    """Return the newest mails that were put away as they came, for a machine wrote them."""
    query = select(MailReply).where(PUT_AWAY_AS_IT_CAME)
    return session.exec(query.order_by(col(MailReply.id).desc()).limit(limit)).all()


def proposed(session: Session, ticket_id: int, unit_id: int | None = None) -> Sequence[MailReply]:
    """Return the proposed answers to a ticket, of one unit when given, newest first."""
    query = select(MailReply).where(
        MailReply.ticket_id == ticket_id, MailReply.status == MailReplyStatus.PROPOSED
    )
    if unit_id is not None:
        query = query.where(MailReply.unit_id == unit_id)
    return session.exec(query.order_by(col(MailReply.id).desc())).all()


def mail_with_id(session: Session, message_id: str) -> OutboxMessage | None:
    """Return the mail of ours that carries a Message-ID, locked."""
    query = select(OutboxMessage).where(OutboxMessage.message_id == message_id)
    return session.exec(query.with_for_update()).one_or_none()


def sent_to(session: Session, ticket_id: int, unit_id: int) -> Sequence[tuple[str, str]]:
    """Return what we wrote to a unit about a ticket: each mail's text and HTML."""
    query = select(OutboxMessage.text, OutboxMessage.html).where(
        OutboxMessage.ticket_id == ticket_id, OutboxMessage.unit_id == unit_id
    )
    return session.exec(query).all()
