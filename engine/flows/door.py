"""The way into Prefect: runs a flow when the server answers, and says so when it does not."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.flows.batches import Ids, Outcome
from engine.rules.shanghai import SHANGHAI

ASK_AGAIN_SECONDS = 5.0
SHUT_AFTER_FAILURE_SECONDS = 30.0
WARM_UP_EVERY_SECONDS = 0.5


class Door(Protocol):
    """What the scheduler needs to know of Prefect."""

    def is_open(self) -> bool:
        """Return whether flows can be run now."""
        ...

    def run(self, flow: str, now: datetime, ids: Ids | None) -> Outcome:
        """Run a flow of `engine.flows.recorded` and return what it came to."""
        ...

    def failed(self) -> None:
        """Note that a run failed for reasons of Prefect's own."""
        ...


class PrefectDoor:
    """The door to a Prefect server; shut until the server answers and Prefect is imported."""

    def __init__(self, api_url: str) -> None:
        """Keep the address; nothing is asked yet."""
        self._health = f"{api_url.rstrip('/')}/health"
        self._loaded = threading.Event()
        self._stop = threading.Event()
        self._open = False
        self._valid_until = 0.0

    def warm_up(self) -> None:
        """Import Prefect in the background once its server answers: two seconds of CPU."""
        threading.Thread(target=self._warm_up, name="prefect-warm-up", daemon=True).start()

    def close(self) -> None:
        """Give up waiting for the server."""
        self._stop.set()

    def is_open(self) -> bool:
        """Return whether flows can be run now; the server is asked every five seconds at most."""
        if not self._loaded.is_set():
            return False
        if time.monotonic() >= self._valid_until:
            self._note(is_open=self.answers(), seconds=ASK_AGAIN_SECONDS)
        return self._open

    def run(self, flow: str, now: datetime, ids: Ids | None) -> Outcome:
        """Run a flow of `engine.flows.recorded` and return what it came to."""
        from engine.flows import recorded

        given: dict[str, Any] = {"now_iso": now.astimezone(SHANGHAI).isoformat()}
        if ids is not None:
            given["ids"] = ids
        with recorded.quick():
            return outcome_of(flow_named(flow)(**given))

    def failed(self) -> None:
        """Leave Prefect alone for half a minute."""
        self._note(is_open=False, seconds=SHUT_AFTER_FAILURE_SECONDS)

    def _note(self, *, is_open: bool, seconds: float) -> None:
        self._open = is_open
        self._valid_until = time.monotonic() + seconds

    def answers(self) -> bool:
        """Return whether the server answers at this moment."""
        try:
            with urllib.request.urlopen(self._health, timeout=1) as response:
                return bool(response.status == 200)  # noqa: PLR2004
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def _warm_up(self) -> None:
        while not self.answers():
            if self._stop.wait(WARM_UP_EVERY_SECONDS):
                return
        self.load()

    def load(self) -> None:
        """Import Prefect here and now."""
        from engine.flows import recorded

        with recorded.quick():
            self._loaded.set()


class ShutDoor:
    """The door of a process without Prefect: every order is carried out plainly."""

    def is_open(self) -> bool:
        """Return False: there is no Prefect here."""
        return False

    def run(self, flow: str, now: datetime, ids: Ids | None) -> Outcome:
        """Refuse; nobody runs a flow through a shut door."""
        raise NotImplementedError

    def failed(self) -> None:
        """Change nothing: it stays shut."""


def flow_named(name: str) -> Callable[..., dict[str, object]]:
    """Return the flow of that name; Prefect is imported by then or now."""
    from engine.flows import (
        auditing_recorded,
        figuring_recorded,
        keeping_recorded,
        learning_recorded,
        mailing_recorded,
        pushing_recorded,
        recorded,
    )

    rooms = (
        recorded, learning_recorded, auditing_recorded, mailing_recorded, pushing_recorded,
        figuring_recorded, keeping_recorded,
    )  # fmt: skip
    flows = {name: one for room in rooms for name, one in vars(room).items()}
    found: Callable[..., dict[str, object]] = flows[name]
    return found


def outcome_of(details: Mapping[str, Any]) -> Outcome:
    """Return the outcome that a flow reported as plain values."""
    return Outcome(details["found"], details["counts"], details["truncated"])
