"""Whether the recurring jobs still run (看门狗), as their heartbeats tell.

Nothing is lost while they stand still; but nobody is reminded, and no mail leaves.
"""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, select

from engine.models import Heartbeat

# Jobs by the clock; every other one runs at least every five minutes.
DAILY = frozenset({
    "stuck", "retain", "tidy", "learn", "alarm", "tidy_desks", "housekeeping",
})  # fmt: skip
LATE, LATE_DAILY = timedelta(minutes=15), timedelta(hours=26)
SILENT = timedelta(minutes=5)


def is_late(beat: Heartbeat, now: datetime) -> bool:
    """Return whether one job has not run for longer than it ever pauses."""
    return now - beat.ran_at > (LATE_DAILY if beat.name in DAILY else LATE)


def silent_since(session: Session, now: datetime) -> datetime | None:
    """Return since when no job ran at all; None while one does, or before the first ever did."""
    last = session.exec(select(func.max(Heartbeat.ran_at))).one()
    return last if last is not None and now - last > SILENT else None
