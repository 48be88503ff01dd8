"""Finds among many tickets those that may be one matter with a new one (同一事项), and says which.

A process keeps a sketch of every text it has compared, so that a ticket costs what changed since
the last one and not two hundred texts.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from engine.actions.step import Step
from engine.rules.acceptance import same_matter
from engine.rules.likeness import Sketch, may_be_alike, sketch
from engine.store import matters as store
from engine.store.matters import Recent

KEEP = 2000


class Seen(NamedTuple):
    """A text as it stood at a ticket's version."""

    version: int
    text: str
    sketch: Sketch


# One to a database: tests and tools open several.
_seen: WeakKeyDictionary[Engine | Connection, dict[int, Seen]] = WeakKeyDictionary()


def alike(step: Step, text: str, found: Sequence[Recent], on: date) -> list[int]:
    """Return the ids of those tickets whose text is alike enough, in their order."""
    share: int = step.rules.parameters["duplicates.similarity"].on(on).value
    own, seen = sketch(text), _read(step.session, found)
    near = [one.id for one in found if may_be_alike(own, seen[one.id].sketch, share)]
    return [one for one in near if same_matter(text, seen[one].text, step.rules, on)]


def _read(session: Session, found: Iterable[Recent]) -> dict[int, Seen]:
    """Return the texts of tickets, reading those that are new or changed."""
    kept = _seen.setdefault(session.get_bind(), {})
    seen = {
        one.id: known for one in found
        if (known := kept.get(one.id)) is not None and known.version == one.version
    }  # fmt: skip
    unread = {one.id: one.version for one in found if one.id not in seen}
    for number, words in store.texts(session, list(unread)).items():
        seen[number] = Seen(unread[number], words, sketch(words))
    if len(kept) > KEEP:
        kept.clear()
    kept.update((number, seen[number]) for number in unread)
    return seen
