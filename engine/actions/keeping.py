"""What the scheduler asks of personal data (个人信息): is anything plain, is anything over."""

from collections.abc import Mapping
from datetime import datetime

from engine.actions import personal, retention
from engine.store import personal as store
from engine.store.database import work


def plain_rows() -> list[int]:
    """Return something when an older version left anything unsealed; two looks at an index."""
    with work() as session:
        return [0] if store.has_plain(session) else []


def seal_plain() -> Mapping[str, int]:
    """Seal it, batch after batch; return how many rows."""
    return personal.seal_all()


def take_out(now: datetime) -> Mapping[str, int]:
    """Take the requester out of tickets whose time is over; return how many."""
    return retention.run(now)
