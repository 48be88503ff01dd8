"""The nightly learning of routing (派单学习); see `engine.actions.learning` for what it decides.

Running it twice or in two places is harmless: what was learned already is not written again.
"""

from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Outcome


class Learning(Protocol):
    """The action this order calls; `engine.actions.learning` in life, a fake in tests."""

    def learn_now(self, now: datetime) -> tuple[str, int]:
        """Learn, and return what came of it and from how many tickets."""
        ...


def live() -> Learning:
    """Return the action on the database of this process."""
    from engine.actions import learning

    return learning


def learn(actions: Learning, _ids: Ids, now: datetime) -> Outcome:
    """Learn from every settled ticket; there is nothing to cut into pieces."""
    outcome, tickets = actions.learn_now(now)
    return Outcome(tickets, {outcome: 1})
