"""Finds among many tickets those that may be one matter with a new one (同一事项), and says which.

A process keeps a sketch of the newest tickets, so that a ticket costs what came since the last one
and not two hundred texts. What a sketch does not rule out is read again before it is told.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from engine.actions.step import Step
from engine.rules.acceptance import same_matter
from engine.rules.likeness import Sketch, may_be_alike, sketch
from engine.store import matters as store
from engine.store.matters import MOST_IN_WINDOW, Said

FRESH = 60.0  # seconds after which the window is read anew: a text may have been split since


class Kept(NamedTuple):
    """What is kept of a ticket: when it was received, and its sketch."""

    accepted_at: datetime
    sketch: Sketch


@dataclass
class Window:
    """The newest tickets of a database, as this process last read them."""

    read_at: float = -FRESH
    kept: dict[int, Kept] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def newest(self, session: Session, since: datetime) -> list[tuple[int, Kept]]:
        """Return the newest tickets received since a moment, newest first, up to date."""
        with self.lock:
            if time.monotonic() - self.read_at >= FRESH:
                self.kept, self.read_at = {}, time.monotonic()
            for one in store.not_known(session, self.kept):
                self.kept[one.id] = Kept(one.accepted_at, sketch(one.text))
            order = sorted(self.kept.items(), key=_when, reverse=True)[:MOST_IN_WINDOW]
            if len(self.kept) > 2 * MOST_IN_WINDOW:
                self.kept = dict(order)
        return [one for one in order if one[1].accepted_at >= since]


def _when(one: tuple[int, Kept]) -> tuple[datetime, int]:
    return one[1].accepted_at, one[0]


# One to a database: tests and tools open several.
_windows: WeakKeyDictionary[Engine | Connection, Window] = WeakKeyDictionary()


def alike(step: Step, text: str, found: Sequence[Said], on: date) -> list[int]:
    """Return the ids of those tickets whose text is alike enough, in their order."""
    return [one.id for one in found if same_matter(text, one.text, step.rules, on)]


def alike_lately(
    step: Step, text: str, since: datetime, on: date, besides: int | None = None
) -> list[int]:
    """Return the ids of the newest tickets, received since then, alike enough; newest first."""
    share: int = step.rules.parameters["duplicates.similarity"].on(on).value
    own = sketch(text)
    window = _windows.setdefault(step.session.get_bind(), Window())
    near = [
        number for number, kept in window.newest(step.session, since)
        if number != besides and may_be_alike(own, kept.sketch, share)
    ]  # fmt: skip
    return alike(step, text, store.said(step.session, near), on)
