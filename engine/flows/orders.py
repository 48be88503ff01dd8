"""What comes after what, without Prefect: each order takes ids, works them off and adds up.

Running an order twice, late or in two places at once is harmless: the actions claim unique rows.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from engine.flows.batches import Ids, Kind, Outcome, Run, carry_out, plainly

LIMIT = 1000
# A claim on messages ends after two minutes: claim about as many as can be sent by then. One that
# is late all the same has one sender only: it is marked before the server is spoken to.
SEND_LIMIT = 400
SKIPPED = "skipped"  # somebody else has the ticket, or had it

ROUTE = Kind("route")
CLIMB = Kind("climb")
# Messages go in one piece up to two hundred: a piece opens its connections to the mail server,
# which is outside and may be away for a moment. The outbox tries a message again, much later.
SEND = Kind("send", single_up_to=0, chunk=200, retry_after_seconds=(1, 5))


class Background(Protocol):
    """The actions that flows call; `engine.actions.background` in life, a fake in tests."""

    def tickets_to_route(self, limit: int) -> list[int]:
        """Return tickets nobody has routed."""
        ...

    def still_to_route(self, ticket_ids: list[int]) -> list[int]:
        """Return which of those tickets still wait for routing."""
        ...

    def route_one(self, ticket_id: int, now: datetime) -> str:
        """Route one ticket."""
        ...

    def held_over(self, now: datetime, limit: int) -> list[int]:
        """Return tickets that can no longer be taken back."""
        ...

    def release_one(self, ticket_id: int, now: datetime) -> str:
        """Dispatch one of them as it was chosen."""
        ...

    def clocks_due(self, now: datetime, limit: int) -> list[int]:
        """Return clocks with a rung due."""
        ...

    def climb_many(self, clock_ids: list[int], now: datetime) -> dict[int, list[str]]:
        """Climb what fell due on these clocks; return the rungs by clock."""
        ...

    def clocks_to_recompute(self, now: datetime, limit: int) -> list[int]:
        """Return clocks counted by another calendar version."""
        ...

    def recompute_one(self, clock_id: int, now: datetime) -> str:
        """Recount one clock."""
        ...

    def windows_over(self, now: datetime, limit: int) -> list[int]:
        """Return evaluation links whose window ended in silence."""
        ...

    def close_window(self, link_id: int, now: datetime) -> str:
        """Close one window."""
        ...

    def refusals_over(self, now: datetime, limit: int) -> list[int]:
        """Return tickets whose proposed refusal nobody decided in time."""
        ...

    def deem_accepted(self, ticket_id: int, now: datetime) -> bool:
        """Record that silence accepted one ticket."""
        ...

    def tell_calendar_alarms(self, now: datetime) -> dict[str, int]:
        """Mail supervisors which calendars are missing, once a day."""
        ...

    def tidy(self, now: datetime) -> dict[str, int]:
        """Forget drafts and files that nobody needs."""
        ...

    def messages_due(self, now: datetime, limit: int) -> list[int]:
        """Reserve messages that are due."""
        ...

    def deliver(self, ids: list[int], now: datetime) -> dict[str, int]:
        """Send reserved messages."""
        ...

    def beat(self, name: str, now: datetime, ok: bool, details: dict[str, object]) -> None:
        """Record that a job ran."""
        ...


def live() -> Background:
    """Return the actions on the database of this process."""
    from engine.actions import background

    return background


def route(actions: Background, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Route those tickets, oldest first; where another worker is at them, from the middle on."""

    def work(some: Ids) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        left = list(some)
        while left:
            became = actions.route_one(left.pop(0), now)
            counts[became] += 1
            if became == SKIPPED:
                left = _from_the_middle(actions.still_to_route(left))
        return counts

    return carry_out(ROUTE, ids, LIMIT, work, run)


def _from_the_middle(ids: Ids) -> Ids:
    """Two workers that met at one ticket would meet at each: one goes on where nobody is."""
    middle = len(ids) // 2
    return ids[middle:] + ids[:middle]


def watch(actions: Background, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Climb the ladder on those clocks, longest due first."""

    def work(some: Ids) -> Mapping[str, int]:
        climbed = actions.climb_many(some, now)
        return Counter(rung for rungs in climbed.values() for rung in rungs)

    return carry_out(CLIMB, ids, LIMIT, work, run)


def send(actions: Background, ids: Ids, now: datetime, run: Run = plainly) -> Outcome:
    """Send those reserved messages, fifty to a connection."""

    def work(some: Ids) -> Mapping[str, int]:
        return actions.deliver(some, now)

    return carry_out(SEND, ids, SEND_LIMIT, work, run)
