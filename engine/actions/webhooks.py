"""What an administrator does with events pushed to other systems (事件推送).

Secrets are shown once, when they are made; kept sealed, and never shown again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, update

from engine.actions import audit
from engine.actions.audit import Note
from engine.actions.step import Step
from engine.delivery.outside import Policy, target_of
from engine.delivery.sealing import seal
from engine.delivery.signing import new_secret
from engine.errors import BadInputError, ConflictError, NotFoundError, PermanentDeliveryError
from engine.models import WebhookDelivery, WebhookSecret, WebhookSubscription
from engine.rules import pushing
from engine.store import api_views, webhooks
from engine.store.database import wake
from engine.terms import DeliveryState, TicketEvent, WebhookFormat, WebhookStop

LONGEST_NAME = 80
LARGEST_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class SubscriptionForm:
    """What a subscription is to be; no events named means every event."""

    name: str
    url: str
    events: Sequence[TicketEvent] = ()
    format: WebhookFormat = WebhookFormat.STANDARD
    private: bool = False
    batch_size: int = 100


def subscribe(step: Step, form: SubscriptionForm) -> tuple[WebhookSubscription, str]:
    """Make a subscription and return it with its secret, which is never shown again.

    Raises:
        BadInputError: names every field that is wrong.
        ConflictError: a subscription of that name is there already: mostly a form sent twice.
    """
    _check(form)
    _refuse_twin(step.session, form.name.strip())
    made = WebhookSubscription(
        name=form.name.strip(), url=form.url.strip(), event_types=_types(form),
        format=form.format, private=form.private, batch_size=form.batch_size,
        created_at=step.now, created_by_id=step.actor.account_id,
    )  # fmt: skip
    step.session.add(made)
    step.session.flush()
    _note(step, made, "made")
    return made, _new_secret(step, made)


def change(step: Step, number: int, form: SubscriptionForm) -> WebhookSubscription:
    """Change a subscription; what waits is made anew, in the shape it has from now on.

    Raises:
        BadInputError: names every field that is wrong.
    """
    _check(form)
    found = webhooks.subscription(step.session, number, lock=True)
    found.name, found.url, found.event_types = form.name.strip(), form.url.strip(), _types(form)
    found.format, found.private, found.batch_size = form.format, form.private, form.batch_size
    found.not_before, found.failures = None, 0
    waiting = update(WebhookDelivery).where(
        col(WebhookDelivery.subscription_id) == number,
        col(WebhookDelivery.state) == DeliveryState.PENDING,
    )
    step.session.exec(waiting.values(payload=None))
    _note(step, found, "changed")
    wake(step.session, "webhook")
    return found


def _check(form: SubscriptionForm) -> None:
    fields: dict[str, str] = {}
    if not form.name.strip() or len(form.name.strip()) > LONGEST_NAME:
        fields["name"] = f"请写推给哪个系统，最多 {LONGEST_NAME} 字。"
    try:
        target_of(form.url.strip(), Policy.of_settings())
    except PermanentDeliveryError as error:
        fields["url"] = str(error)
    if not 1 <= form.batch_size <= LARGEST_BATCH:
        fields["batch_size"] = f"每批 1 到 {LARGEST_BATCH} 件。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _types(form: SubscriptionForm) -> list[str]:
    return [one.value for one in TicketEvent if one in form.events]


def _refuse_twin(session: Session, name: str) -> None:
    api_views.lock_names(session, [f"webhook:{name}"])
    if any(one.name == name for one in webhooks.subscriptions(session)):
        words = f"已有推送“{name}”。没看到签名密钥的，请在它的页面更换一个；或换个名称。"
        raise ConflictError(words, fields={"name": words})


def _new_secret(step: Step, to: WebhookSubscription) -> str:
    secret = new_secret()
    made = WebhookSecret(subscription_id=to.id, sealed=seal(secret), made_at=step.now)
    step.session.add(made)
    step.session.flush()
    return secret


def _note(step: Step, to: WebhookSubscription, action: str, **more: object) -> None:
    details = {"name": to.name, "url": to.url, "private": to.private, **more}
    audit.note(step.session, step.actor, step.now, Note(f"webhook:{to.id}", action, details))


def rotate(step: Step, number: int) -> tuple[WebhookSubscription, str]:
    """Give a subscription another secret; the old one signs beside it for the set days.

    Raises:
        ConflictError: a change is under way: two secrets are valid already.
    """
    found = webhooks.subscription(step.session, number, lock=True)
    valid = webhooks.secrets(step.session, number, step.now)
    if len(valid) > 1:
        words = "刚更换过，新旧两个签名密钥都有效。没看到新密钥的，请先停用旧密钥，再更换一次。"
        raise ConflictError(words)
    ends = pushing.old_secret_ends(step.now, step.rules)
    for one in valid:
        one.expires_at = ends
    _note(step, found, "secret_changed")
    return found, _new_secret(step, found)


def end_old_secret(step: Step, number: int) -> WebhookSubscription:
    """Let the replaced secret of a subscription sign nothing any more, at once."""
    found = webhooks.subscription(step.session, number, lock=True)
    for one in webhooks.secrets(step.session, number, step.now)[1:]:
        one.expires_at = step.now
    _note(step, found, "old_secret_ended")
    return found


def switch(step: Step, number: int, *, on: bool) -> WebhookSubscription:
    """Stop pushing to a subscriber, or begin again: then what waits is pushed at once."""
    found = webhooks.subscription(step.session, number, lock=True)
    if not on:
        found.stopped = found.stopped or WebhookStop.BY_HAND
        found.stopped_at = found.stopped_at or step.now
        _note(step, found, "stopped")
        return found
    found.stopped = found.stopped_at = found.failing_since = found.not_before = None
    found.failures = 0
    _note(step, found, "started")
    wake(step.session, "webhook")
    return found


def try_out(step: Step, number: int) -> WebhookSubscription:
    """Owe a subscriber a trial message (试发), pushed at once even if it rests from a failure.

    Raises:
        ConflictError: it is stopped.
    """
    found = _running(step, number)
    step.session.add(
        WebhookDelivery(
            subscription_id=number, state=DeliveryState.PENDING, created_at=step.now,
            next_attempt_at=step.now,
        )
    )  # fmt: skip
    wake(step.session, "webhook")
    return found


def _running(step: Step, number: int) -> WebhookSubscription:
    """Return a subscription that is not stopped; whatever it rests from, it is asked again now."""
    found = webhooks.subscription(step.session, number, lock=True)
    if found.stopped is not None:
        message = f"“{found.name}”已停止推送（{found.stopped.label}），请先启用。"
        raise ConflictError(message)
    found.not_before = None
    return found


def replay_one(step: Step, number: int, delivery_id: int) -> None:
    """Owe one event to a subscriber again, under the same webhook-id.

    Raises:
        NotFoundError: it has no such delivery.
    """
    _running(step, number)
    found = webhooks.delivery(step.session, delivery_id, lock=True)
    if found is None or found.subscription_id != number:
        message = f"没有编号为 {delivery_id} 的推送记录。"
        raise NotFoundError(message)
    found.state, found.attempts, found.next_attempt_at = DeliveryState.PENDING, 0, step.now
    found.settled_at = None
    wake(step.session, "webhook")


def replay_dead(step: Step, number: int) -> int:
    """Owe a subscriber everything again that did not arrive; return how much."""
    found = _running(step, number)
    count = webhooks.replay_dead(step.session, number, step.now)
    _note(step, found, "replayed_dead", count=count)
    wake(step.session, "webhook")
    return count


def replay_since(step: Step, number: int, since: datetime) -> int:
    """Owe a subscriber every event again that was recorded since a moment; return how many.

    Those never owed come too: what happened before it subscribed, or while it was stopped.
    """
    found = _running(step, number)
    count = webhooks.replay_since(step.session, number, since, step.now, found.event_types)
    _note(step, found, "replayed_since", since=since.isoformat(), count=count)
    wake(step.session, "webhook")
    return count
