"""Brings the kept summaries of the indicators up to now, in a transaction of its own."""

from datetime import datetime

from engine.actions.figures import refresh
from engine.actions.rules_in_force import rules_in_force
from engine.store.database import work


def keep(now: datetime) -> int:
    """Bring the summaries up to now; return how many days were counted again."""
    with work() as session:
        return refresh(session, rules_in_force(session), now)
