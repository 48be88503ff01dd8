"""Steps with subscriptions: made, pushed to at a moment, looked at afterwards."""

import json

from sqlmodel import col, select

from engine.actions import webhook_sending, webhooks
from engine.actions.webhooks import SubscriptionForm
from engine.models import WebhookDelivery, WebhookSubscription
from engine.store.database import work
from tests.builders import doing, moment

ADMINISTRATOR = "guanli"
EARLY = "Mon 2026-11-23 08:00"


def a_subscription(url: str, now: str = EARLY, **changes) -> tuple[int, str]:
    """Make a subscription and return its number and its secret."""
    form = SubscriptionForm(**{"name": "监测平台", "url": url, **changes})
    made, secret = doing(now, ADMINISTRATOR, lambda step: webhooks.subscribe(step, form))
    return made.id, secret


def pushed(now: str) -> dict[str, int]:
    """Push once what is due at a Shanghai moment and return the counts."""
    at = moment(now)
    return webhook_sending.push(webhook_sending.webhooks_due(at, 8), at)


def the_subscription(number: int = 1) -> WebhookSubscription:
    with work() as session:
        return session.get_one(WebhookSubscription, number)


def deliveries(state: str = "") -> list[WebhookDelivery]:
    """Return the deliveries, oldest first; those in one state where one is named."""
    with work() as session:
        found = session.exec(select(WebhookDelivery).order_by(col(WebhookDelivery.id))).all()
        return [one for one in found if state in ("", one.state.value)]


def shapes(receiver) -> list[dict]:
    """Return what a receiver got, read as JSON."""
    return [json.loads(body) for body in receiver.bodies]


def types(receiver) -> list[str]:
    return [one["type"].removeprefix("hotline.ticket.") for one in shapes(receiver)]
