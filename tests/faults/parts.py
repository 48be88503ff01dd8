"""The processes of an installation that the crash harness kills: workers, API, people.

A fork server imports this module once, so that a part stands again within a tenth of a second. The
only thing that is not the product's own is the clock: shared, in a file, so that nights pass
quickly, and with an error of its own for each process.
"""

import mmap
import os
import random
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import engine.clock

TWICE = 0.15  # of all orders


class SharedClock:
    """The present as the harness sets it: the machine's clock and an offset that all share."""

    def __init__(self, file: Path, error_seconds: float = 0.0):
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), 8)
        self._error = error_seconds

    def now(self):
        (offset,) = struct.unpack("d", self._shared[:8])
        return REAL_NOW() + timedelta(seconds=offset + self._error)

    def set(self, moment):
        self._shared[:8] = struct.pack("d", (moment - REAL_NOW()).total_seconds())


REAL_NOW = engine.clock.now
CURRENT = []


def now():
    return CURRENT[0].now() if CURRENT else REAL_NOW()


engine.clock.now = now  # before anything else of the product is imported

import api.main  # noqa: E402, F401
import engine.cli.web  # noqa: E402
from engine import scheduler  # noqa: E402
from engine.actions import background  # noqa: E402, F401
from engine.cli import serve  # noqa: E402
from engine.flows import orders  # noqa: E402, F401
from engine.rules.routing import load_router  # noqa: E402
from engine.rules.routing.catalogue import version_for  # noqa: E402
from engine.rules.rule_set import load_rules  # noqa: E402
from engine.settings import load_settings  # noqa: E402
from engine.store.database import connect, use, work  # noqa: E402
from tests.actions.test_any_walk import something_happens  # noqa: E402

load_rules("CN-GX")
load_router(version_for(date(2026, 9, 22)), ())


def enter(environment, clock_file, error_seconds=0.0):
    os.environ.update(environment)
    load_settings.cache_clear()
    CURRENT[:] = [SharedClock(Path(clock_file), error_seconds)]


def worker(environment, clock_file, error_seconds, seed):
    """`hotline worker`; now and then an order is delivered twice at once, as Prefect may do."""
    enter(environment, clock_file, error_seconds)
    chance, once = random.Random(seed), scheduler.JobRunner._carry_out

    def twice(runner, ids, at):
        if ids is None or chance.random() > TWICE:
            return once(runner, ids, at)
        with ThreadPoolExecutor(2) as pool:
            first, _second = pool.map(lambda _: once(runner, ids, at), range(2))
            return first

    scheduler.JobRunner._carry_out = twice
    # APScheduler ticks by the machine's own clock; what it is told must be of the same.
    scheduler.clock = SimpleNamespace(now=REAL_NOW)
    serve.worker()


def web(environment, clock_file, error_seconds, seed):
    """`hotline api`."""
    enter(environment, clock_file, error_seconds)
    serve.api(port=int(environment["HOTLINE_PORT"]), host="127.0.0.1")


def people(environment, clock_file, error_seconds, seed):
    """Staff and units, who do whatever they are allowed to, on two open tickets in three."""
    from sqlalchemy import text

    enter(environment, clock_file, error_seconds)
    use(connect(environment["HOTLINE_DATABASE_URL"], pool_size=2))
    chance = random.Random(seed)
    query = text(
        "SELECT number FROM ticket WHERE closed_at IS NULL AND id % 3 <> 0 "
        "ORDER BY random() LIMIT 50"
    )
    while True:
        try:
            with work() as session:
                numbers = list(session.connection().execute(query).scalars())
            for number in numbers:
                something_happens(number, engine.clock.now(), chance)
        except Exception:
            time.sleep(0.2)  # the database is away, or somebody else was quicker
        time.sleep(0.05)
