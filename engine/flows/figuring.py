"""Keeps the summaries of the indicators (指标汇总); see `engine.actions.figures`.

Running it twice or in two places is harmless: days are counted again, never added to.
"""

from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Outcome


class Figuring(Protocol):
    """The action this order calls; `engine.actions.figure_keeping` in life, a fake in tests."""

    def keep(self, now: datetime) -> int:
        """Bring the summaries up to now; return how many days were counted again."""
        ...


def live() -> Figuring:
    """Return the action on the database of this process."""
    from engine.actions import figure_keeping

    return figure_keeping


def keep(actions: Figuring, _ids: Ids, now: datetime) -> Outcome:
    """Bring the summaries up to now; there is nothing to cut into pieces."""
    days = actions.keep(now)
    return Outcome(days, {"days": days})
