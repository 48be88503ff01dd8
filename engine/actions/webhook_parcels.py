"""Packs what is due for a subscriber: one event a message, or many in a batch."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from engine.actions import event_feed
from engine.actions.rules_in_force import rules_in_force
from engine.delivery import events
from engine.models import WebhookDelivery, WebhookSubscription
from engine.rules import pushing
from engine.store import webhooks
from engine.terms import DeliveryState, WebhookFormat

AT_ONCE = 50
CONTENT_TYPES = {
    WebhookFormat.STANDARD: events.JSON,
    WebhookFormat.CLOUDEVENTS: events.CLOUDEVENT,
    WebhookFormat.CLOUDEVENTS_BATCH: events.CLOUDEVENTS_BATCH,
}


@dataclass(frozen=True)
class Parcel:
    """One message: its id stays the same for the same content, however often it is sent."""

    message_id: str
    body: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Turn:
    """What is to be sent to one subscriber now, and how long it may take to answer each time.

    `withheld` is how many were set aside.
    """

    subscription_id: int
    url: str
    content_type: str
    longest: timedelta
    sealed: tuple[bytes, ...]
    parcels: tuple[Parcel, ...]
    withheld: int


def next_turn(session: Session, subscription_id: int, now: datetime) -> Turn | None:
    """Return what is due for a subscription, or nothing when it is stopped or all is sent."""
    subscription = webhooks.subscription(session, subscription_id)
    if subscription.stopped is not None:
        return None
    batch = subscription.format is WebhookFormat.CLOUDEVENTS_BATCH
    limit = subscription.batch_size if batch else AT_ONCE
    found = webhooks.due(session, subscription_id, now, limit)
    if not found:
        return None
    ready = _filled(session, subscription, found, now)
    parcels = _batches(subscription_id, ready) if batch else _singles(subscription_id, ready)
    sealed = tuple(one.sealed for one in webhooks.secrets(session, subscription_id, now))
    return Turn(
        subscription_id, subscription.url, CONTENT_TYPES[subscription.format],
        pushing.longest_wait(now, rules_in_force(session)), sealed, parcels,
        len(found) - len(ready),
    )  # fmt: skip


def _filled(
    session: Session, to: WebhookSubscription, found: Sequence[WebhookDelivery], now: datetime
) -> list[WebhookDelivery]:
    """Return the deliveries with their payload; what the subscriber may not know is set aside.

    Whether it may know is asked each time: a ticket may have become confidential meanwhile.
    """
    records = webhooks.events(session, [one.event_id for one in found if one.event_id is not None])
    visible = records if to.private else event_feed.for_everybody(session, records)
    shapes = {one.id: _shape(to, one) for one in event_feed.told(session, visible)}
    ready = []
    for one in found:
        if one.event_id is not None and one.event_id not in shapes:
            one.state, one.settled_at, one.payload = DeliveryState.WITHHELD, now, None
            continue
        one.payload = one.payload or shapes.get(one.event_id or 0) or _trial(to, one)
        ready.append(one)
    return ready


def _shape(to: WebhookSubscription, told: events.Told) -> str:
    if to.format is WebhookFormat.STANDARD:
        return events.written(events.standard(told))
    return events.written(events.cloudevent(told, event_feed.source()))


def _trial(to: WebhookSubscription, one: WebhookDelivery) -> str:
    as_cloudevent = to.format is not WebhookFormat.STANDARD
    return events.written(
        events.trial(one.id, one.created_at, event_feed.source(), as_cloudevent=as_cloudevent)
    )


def _singles(subscription_id: int, ready: Sequence[WebhookDelivery]) -> tuple[Parcel, ...]:
    return tuple(
        Parcel(f"msg_{subscription_id}_{_name(one)}", one.payload or "", (one.id,)) for one in ready
    )


def _batches(subscription_id: int, ready: Sequence[WebhookDelivery]) -> tuple[Parcel, ...]:
    """Return one batch of what was never refused; what was refused goes one by one.

    So an event that a receiver cannot take does not take the others of its batch with it.
    """
    refused = [[one] for one in ready if one.attempts]
    fresh = [one for one in ready if not one.attempts]
    return tuple(_batch(subscription_id, some) for some in (fresh, *refused) if some)


def _batch(subscription_id: int, some: Sequence[WebhookDelivery]) -> Parcel:
    names = "\n".join(_name(one) for one in some)
    digest = hashlib.sha256(names.encode()).hexdigest()[:24]
    body = f"[{','.join(one.payload or '' for one in some)}]"
    return Parcel(f"msg_{subscription_id}_{digest}", body, tuple(one.id for one in some))


def _name(one: WebhookDelivery) -> str:
    return str(one.event_id) if one.event_id is not None else f"trial-{one.id}"
