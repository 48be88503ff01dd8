"""Listens for PostgreSQL's NOTIFY, so that new work is done at once and not at the next tick."""

import threading
from collections.abc import Callable

import psycopg
import structlog

from engine.store.database import WAKE_CHANNEL

log = structlog.get_logger()
GATHER_SECONDS = 0.1
LOOK_UP_SECONDS = 0.5
TRY_AGAIN_SECONDS = 2.0


class Listener:
    """A thread that hands on what was notified, gathered for a tenth of a second."""

    def __init__(self, url: str, woken: Callable[[frozenset[str]], None]) -> None:
        """Keep the address of the database and whom to tell."""
        self._url = url
        self._woken = woken
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="notify", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; returns within about half a second."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _listen(self) -> None:
        away = False
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
                    connection.execute(f'LISTEN "{WAKE_CHANNEL}"')
                    away = False
                    # What was notified while nobody listened is lost: look everywhere once.
                    self._woken(frozenset({""}))
                    self._hear(connection)
            except psycopg.Error as error:
                if not away:
                    log.warning("listener_away", error=type(error).__name__)
                away = True
                self._stop.wait(TRY_AGAIN_SECONDS)

    def _hear(self, connection: psycopg.Connection) -> None:
        while not self._stop.is_set():
            heard = _payloads(connection, LOOK_UP_SECONDS, stop_after=1)
            if heard:
                heard |= _payloads(connection, GATHER_SECONDS)
                self._woken(frozenset(heard))


def _payloads(
    connection: psycopg.Connection, seconds: float, stop_after: int | None = None
) -> set[str]:
    notices = connection.notifies(timeout=seconds, stop_after=stop_after)
    return {notice.payload for notice in notices}
