"""Pushing events to other systems: several receivers side by side, one piece for them all.

Running it twice, late or in two places at once is harmless: a receiver is leased to one sender.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Kind, Outcome, Run, carry_out, plainly

# As many receivers as are pushed to side by side: one that is slow holds up the others once.
LIMIT = 8
TIDY_LIMIT = 5000
PUSH = Kind("push-webhooks", single_up_to=0, chunk=LIMIT)


class Pushing(Protocol):
    """The actions these orders call; `engine.actions.webhook_sending` in life, a fake in tests."""

    def webhooks_due(self, now: datetime, limit: int) -> list[int]:
        """Reserve subscriptions with something due."""
        ...

    def push(self, ids: list[int], now: datetime) -> dict[str, int]:
        """Push what is due to reserved subscriptions."""
        ...

    def tidy_webhooks(self, now: datetime, limit: int) -> dict[str, int]:
        """Delete what was kept long enough."""
        ...


def live() -> Pushing:
    """Return the actions on the database of this process."""
    from engine.actions import webhook_sending

    return webhook_sending


def due(now: datetime) -> Ids:
    """Reserve subscriptions with something due, and return their ids."""
    return live().webhooks_due(now, LIMIT)


def push(actions: Pushing, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Push what is due to those reserved subscriptions."""

    def work(some: Ids) -> Mapping[str, int]:
        return actions.push(some, now)

    return carry_out(PUSH, ids, LIMIT, work, run)


def tidy(actions: Pushing, _ids: Ids, now: datetime) -> Outcome:
    """Delete what was kept long enough; there is nothing to cut into pieces."""
    counts = actions.tidy_webhooks(now, TIDY_LIMIT)
    return Outcome(sum(counts.values()), counts)
