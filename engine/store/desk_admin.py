"""What the administrator's pages show: health, mail, people, units, keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from engine.models import (
    Account,
    AccountSession,
    ApiKey,
    ApiKeyDay,
    Clock,
    Heartbeat,
    OutboxMessage,
    ReferenceData,
    SetAside,
    Ticket,
    Unit,
)
from engine.rules.shanghai import shanghai_date
from engine.store import set_aside
from engine.store.mail_queue import MailQueue, mail_queue
from engine.terms import ClockState, MessageStatus, TicketStatus

PAGE = 60


@dataclass(frozen=True)
class Health:
    """How the machinery stands: who last ran, what waits, what was set aside."""

    heartbeats: Sequence[Heartbeat]
    to_route: int
    clocks_due: int
    mails: MailQueue
    mails_failed: Sequence[OutboxMessage]
    stuck_tickets: Sequence[Ticket]
    stuck_clocks: Sequence[tuple[Clock, Ticket]]
    set_aside: Sequence[tuple[SetAside, Ticket]]
    reference: Sequence[ReferenceData]
    signed_in: int


def health(session: Session, now: datetime) -> Health:
    """Return the state of the installation's own parts."""
    return Health(
        heartbeats=session.exec(select(Heartbeat).order_by(col(Heartbeat.name))).all(),
        to_route=_count(session, Ticket.status == TicketStatus.ACCEPTED),
        clocks_due=_count(
            session, (col(Clock.state) == ClockState.RUNNING) & (col(Clock.next_rung_at) <= now)
        ),
        mails=mail_queue(session, now),
        mails_failed=failed_mails(session, 20),
        stuck_tickets=_stuck_tickets(session), stuck_clocks=_stuck_clocks(session),
        set_aside=set_aside.listed(session),
        reference=session.exec(select(ReferenceData).order_by(col(ReferenceData.id).desc())).all(),
        signed_in=_count(
            session,
            col(AccountSession.revoked_at).is_(None) & (col(AccountSession.expires_at) > now),
        ),
    )  # fmt: skip


def _count(session: Session, where) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return session.exec(select(func.count()).where(where)).one()


def _stuck_tickets(session: Session) -> Sequence[Ticket]:
    query = select(Ticket).where(Ticket.status == TicketStatus.ACCEPTED, Ticket.routing_error != "")
    return session.exec(query.order_by(col(Ticket.id)).limit(50)).all()


def _stuck_clocks(session: Session) -> Sequence[tuple[Clock, Ticket]]:
    query = (
        select(Clock, Ticket)
        .join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .where(Clock.state == ClockState.RUNNING, Clock.stuck_reason != "")
        .limit(50)
    )
    return session.exec(query).all()


def failed_mails(session: Session, limit: int) -> Sequence[OutboxMessage]:
    """Return the mails a person must look at, newest first."""
    query = select(OutboxMessage).where(OutboxMessage.status == MessageStatus.UNDELIVERED)
    return session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(limit)).all()


def mails(session: Session, before: int | None, limit: int = 50) -> Sequence[OutboxMessage]:
    """Return outgoing mails, newest first, down from a key."""
    query = select(OutboxMessage)
    if before is not None:
        query = query.where(col(OutboxMessage.id) < before)
    return session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(limit)).all()


def accounts(
    session: Session, words: str = "", after: int = 0, limit: int = PAGE
) -> tuple[Sequence[tuple[Account, Unit | None]], int]:
    """Return a page of the accounts with their units, and the key of the next.

    `words` are part of an account, of a name, or of a unit's name.
    """
    query = select(Account, Unit).join(Unit, col(Unit.id) == col(Account.unit_id), isouter=True)
    if words:
        texts = (col(Account.username), col(Account.name), col(Unit.name))
        query = query.where(or_(*(one.contains(words, autoescape=True) for one in texts)))
    query = query.where(col(Account.id) > after).order_by(col(Account.id)).limit(limit + 1)
    found = [(account, unit) for account, unit in session.exec(query)]
    return found[:limit], found[limit - 1][0].id if len(found) > limit else 0


def units(session: Session) -> Sequence[Unit]:
    """Return every unit, those switched off too, in registry order."""
    return session.exec(select(Unit).order_by(col(Unit.id))).all()


def units_with_people(session: Session) -> set[str]:
    """Return the names of the units for which somebody can sign in."""
    query = (
        select(Unit.name)
        .join(Account, col(Account.unit_id) == col(Unit.id))
        .where(Account.active, col(Unit.active))
        .distinct()
    )
    return set(session.exec(query))


def keys(session: Session) -> Sequence[ApiKey]:
    """Return every API key, newest first."""
    return session.exec(select(ApiKey).order_by(col(ApiKey.id).desc())).all()


def calls_today(session: Session, now: datetime) -> dict[int, int]:
    """Return how often each key was used on this Shanghai day, as far as it is written down."""
    query = select(ApiKeyDay.api_key_id, ApiKeyDay.calls).where(ApiKeyDay.on == shanghai_date(now))
    return dict(session.exec(query).all())
