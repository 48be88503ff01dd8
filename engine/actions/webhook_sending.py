"""Pushes events to other systems: holds no lock and no transaction while it talks to them.

One worker at a time pushes to a subscription, by a lease on its row; what a worker does not finish
in its turn, or leaves behind when it dies, waits for the next. So a receiver gets events in order
as long as it takes them, and at least once.
"""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from engine.actions import webhook_replies
from engine.actions.rules_in_force import rules_in_force
from engine.actions.webhook_parcels import Parcel, Turn, next_turn
from engine.delivery.line import Line, Reply
from engine.delivery.sealing import unseal
from engine.delivery.signing import signed
from engine.errors import UnavailableError
from engine.rules import pushing
from engine.store import webhooks
from engine.store.database import work

log = structlog.get_logger()
# A turn begins no new push after TURN, and a push takes no longer than its own limit: both
# together stay far below the lease, so that two workers never push to one receiver.
LEASE = timedelta(minutes=2)
TURN = timedelta(seconds=10)
SIDE_BY_SIDE = 8


def webhooks_due(now: datetime, limit: int) -> list[int]:
    """Reserve subscriptions with something due for this sender, and return their ids."""
    with work() as session:
        return list(webhooks.claim(session, now, now + LEASE, limit))


def push(ids: list[int], now: datetime) -> dict[str, int]:
    """Push what is due to reserved subscriptions, side by side; return what became of how many."""
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(min(len(ids), SIDE_BY_SIDE) or 1, "webhook") as pool:
        for found in pool.map(lambda one: _guarded(one, now), ids):
            counts.update(found)
    return dict(counts)


def _guarded(subscription_id: int, now: datetime) -> Counter[str]:
    try:
        return _turn(subscription_id, now)
    except UnavailableError:
        raise
    except Exception:
        # One subscription that breaks the sender must not keep back the others.
        log.exception("webhook_failed", subscription=subscription_id)
        return Counter(failed=1)


def _turn(subscription_id: int, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    moments = _Moments(now)
    with _released(subscription_id, now + LEASE):
        line: Line | None = None
        try:
            while (turn := _next(subscription_id, moments)) is not None:
                counts["withheld"] += turn.withheld
                line = line or Line(turn.url, min(turn.longest, LEASE / 2)).__enter__()
                if not _send_all(turn, line, moments, counts):
                    break
        finally:
            if line is not None:
                line.__exit__(None, None, None)
    return +counts


class _Moments:
    """The moments of a turn: the one it was begun at, and how far real time has gone since."""

    def __init__(self, begun: datetime) -> None:
        self._begun, self._since = begun, time.monotonic()

    def now(self) -> datetime:
        return self._begun + timedelta(seconds=time.monotonic() - self._since)

    def over(self) -> bool:
        return self.now() - self._begun >= TURN


@contextmanager
def _released(subscription_id: int, until: datetime) -> Iterator[None]:
    """Give the reservation back at the end, whatever happened."""
    try:
        yield
    finally:
        with work() as session:
            webhooks.release(session, subscription_id, until)


def _next(subscription_id: int, moments: _Moments) -> Turn | None:
    if moments.over():
        return None
    with work() as session:
        return next_turn(session, subscription_id, moments.now())


def _send_all(turn: Turn, line: Line, moments: _Moments, counts: Counter[str]) -> bool:
    """Send one parcel after another; return whether to go on with this receiver now."""
    for parcel in turn.parcels:
        if moments.over():
            return False
        reply = _send(turn, parcel, line, moments.now())
        outcome = webhook_replies.note(turn.subscription_id, parcel.ids, reply, moments.now())
        counts[outcome.word] += len(parcel.ids)
        if not outcome.go_on:
            return False
    return True


def _send(turn: Turn, parcel: Parcel, line: Line, at: datetime) -> Reply:
    try:
        secrets = [unseal(one) for one in turn.sealed]
    except UnavailableError as error:
        return Reply(None, str(error), 0, reached=False)
    headers = signed(parcel.message_id, parcel.body, at, secrets)
    headers["Content-Type"] = f"{turn.content_type}; charset=utf-8"
    return line.post(parcel.body.encode(), headers, at)


def tidy_webhooks(now: datetime, limit: int) -> dict[str, int]:
    """Delete records of pushes kept long enough, and secrets that sign nothing any more."""
    counts: Counter[str] = Counter()
    with work() as session:
        kept = pushing.kept(now, rules_in_force(session))
        counts["secrets"] += webhooks.forget_expired_secrets(session, now)
    deleted = limit
    while deleted == limit:
        with work() as session:
            deleted = webhooks.tidy(session, kept.settled_since, kept.unsent_since, limit)
        counts["deleted"] += deleted
    return dict(counts)
