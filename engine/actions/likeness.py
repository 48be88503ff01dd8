"""Finds among many tickets those that may be one matter with a new one (同一事项), and says which.

A process keeps a sketch of the newest tickets, so that a ticket costs what came since the last one
and not two hundred texts. What a sketch does not rule out is read again before it is told.
"""

import threading
import time
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from engine.actions.step import Step
from engine.rules.acceptance import same_matter
from engine.rules.likeness import Sketch, sketch, those_maybe_alike
from engine.store import matters as store
from engine.store.matters import MOST_IN_WINDOW, Said
from engine.store.questions import Question
from engine.store.writing import run

ASKED = "asked_lately"  # in session.info
FRESH = 60.0  # seconds after which the window is read anew: a text may have been split since


class Kept(NamedTuple):
    """What is kept of a ticket: when it was received, its id, and its sketch."""

    accepted_at: datetime
    id: int
    sketch: Sketch


class Asking(NamedTuple):
    """A question for the newest tickets; `anew` when it asks for all of the window."""

    question: Question
    anew: bool


@dataclass
class Window:
    """The newest tickets of a database, as this process last read them."""

    read_at: float = -FRESH
    known: set[int] = field(default_factory=set)
    order: list[Kept] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asking(self) -> Asking:
        """Return what is to be asked so that the window is up to date."""
        with self.lock:
            anew = time.monotonic() - self.read_at >= FRESH
            return Asking(store.not_known(() if anew else self.known), anew)

    def newest(self, session: Session, since: datetime) -> list[tuple[int, Sketch]]:
        """Return the newest tickets received since a moment, newest first, up to date."""
        asked: Asking = session.info.pop(ASKED, None) or self.asking()
        found = list(map(Said._make, run(session, *asked.question)))
        with self.lock:
            if asked.anew:
                self.known, self.order, self.read_at = set(), [], time.monotonic()
            self._keep(found)
            lately = self.order[bisect_left(self.order, (since,)) :]
        return [(number, sketched) for _, number, sketched in reversed(lately)]

    def _keep(self, found: Sequence[Said]) -> None:
        for one in found:
            if one.id not in self.known:
                self.known.add(one.id)
                insort(self.order, Kept(one.accepted_at, one.id, sketch(one.text)))
        del self.order[:-MOST_IN_WINDOW]
        if len(self.known) > 2 * MOST_IN_WINDOW:
            self.known = {one.id for one in self.order}


def window_of(session: Session) -> Window:
    """Return the window of a session's database."""
    return _windows.setdefault(session.get_bind(), Window())


def asked_lately(session: Session) -> Question:
    """Return what `alike_lately` is going to ask first, to be asked ahead."""
    session.info[ASKED] = asking = window_of(session).asking()
    return asking.question


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
    lately = window_of(step.session).newest(step.session, since)
    near = [one for one in those_maybe_alike(own, lately, share) if one != besides]
    return alike(step, text, store.said(step.session, near), on)
