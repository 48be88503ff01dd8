"""How often keys are used (调用次数): counted in memory, written down every few seconds.

A row written with each call would make all callers of one key wait for each other. What a killed
process had not yet written is lost: a few seconds of counts, nothing else.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from engine import clock
from engine.actions.keys import add_calls
from engine.errors import UnavailableError
from engine.store.database import work

log = structlog.get_logger()
EVERY_SECONDS = 5.0


class Usage:
    """The calls of this process that are not written down yet."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._lock = threading.Lock()
        self._calls: Counter[int] = Counter()

    def note(self, key_id: int) -> None:
        """Count a call by a key."""
        with self._lock:
            self._calls[key_id] += 1

    def write(self) -> None:
        """Write down what was counted; while the database is away it is kept for the next time."""
        with self._lock:
            calls, self._calls = self._calls, Counter()
        if not calls:
            return
        try:
            with work() as session:
                add_calls(session, calls, clock.now())
        except UnavailableError:
            with self._lock:
                self._calls.update(calls)
            log.warning("usage_kept", calls=calls.total())


@asynccontextmanager
async def written_down(app: FastAPI) -> AsyncIterator[None]:
    """Write down what is counted for as long as the application runs, and at its end."""
    usage: Usage = app.state.usage
    task = asyncio.create_task(_keep_writing(usage))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await run_in_threadpool(usage.write)


async def _keep_writing(usage: Usage) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await run_in_threadpool(usage.write)
