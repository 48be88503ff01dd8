"""One connection to Prefect's server for many runs in a row, and nothing left unsent at its end.

`engine.flows.environment` must have been entered before this module is imported.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.context import SyncClientContext
from prefect.events.worker import EventsWorker


@contextmanager
def one_connection() -> Iterator[None]:
    """Let every run in this block share a connection; then send what is still on its way."""
    with SyncClientContext.get_or_create():
        yield
    EventsWorker.drain_all()
