"""What a receiver's answer means: taken, tried again, given up, or nothing more is pushed to it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from engine.actions import audit, post
from engine.actions.actor import SYSTEM
from engine.actions.audit import Note
from engine.actions.post import Addressee, Mail
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.delivery.line import Reply
from engine.models import Account, WebhookDelivery, WebhookSubscription
from engine.rules import pushing
from engine.rules.rule_set import RuleSet
from engine.settings import load_settings
from engine.store import webhooks
from engine.store.database import work
from engine.terms import DeliveryState, NoticeKind, Recipient, Role, Urgency, WebhookStop

log = structlog.get_logger()
GONE = 410
SERVER_ERROR = 500
# What a receiver says that is busy or has lost its head, not of this one message.
BUSY = frozenset({408, 425, 429})
DRAWS = 1000


@dataclass(frozen=True)
class Outcome:
    """What became of a message, and whether to go on with this receiver at once."""

    word: str
    go_on: bool


@dataclass(frozen=True)
class _Answer:
    """A reply with what it is to be noted on."""

    session: Session
    to: WebhookSubscription
    rows: Sequence[WebhookDelivery]
    reply: Reply
    at: datetime
    rules: RuleSet

    @property
    def in_trouble(self) -> bool:
        """Return whether the receiver, not the message, seems to be what failed."""
        status = self.reply.status
        return status is None or status >= SERVER_ERROR or status in BUSY


def note(subscription_id: int, ids: Sequence[int], reply: Reply, at: datetime) -> Outcome:
    """Write down what came of a message, in a transaction of its own."""
    with work() as session:
        to = webhooks.subscription(session, subscription_id, lock=True)
        found = [webhooks.delivery(session, one, lock=True) for one in sorted(ids)]
        rows = [one for one in found if one is not None and one.state is DeliveryState.PENDING]
        for row in rows:
            row.last_status, row.last_error, row.last_ms = reply.status, reply.error, reply.ms
        return _noted(_Answer(session, to, rows, reply, at, rules_in_force(session)))


def _noted(answer: _Answer) -> Outcome:
    if answer.reply.taken:
        return _taken(answer)
    log.warning(
        "webhook_refused", subscription=answer.to.id, status=answer.reply.status,
        ms=answer.reply.ms,
    )  # fmt: skip
    answer.to.failing_since = answer.to.failing_since or answer.at
    if answer.reply.status == GONE:
        stop(answer.session, answer.to, WebhookStop.GONE, answer.at)
        return Outcome("gone", go_on=False)
    if answer.reply.reached:
        _try_later(answer)
    if answer.in_trouble:
        _rest(answer)
    if pushing.gives_up(answer.to.failing_since, answer.at, answer.rules):
        stop(answer.session, answer.to, WebhookStop.FAILING, answer.at)
        return Outcome("stopped", go_on=False)
    return Outcome("refused" if answer.reply.reached else "away", go_on=not answer.in_trouble)


def _taken(answer: _Answer) -> Outcome:
    for row in answer.rows:
        row.state, row.settled_at = DeliveryState.DELIVERED, answer.at
        row.attempts += 1
    to = answer.to
    to.failures, to.failing_since, to.not_before, to.last_ok_at = 0, None, None, answer.at
    return Outcome("delivered", go_on=to.stopped is None)


def _try_later(answer: _Answer) -> None:
    """Let each message be tried again by its own schedule; used up, it is dead.

    A receiver that was never reached uses up no attempt: an outage kills no message.
    """
    for row in answer.rows:
        row.attempts += 1
        next_at = pushing.retry_at(row.attempts, answer.at, answer.rules, _draw())
        if next_at is None:
            row.state, row.settled_at = DeliveryState.DEAD, answer.at
            log.error("webhook_dead", subscription=answer.to.id, delivery=row.id)
        else:
            row.next_attempt_at = max(next_at, answer.at + _asked(answer))


def _rest(answer: _Answer) -> None:
    """Leave a receiver in trouble alone for a while, longer each time."""
    to = answer.to
    to.failures += 1
    until = pushing.paused_until(to.failures, answer.at, answer.rules, _draw())
    to.not_before = max(until, answer.at + _asked(answer))


def _asked(answer: _Answer) -> timedelta:
    return answer.reply.retry_after or timedelta()


def _draw() -> float:
    return secrets.randbelow(DRAWS) / DRAWS


def stop(session: Session, to: WebhookSubscription, why: WebhookStop, at: datetime) -> None:
    """Push nothing more to a subscriber; what waits is kept, and administrators are told."""
    if to.stopped is not None:
        return
    to.stopped, to.stopped_at = why, at
    log.error("webhook_stopped", subscription=to.id, why=why.value)
    step = Step(session, SYSTEM, at, rules_in_force(session))
    details = {"name": to.name, "why": why.value}
    audit.note(session, SYSTEM, at, Note(f"webhook:{to.id}", "stopped", details))
    _tell_administrators(step, to, why)


def _tell_administrators(step: Step, to: WebhookSubscription, why: WebhookStop) -> None:
    settings = load_settings()
    link = f"{settings.link_base}/admin/webhooks/{to.id}"
    what = f"“{to.name}”已停止推送：{why.label}。待发的都留着，修好后在页面上启用即补发。"
    facts = {
        "items": [{"number": "事件推送", "kind": "停用告知", "what": what, "due_on": None,
                   "link": link}],
        "link": link, "confidential": False, "hotline_name": settings.hotline_name,
        "contact": settings.contact,
    }  # fmt: skip
    query = select(Account.email).where(Account.role == Role.ADMINISTRATOR, col(Account.active))
    key = f"webhook-stopped:{to.id}:{step.now.isoformat()}"
    mail = Mail(key=key, kind=NoticeKind.DIGEST, facts=facts, urgency=Urgency.URGENT)
    found = [one for one in step.session.exec(query).all() if one]
    post.post(step, None, mail, [Addressee(one, Recipient.SUPERVISOR) for one in found])
