"""A simulated clock: it jumps from one thing that falls due to the next, and misses none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlmodel import col, select

from engine.actions import background
from engine.models import Clock, OutboxMessage
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date, shanghai_moment
from engine.store.database import work
from engine.terms import ClockState, MessageStatus

BATCH = 500


@dataclass(frozen=True)
class Machinery:
    """What moves waiting work at a moment: routing, the sweep, the post."""

    route: Callable[[datetime], object]
    sweep: Callable[[datetime], object]
    send: Callable[[datetime], object]


def _route(now: datetime) -> None:
    for ticket_id in background.tickets_to_route(BATCH):
        background.route_one(ticket_id, now)


def _sweep(now: datetime) -> None:
    for clock_id in background.clocks_due(now, BATCH):
        background.climb_one(clock_id, now)


def _send(now: datetime) -> None:
    background.deliver(background.messages_due(now, BATCH), now)


PLAIN = Machinery(_route, _sweep, _send)


class Clockwork:
    """The simulated present; `advance` lets everything due on the way happen in its turn."""

    def __init__(
        self, now: datetime, machinery: Machinery = PLAIN,
        seen: Callable[[datetime], None] | None = None,
    ) -> None:  # fmt: skip
        """Start at `now`; `seen` is called after each moment at which something happened."""
        self.now = now
        self.machinery = machinery
        self.seen = seen or (lambda _: None)

    def advance(self, to: datetime) -> None:
        """Go to `to`, stopping at each rung and each held mail that falls due before it."""
        while (due := next_due(to)) is not None:
            self.now = max(due, self.now)
            self.machinery.sweep(self.now)
            self.machinery.send(self.now)
            self.seen(self.now)
        self.now = max(to, self.now)

    def settle(self) -> None:
        """Let what waits at this moment be routed and mailed."""
        self.machinery.route(self.now)
        self.machinery.send(self.now)
        self.seen(self.now)


def next_due(until: datetime) -> datetime | None:
    """Return when the next rung or mail of anything falls due, if not after `until`."""
    rungs = (
        select(Clock.next_rung_at)
        .where(Clock.state == ClockState.RUNNING, col(Clock.next_rung_at) <= until,
               Clock.stuck_reason == "")
        .order_by(col(Clock.next_rung_at))
        .limit(1)
    )  # fmt: skip
    mails = (
        select(OutboxMessage.next_attempt_at)
        .where(OutboxMessage.status == MessageStatus.PENDING,
               col(OutboxMessage.next_attempt_at) <= until)
        .order_by(col(OutboxMessage.next_attempt_at))
        .limit(1)
    )  # fmt: skip
    with work() as session:
        found = [session.exec(rungs).first(), session.exec(mails).first()]
    return min((one for one in found if one is not None), default=None)


def working_days_before(now: datetime, days: int, at: time, rules: RuleSet) -> datetime:
    """Return the Shanghai time `at` on the working day that lies `days` working days before."""
    day = shanghai_date(now)
    while days > 0:
        day -= timedelta(days=1)
        days -= rules.calendar.is_working_day(day)
    return shanghai_moment(day, at)
