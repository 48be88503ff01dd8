"""What time alone brings: another calendar, windows that end in silence, what was held back.

Running these twice, late or in two places is harmless: each piece is worked off once.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from engine.flows.batches import Ids, Kind, Outcome, Run, carry_out, plainly
from engine.flows.orders import LIMIT, Background

RECOMPUTE = Kind("recompute")
WINDOW = Kind("close-window")
SILENCE = Kind("deem-accepted")
RELEASE = Kind("release")


def recompute(actions: Background, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Recount those clocks by the calendar loaded now, nearest due first."""

    def work(some: Ids) -> Mapping[str, int]:
        return Counter(actions.recompute_one(clock_id, now) for clock_id in some)

    return carry_out(RECOMPUTE, ids, LIMIT, work, run)


def close_windows(actions: Background, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Close those evaluation windows; whom silence entitles to a call is called."""

    def work(some: Ids) -> Mapping[str, int]:
        return Counter(actions.close_window(link_id, now) for link_id in some)

    return carry_out(WINDOW, ids, LIMIT, work, run)


def release(actions: Background, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Dispatch those tickets, which can no longer be taken back, as they were chosen."""

    def work(some: Ids) -> Mapping[str, int]:
        return Counter(actions.release_one(ticket_id, now) for ticket_id in some)

    return carry_out(RELEASE, ids, LIMIT, work, run)


def tidy(actions: Background, _ids: Ids, now: datetime) -> Outcome:
    """Forget drafts and files that nobody needs; there is nothing to cut into pieces."""
    counts = actions.tidy(now)
    return Outcome(sum(counts.values()), counts)


def tell_alarms(actions: Background, _ids: Ids, now: datetime) -> Outcome:
    """Tell supervisors today's alarms, if there are any; there is nothing to cut into pieces."""
    counts = actions.tell_calendar_alarms(now)
    return Outcome(counts["alarms"], counts)


def deem_accepted(actions: Background, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Record of those tickets that silence has accepted them."""

    def work(some: Ids) -> Mapping[str, int]:
        return Counter(deemed=sum(actions.deem_accepted(ticket_id, now) for ticket_id in some))

    return carry_out(SILENCE, ids, LIMIT, work, run)
