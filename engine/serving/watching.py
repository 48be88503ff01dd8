"""Looks after the parts that may be killed under us, and starts them again (看护).

PostgreSQL and Prefect are processes of their own: the kernel ends one when memory runs out, a
person ends the wrong one. The house must not stay dead until somebody restarts it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from rich.markup import escape

log = structlog.get_logger()
LOOK_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
# A part that has stood this long is well again: its next end is a new one, and told again.
STEADY_SECONDS = 60.0
STOP_SECONDS = 30.0


class Part(Protocol):
    """A process that is looked after."""

    name: str

    def lives(self) -> bool:
        """Return whether the process is there."""
        ...

    def start_again(self) -> None:
        """Start it with the same data at the same address; any exception means it failed."""
        ...


@dataclass
class Watch:
    """Every part of this process tree that is looked after, each by a thread of its own."""

    tell: Callable[[str], None]
    parts: list[Part] = field(default_factory=list)
    _watchers: "list[Watcher]" = field(default_factory=list)

    def start(self) -> None:
        """Begin to look after the parts added so far."""
        self._watchers = [Watcher(part, self.tell) for part in self.parts]
        for watcher in self._watchers:
            watcher.start()

    def stop(self) -> None:
        """Start nothing again from now on; a start under way is waited for."""
        for watcher in self._watchers:
            watcher.leave()
        for watcher in self._watchers:
            watcher.join()


class Watcher:
    """Looks at one part every second; what ends again and again is started ever more slowly."""

    def __init__(self, part: Part, tell: Callable[[str], None], unit: float = 1.0) -> None:
        """Look after `part`; every wait is a multiple of `unit` seconds."""
        self._part, self._tell, self._unit = part, tell, unit
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name=f"watch-{part.name}", daemon=True)
        self._tries = 0
        self._tried_at = 0.0
        self._told = ""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def leave(self) -> None:
        """Start nothing again from now on."""
        self._stop.set()

    def join(self) -> None:
        """Wait for a start that is under way."""
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_SECONDS)

    def _look(self) -> None:
        while not self._stop.wait(LOOK_SECONDS * self._unit):
            if not self._part.lives():
                self._again()
            elif self._tries and time.monotonic() - self._tried_at > STEADY_SECONDS * self._unit:
                self._tries, self._told = 0, ""

    def _again(self) -> None:
        if self._stop.wait(self._back_off() * self._unit):
            return
        self._tries, self._tried_at = self._tries + 1, time.monotonic()
        name = self._part.name
        try:
            self._part.start_again()
        except Exception as error:
            # The outermost place of this thread: whatever it was, the next try must come.
            log.exception("part_not_restarted", part=name, tries=self._tries)
            words = escape(str(error) or type(error).__name__)
            self._say("failing", f"{name} 意外停止，重新启动没有成功，会一直重试：{words}")
        else:
            log.warning("part_restarted", part=name, tries=self._tries)
            self._say("restarted", f"{name} 意外停止，已自动重新启动，工作继续。")

    def _back_off(self) -> float:
        """Return how long to wait: not at all at first, then 2, 4, 8 … up to sixty seconds."""
        return min(2.0**self._tries, LONGEST_WAIT_SECONDS) if self._tries else 0.0

    def _say(self, news: str, line: str) -> None:
        """Tell people once, not at every try; the log has every try."""
        if news != self._told:
            self._tell(f"[yellow]![/] {line}")
        self._told = news
