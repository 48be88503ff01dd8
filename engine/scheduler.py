"""What runs when: one table of jobs, ticked by APScheduler and woken by PostgreSQL's NOTIFY.

A tick asks one cheap question first and starts nothing when nothing waits. What waits goes through
Prefect; while Prefect is away the same order is carried out plainly, and the heartbeat says so.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine import clock
from engine.errors import EngineError, UnavailableError
from engine.flows import auditing, figuring, keeping, learning, mailing, orders, pushing, upkeep
from engine.flows.batches import Ids, Outcome
from engine.flows.door import Door
from engine.flows.orders import Background
from engine.rules.shanghai import SHANGHAI

log = structlog.get_logger()
IDLE_BEAT_EVERY = timedelta(seconds=15)
# A backlog is worked off batch after batch within one tick, up to here; then the next tick goes on.
BATCHES_A_TICK = 50


@dataclass(frozen=True)
class Job:
    """One line of the table: when it ticks, what wakes it, what waits, and its flow.

    `find` is the cheap question; without it the job always runs. `plain` is the order without
    Prefect; a job without it needs Prefect and waits for it.
    """

    name: str
    flow: str
    when: Mapping[str, Any]
    wakes: frozenset[str] = frozenset()
    find: Callable[[Background, datetime], Ids] | None = None
    plain: Callable[[Background, Ids, datetime], Outcome] | None = None
    at_start: bool = True


JOBS = (
    Job(
        "route", "route_tickets", {"trigger": "interval", "seconds": 2}, frozenset({"ticket"}),
        lambda actions, _now: actions.tickets_to_route(orders.LIMIT), orders.route,
    ),
    Job(
        "release", "release_held", {"trigger": "interval", "seconds": 2}, frozenset(),
        lambda actions, now: actions.held_over(now, orders.LIMIT), upkeep.release,
    ),
    Job(
        "send", "send_messages", {"trigger": "interval", "seconds": 2}, frozenset({"outbox"}),
        lambda actions, now: actions.messages_due(now, orders.SEND_LIMIT), orders.send,
    ),
    Job(
        "watch", "watch_clocks", {"trigger": "interval", "seconds": 30}, frozenset({"clock"}),
        lambda actions, now: actions.clocks_due(now, orders.LIMIT), orders.watch,
    ),
    Job(
        "recompute", "recompute_deadlines", {"trigger": "interval", "seconds": 60},
        frozenset({"rules"}),
        lambda actions, now: actions.clocks_to_recompute(now, orders.LIMIT), upkeep.recompute,
    ),
    Job(
        "windows", "close_windows", {"trigger": "interval", "seconds": 60}, frozenset(),
        lambda actions, now: actions.windows_over(now, orders.LIMIT), upkeep.close_windows,
    ),
    Job(
        "silence", "deem_accepted", {"trigger": "interval", "seconds": 60}, frozenset(),
        lambda actions, now: actions.refusals_over(now, orders.LIMIT), upkeep.deem_accepted,
    ),
    Job(
        "push", "push_webhooks", {"trigger": "interval", "seconds": 2}, frozenset({"webhook"}),
        lambda _actions, now: pushing.due(now),
        lambda _actions, ids, now: pushing.push(pushing.live(), ids, now),
    ),
    Job(
        "tidy", "tidy_webhooks",
        {"trigger": "cron", "hour": 3, "minute": 40, "timezone": SHANGHAI},
        plain=lambda _actions, ids, now: pushing.tidy(pushing.live(), ids, now), at_start=False,
    ),
    Job(
        "learn", "learn_routing",
        {"trigger": "cron", "hour": 2, "minute": 30, "timezone": SHANGHAI},
        plain=lambda _actions, ids, now: learning.learn(learning.live(), ids, now), at_start=False,
    ),
    Job(
        "seal", "seal_audit", {"trigger": "interval", "seconds": 300},
        plain=lambda _actions, ids, now: auditing.seal(auditing.live(), ids, now), at_start=False,
    ),
    Job(
        "check", "check_audit", {"trigger": "interval", "seconds": 60}, frozenset({"audit"}),
        lambda _actions, now: auditing.live().checks_waiting(now),
        lambda _actions, ids, now: auditing.check(auditing.live(), ids, now),
    ),
    Job(
        "figures", "keep_figures", {"trigger": "interval", "seconds": 120},
        plain=lambda _actions, ids, now: figuring.keep(figuring.live(), ids, now),
    ),
    Job(
        "protect", "protect_people", {"trigger": "interval", "seconds": 60}, frozenset(),
        lambda _actions, _now: keeping.live().plain_rows(),
        lambda _actions, ids, now: keeping.protect(keeping.live(), ids, now),
    ),
    Job(
        "retain", "keep_retention",
        {"trigger": "cron", "hour": 2, "minute": 10, "timezone": SHANGHAI},
        plain=lambda _actions, ids, now: keeping.retain(keeping.live(), ids, now), at_start=False,
    ),
    # At each start as well, for the machine may be off at nine; the actions mail once a day.
    Job(
        "alarm", "calendar_alarm",
        {"trigger": "cron", "hour": 9, "minute": 0, "timezone": SHANGHAI}, plain=upkeep.tell_alarms,
    ),
    Job(
        "fetch", "fetch_mail", {"trigger": "interval", "seconds": 60}, frozenset(),
        lambda _actions, now: mailing.live().waiting(now),
        lambda _actions, ids, now: mailing.fetch(mailing.live(), ids, now),
    ),
    Job(
        "stuck", "tell_stuck",
        {"trigger": "cron", "hour": 8, "minute": 50, "timezone": SHANGHAI},
        plain=lambda _actions, ids, now: mailing.tell_stuck(mailing.live(), ids, now),
    ),
    # The rules say when; whatever was away at that hour, the day is caught up with.
    Job(
        "daily", "tell_daily", {"trigger": "interval", "seconds": 120}, frozenset(),
        lambda _actions, now: mailing.live().daily_due(now),
        lambda _actions, ids, now: mailing.tell_daily(mailing.live(), ids, now),
    ),
    Job(
        "tidy_desks", "tidy_desks",
        {"trigger": "cron", "hour": 3, "minute": 45, "timezone": SHANGHAI}, plain=upkeep.tidy,
        at_start=False,
    ),
    Job(
        "housekeeping", "housekeeping",
        {"trigger": "cron", "hour": 3, "minute": 30, "timezone": SHANGHAI}, at_start=False,
    ),
)  # fmt: skip


@dataclass
class JobRunner:
    """Runs one job: looks, orders what waits, and notes how it went."""

    job: Job
    actions: Background
    door: Door
    now: Callable[[], datetime] = clock.now
    woken: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    _database_away: bool = False
    _beat_at: datetime | None = None

    def __call__(self) -> None:
        """Run until nothing more waits that is known of."""
        for _ in range(BATCHES_A_TICK):
            self.woken.clear()
            outcome = self._guarded()
            more = self.woken.is_set() or (outcome is not None and outcome.truncated)
            if not more or self.stopping.is_set():
                return

    def _guarded(self) -> Outcome | None:
        now = self.now()
        try:
            outcome = self._once(now)
        except UnavailableError as error:
            self._note_database_away(error)
        except Exception as error:
            # The outermost place of this thread: whatever it was, the next tick must come.
            log.exception("job_failed", job=self.job.name)
            self._beat(now, ok=False, details={"error": type(error).__name__})
        else:
            self._database_away = False
            return outcome
        return None

    def _once(self, now: datetime) -> Outcome | None:
        ids = self.job.find(self.actions, now) if self.job.find else None
        if ids is not None and not ids:
            self._beat_idle(now)
            return None
        mode, outcome = self._carry_out(ids, now)
        self._beat(now, ok=mode != "waiting", details={"mode": mode, **outcome.as_details()})
        return outcome

    def _carry_out(self, ids: Ids | None, now: datetime) -> tuple[str, Outcome]:
        if self.door.is_open():
            try:
                return "prefect", self.door.run(self.job.flow, now, ids)
            except EngineError:
                raise
            except Exception as error:
                # Whatever Prefect's trouble is, the work goes on without it.
                self.door.failed()
                log.warning("prefect_failed", job=self.job.name, error=type(error).__name__)
        if self.job.plain is None:
            return "waiting", Outcome()
        return "plain", self.job.plain(self.actions, ids or [], now)

    def _beat_idle(self, now: datetime) -> None:
        if self._beat_at is None or now - self._beat_at >= IDLE_BEAT_EVERY:
            self._beat(now, ok=True, details={"mode": "idle"})

    def _beat(self, now: datetime, *, ok: bool, details: dict[str, object]) -> None:
        try:
            self.actions.beat(self.job.name, now, ok, details)
        except UnavailableError as error:
            self._note_database_away(error)
        else:
            self._beat_at = now

    def _note_database_away(self, error: UnavailableError) -> None:
        if not self._database_away:
            log.warning("database_away", job=self.job.name, message=str(error))
        self._database_away = True


class Scheduler:
    """The jobs of this process, ticking; several processes may tick the same database."""

    def __init__(self, door: Door, actions: Background, jobs: Sequence[Job] = JOBS) -> None:
        """Lay out the table; nothing runs before `start`."""
        self._ticking = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(jobs))},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            timezone=SHANGHAI,
        )
        self._stopping = threading.Event()
        self._runners = [JobRunner(job, actions, door, stopping=self._stopping) for job in jobs]
        for runner in self._runners:
            self._add(runner)

    def _add(self, runner: JobRunner) -> None:
        job = runner.job
        first = {"next_run_time": clock.now()} if job.at_start else {}
        self._ticking.add_job(runner, id=job.name, name=job.name, **job.when, **first)

    def start(self) -> None:
        """Begin to tick."""
        quiet_apscheduler()
        self._ticking.start()

    def wake(self, what: frozenset[str]) -> None:
        """Run the jobs that wait for any of `what` at once; an empty word wakes all of them."""
        for runner in self._runners:
            if runner.job.wakes & what or (runner.job.wakes and "" in what):
                runner.woken.set()
                self._ticking.modify_job(runner.job.name, next_run_time=clock.now())

    def stop(self) -> None:
        """Stop ticking and wait for what is running."""
        self._stopping.set()
        if self._ticking.running:
            self._ticking.shutdown(wait=True)


def quiet_apscheduler() -> None:
    """Silence its warnings that a tick was skipped because the job still runs: that is meant."""
    import logging

    logging.getLogger("apscheduler").setLevel(logging.ERROR)
