"""Sealing and checking the audit log; see `engine.actions.auditing`. Twice or late is harmless."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Kind, Outcome, Run, carry_out, plainly

CHECK = Kind("check-audit")
LIMIT = 10


class Auditing(Protocol):
    """The actions these orders call; `engine.actions.auditing` in life, a fake in tests."""

    def seal(self, now: datetime) -> int:
        """Seal what was written since the last seal."""
        ...

    def checks_waiting(self, now: datetime) -> list[int]:
        """Return the checks that wait."""
        ...

    def carry_out_check(self, check_id: int, now: datetime) -> str:
        """Read the log through."""
        ...


def live() -> Auditing:
    """Return the actions on the database of this process."""
    from engine.actions import auditing

    return auditing


def seal(actions: Auditing, _ids: Ids, now: datetime) -> Outcome:
    """Seal both logs; there is nothing to cut into pieces."""
    rows = actions.seal(now)
    return Outcome(rows, {"sealed": rows})


def check(actions: Auditing, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Carry out those checks."""

    def work(some: Ids) -> Mapping[str, int]:
        return Counter(actions.carry_out_check(check_id, now) for check_id in some)

    return carry_out(CHECK, ids, LIMIT, work, run)
