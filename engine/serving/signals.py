"""Turns Ctrl-C, SIGTERM and a closed terminal into one orderly way out."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class StopSignals:
    """Raises KeyboardInterrupt on the first signal, once; `held` puts it off, `ignore` forgets it.

    Once only: make and the terminal send Ctrl-C twice, and the second must not cut stopping short.
    """

    def __init__(self) -> None:
        """Take over the signals of this process."""
        self._held = False
        self._pending = False
        for one in STOPPING:
            signal.signal(one, self._caught)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        first, self._pending = not self._pending, True
        if first and not self._held:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put signals off for steps that must not be cut in half, here and in child processes."""
        self._held = True
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            self._held = False
        if self._pending:
            raise KeyboardInterrupt

    def wait(self) -> None:
        """Sleep until a signal comes.

        Raises:
            KeyboardInterrupt: always, in the end.
        """
        while True:
            time.sleep(3600)

    def ignore(self) -> None:
        """Ignore further signals: stopping is under way and takes seconds."""
        for one in STOPPING:
            signal.signal(one, signal.SIG_IGN)
