"""What becomes of personal data (个人信息): sealed when plain, taken out when its time is over.

Running it twice or in two places is harmless: a row is done or it is not.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Outcome


class Keeping(Protocol):
    """The actions these orders call; `engine.actions.keeping` in life, a fake in tests."""

    def plain_rows(self) -> list[int]:
        """Return something when anything lies unsealed."""
        ...

    def seal_plain(self) -> Mapping[str, int]:
        """Seal what an older version wrote; return how many rows."""
        ...

    def take_out(self, now: datetime) -> Mapping[str, int]:
        """Take the requester out of tickets whose time is over; return how many."""
        ...


def live() -> Keeping:
    """Return the actions on the database of this process."""
    from engine.actions import keeping

    return keeping


def protect(actions: Keeping, _ids: Ids, _now: datetime) -> Outcome:
    """Seal what lies plain; the action cuts it into batches itself."""
    counts = dict(actions.seal_plain())
    return Outcome(sum(counts.values()), counts)


def retain(actions: Keeping, _ids: Ids, now: datetime) -> Outcome:
    """Take out what is due; the action cuts it into batches itself."""
    counts = dict(actions.take_out(now))
    return Outcome(sum(counts.values()), counts)
