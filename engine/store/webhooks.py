"""Queries about events pushed to other systems: claiming, what is due, what became of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, text
from sqlmodel import Session, col, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from engine.errors import NotFoundError
from engine.models import (
    Assignment,
    Clock,
    Ticket,
    TicketEventRecord,
    WebhookDelivery,
    WebhookSecret,
    WebhookSubscription,
)
from engine.terms import AssignmentRole, DeliveryState, WebhookStop

SHARE = 10  # one place in so many is kept for what was refused before


def subscriptions(session: Session) -> Sequence[WebhookSubscription]:
    """Return every subscription, oldest first."""
    return session.exec(select(WebhookSubscription).order_by(col(WebhookSubscription.id))).all()


def unheard(session: Session) -> Sequence[WebhookSubscription]:
    """Return the subscriptions that stopped by themselves: somebody should look."""
    query = select(WebhookSubscription).where(
        col(WebhookSubscription.stopped).in_([WebhookStop.GONE, WebhookStop.FAILING])
    )
    return session.exec(query.order_by(col(WebhookSubscription.id))).all()


def subscription(session: Session, number: int, *, lock: bool = False) -> WebhookSubscription:
    """Return one subscription.

    Raises:
        NotFoundError: there is none of that number.
    """
    found = session.get(WebhookSubscription, number, with_for_update=lock, populate_existing=lock)
    if found is None:
        message = f"没有编号为 {number} 的事件推送。"
        raise NotFoundError(message)
    return found


def claim(session: Session, now: datetime, until: datetime, limit: int) -> Sequence[int]:
    """Reserve subscriptions with something due for one sender; no lock is held while it sends."""
    free = or_(
        col(WebhookSubscription.claimed_until).is_(None),
        col(WebhookSubscription.claimed_until) <= now,
    )
    rested = or_(
        col(WebhookSubscription.not_before).is_(None), col(WebhookSubscription.not_before) <= now
    )
    query = (
        select(WebhookSubscription.id)
        .where(
            col(WebhookSubscription.stopped).is_(None), free, rested,
            or_(_something(_new(now)), _something(_refused(now))),
        )
        .order_by(col(WebhookSubscription.claimed_until).nulls_first(), col(WebhookSubscription.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    ids = session.exec(query).all()
    if ids:
        reserved = update(WebhookSubscription).where(col(WebhookSubscription.id).in_(ids))
        session.exec(reserved.values(claimed_until=until))
    return ids


def _due(now: datetime) -> ColumnElement[bool]:
    pending = col(WebhookDelivery.state) == DeliveryState.PENDING
    return and_(pending, col(WebhookDelivery.next_attempt_at) <= now)


def _new(now: datetime) -> ColumnElement[bool]:
    return and_(_due(now), col(WebhookDelivery.attempts) == 0)


def _refused(now: datetime) -> ColumnElement[bool]:
    return and_(_due(now), col(WebhookDelivery.attempts) > 0)


def _something(which: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = col(WebhookDelivery.subscription_id) == col(WebhookSubscription.id)
    return exists().where(mine, which)


def release(session: Session, number: int, until: datetime) -> None:
    """Give a reservation back, unless somebody else holds it by now."""
    mine = update(WebhookSubscription).where(
        col(WebhookSubscription.id) == number, col(WebhookSubscription.claimed_until) == until
    )
    session.exec(mine.values(claimed_until=None))


def due(
    session: Session, subscription_id: int, now: datetime, limit: int
) -> Sequence[WebhookDelivery]:
    """Return what is due for a subscription: the new in the order it was owed, then the refused.

    The refused come last, so that one that breaks the receiver holds up nothing, but a tenth of
    the places is kept for them, so that no backlog holds them up.
    """
    again = _of(subscription_id, _refused(now), limit).order_by(
        col(WebhookDelivery.next_attempt_at), col(WebhookDelivery.id)
    )
    refused = session.exec(again).all()
    places = limit - min(len(refused), max(1, limit // SHARE))
    new = _of(subscription_id, _new(now), places).order_by(col(WebhookDelivery.id))
    found = session.exec(new).all()
    return [*found, *refused[: limit - len(found)]]


def _of(
    subscription_id: int, which: ColumnElement[bool], limit: int
) -> SelectOfScalar[WebhookDelivery]:
    mine = WebhookDelivery.subscription_id == subscription_id
    return select(WebhookDelivery).where(mine, which).limit(limit)


def delivery(session: Session, number: int, *, lock: bool = False) -> WebhookDelivery | None:
    """Return one delivery, or nothing where there is none of that number."""
    return session.get(WebhookDelivery, number, with_for_update=lock, populate_existing=lock)


def secrets(session: Session, subscription_id: int, now: datetime) -> Sequence[WebhookSecret]:
    """Return the secrets a subscription signs with now, newest first."""
    alive = or_(col(WebhookSecret.expires_at).is_(None), col(WebhookSecret.expires_at) > now)
    query = select(WebhookSecret).where(WebhookSecret.subscription_id == subscription_id, alive)
    return session.exec(query.order_by(col(WebhookSecret.id).desc())).all()


def events(session: Session, ids: Sequence[int]) -> Sequence[tuple[TicketEventRecord, Ticket]]:
    """Return events with their tickets."""
    query = (
        select(TicketEventRecord, Ticket)
        .join(Ticket, col(Ticket.id) == col(TicketEventRecord.ticket_id))
        .where(col(TicketEventRecord.id).in_(ids))
    )
    return session.exec(query).all()


def tickets(session: Session, ids: Sequence[int]) -> dict[int, Ticket]:
    """Return tickets by their ids."""
    found = session.exec(select(Ticket).where(col(Ticket.id).in_(ids))).all()
    return {one.id: one for one in found}


def leads(session: Session, ticket_ids: Sequence[int]) -> Sequence[Assignment]:
    """Return every lead assignment of those tickets, ended ones too, oldest first."""
    query = select(Assignment).where(
        col(Assignment.ticket_id).in_(ticket_ids), Assignment.role == AssignmentRole.LEAD
    )
    return session.exec(query.order_by(col(Assignment.id))).all()


def clocks(session: Session, ticket_ids: Sequence[int]) -> Sequence[Clock]:
    """Return every clock of those tickets, oldest first."""
    query = select(Clock).where(col(Clock.ticket_id).in_(ticket_ids))
    return session.exec(query.order_by(col(Clock.id))).all()


def newest(
    session: Session, subscription_id: int, limit: int, state: DeliveryState | None = None
) -> Sequence[tuple[WebhookDelivery, TicketEventRecord | None, str | None]]:
    """Return the newest deliveries of a subscription with event and ticket number."""
    query = (
        select(WebhookDelivery, TicketEventRecord, Ticket.number)
        .join(
            TicketEventRecord,
            col(TicketEventRecord.id) == col(WebhookDelivery.event_id),
            isouter=True,
        )
        .join(Ticket, col(Ticket.id) == col(TicketEventRecord.ticket_id), isouter=True)
        .where(WebhookDelivery.subscription_id == subscription_id)
    )
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    found = session.exec(query.order_by(col(WebhookDelivery.id).desc()).limit(limit)).all()
    return [(one, record, number) for one, record, number in found]


def counts(session: Session) -> dict[tuple[int, DeliveryState], int]:
    """Return how many deliveries wait and how many are dead, by subscription."""
    query = text(
        "SELECT subscription_id, state, count(*) FROM webhook_delivery"
        " WHERE state IN ('pending', 'dead') GROUP BY subscription_id, state"
    )
    found = session.connection().execute(query)
    return {(row[0], DeliveryState.parse(row[1])): row[2] for row in found}


def replay_dead(session: Session, subscription_id: int, now: datetime) -> int:
    """Owe again everything that is dead; return how much."""
    return _again(session, subscription_id, now, col(WebhookDelivery.state) == DeliveryState.DEAD)


def replay_since(
    session: Session, subscription_id: int, since: datetime, now: datetime, types: Sequence[str]
) -> int:
    """Owe again every event recorded since then, those never owed too; return how many."""
    missing = text(
        "INSERT INTO webhook_delivery"
        " (subscription_id, event_id, state, created_at, next_attempt_at, attempts, last_error)"
        " SELECT :subscription, id, 'pending', :now, :now, 0, '' FROM ticket_event"
        " WHERE recorded_at >= :since AND (:every OR event = ANY(:types)) ORDER BY id"
        " ON CONFLICT (subscription_id, event_id) DO NOTHING"
    )
    made = session.connection().execute(
        missing,
        {
            "subscription": subscription_id, "now": now, "since": since, "every": not types,
            "types": list(types),
        },
    )  # fmt: skip
    newer = col(WebhookDelivery.event_id).in_(
        select(TicketEventRecord.id).where(col(TicketEventRecord.recorded_at) >= since)
    )
    settled = col(WebhookDelivery.state) != DeliveryState.PENDING
    return _count(made) + _again(session, subscription_id, now, newer & settled)


def _again(
    session: Session, subscription_id: int, now: datetime, which: ColumnElement[bool]
) -> int:
    statement = update(WebhookDelivery).where(
        col(WebhookDelivery.subscription_id) == subscription_id, which
    )
    values = {"state": DeliveryState.PENDING, "attempts": 0, "next_attempt_at": now,
              "settled_at": None}  # fmt: skip
    return _count(session.exec(statement.values(**values)))


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def tidy(session: Session, settled_before: datetime, unsent_before: datetime, limit: int) -> int:
    """Delete records that were kept long enough; return how many.

    What waits for a stopped subscriber counts as unsent; what is due is never deleted.
    """
    stopped = select(WebhookSubscription.id).where(col(WebhookSubscription.stopped).is_not(None))
    done = col(WebhookDelivery.state).in_([DeliveryState.DELIVERED, DeliveryState.WITHHELD])
    dead = col(WebhookDelivery.state) == DeliveryState.DEAD
    held = (col(WebhookDelivery.state) == DeliveryState.PENDING) & col(
        WebhookDelivery.subscription_id
    ).in_(stopped)
    old = or_(
        done & (col(WebhookDelivery.settled_at) < settled_before),
        dead & (col(WebhookDelivery.settled_at) < unsent_before),
        held & (col(WebhookDelivery.created_at) < unsent_before),
    )
    some = select(WebhookDelivery.id).where(old).limit(limit)
    return _count(session.exec(delete(WebhookDelivery).where(col(WebhookDelivery.id).in_(some))))


def forget_expired_secrets(session: Session, now: datetime) -> int:
    """Delete secrets that sign nothing any more; return how many."""
    over = delete(WebhookSecret).where(col(WebhookSecret.expires_at) <= now)
    return _count(session.exec(over))
