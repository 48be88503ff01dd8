"""After a calendar was published: recount the clocks counted by another one, batch by batch.

Running it twice, late or in two places is harmless: a recounted clock carries the new version.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Kind, Outcome, Run, carry_out, plainly
from engine.flows.orders import LIMIT

RECOMPUTE = Kind("recompute")


class Recomputing(Protocol):
    """The actions this order calls; `engine.actions.background` in life, a fake in tests."""

    def clocks_to_recompute(self, now: datetime, limit: int) -> list[int]:
        """Return clocks counted by another calendar version."""
        ...

    def recompute_one(self, clock_id: int, now: datetime) -> str:
        """Recount one clock."""
        ...


def live() -> Recomputing:
    """Return the actions on the database of this process."""
    from engine.actions import background

    return background


def recompute(actions: Recomputing, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Recount those clocks, nearest due first."""

    def work(some: Ids) -> Mapping[str, int]:
        return Counter(actions.recompute_one(clock_id, now) for clock_id in some)

    return carry_out(RECOMPUTE, ids, LIMIT, work, run)
