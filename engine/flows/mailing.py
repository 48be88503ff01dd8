"""Mail that comes in, and the daily words: what is stuck, what is owed (收信、卡住、摘要).

Running these twice or in two places is harmless: a mail is filed once, a day is told once.
"""

from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Outcome


class Mailing(Protocol):
    """The actions these orders call; `engine.actions.mailing` in life, a fake in tests."""

    def waiting(self, now: datetime) -> list[int]:
        """Return the keys of unread mails."""
        ...

    def fetch(self, keys: list[int], now: datetime) -> dict[str, int]:
        """File those mails; return how many became what."""
        ...

    def tell_stuck(self, now: datetime) -> dict[str, int]:
        """Mail supervisors what is stuck, once a day."""
        ...

    def daily_due(self, now: datetime) -> list[int]:
        """Return today, while nobody was told yet what they owe today."""
        ...

    def tell_daily(self, now: datetime) -> dict[str, int]:
        """Mail everybody who owns work what they owe today, once a day."""
        ...


def live() -> Mailing:
    """Return the actions on the database of this process."""
    from engine.actions import mailing

    return mailing


def fetch(actions: Mailing, ids: Ids, now: datetime) -> Outcome:
    """File those unread mails; one connection to the mailbox, so there are no pieces."""
    keys = list(ids)
    return Outcome(len(keys), actions.fetch(keys, now) if keys else {})


def tell_stuck(actions: Mailing, _ids: Ids, now: datetime) -> Outcome:
    """Tell supervisors what is stuck, if anything is."""
    counts = actions.tell_stuck(now)
    return Outcome(counts["stuck"], counts)


def tell_daily(actions: Mailing, _ids: Ids, now: datetime) -> Outcome:
    """Tell everybody what they owe today, if anything."""
    counts = actions.tell_daily(now)
    return Outcome(counts["recipients"], counts)
