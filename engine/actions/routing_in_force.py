"""Routing as it stands now (现行派单): the list of the day, the words and corrections in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session

from engine.rules.routing import Router, Routing, load_router
from engine.rules.routing.catalogue import version_for
from engine.rules.routing.coverage import Coverage, lexicon_coverage
from engine.rules.routing.edits import Edits, read_edits
from engine.rules.shanghai import shanghai_date
from engine.store import routing_versions as store
from engine.store import routing_views
from engine.terms import TicketKind

KEEP = 8


@dataclass(frozen=True)
class InForce:
    """A state of routing: what supervisors changed, what was learned; number 0 is as shipped."""

    number: int = 0
    edits: Edits = ()
    corrections: Mapping[str, float] = field(default_factory=dict)

    def router(self, on: date) -> Router:
        """Return the router over the list in force on a day (受理日)."""
        return load_router(version_for(on), self.edits)

    def route(
        self, on: date, text: str, *, title: str = "", kind: TicketKind | None, accused: str = ""
    ) -> Routing:
        """Return the proposal for any text at all that comes in on a day."""
        return self.router(on).route(
            text, title=title, kind=kind, corrections=self.corrections, accused=accused
        )


def coverage_since(session: Session, since: datetime, now: datetime, limit: int = 1000) -> Coverage:
    """Return what the lexicon knows of the newest tickets routing was not sure of (词库覆盖)."""
    router = in_force(session).router(shanghai_date(now))
    texts = routing_views.unrouted_texts(session, since, limit)
    found = lexicon_coverage(texts.values(), router)
    names = routing_views.names_of(session, texts)
    kept = tuple(one for one in found.strangers if not _in_a_name(one[0], names))
    return replace(found, strangers=kept)


def _in_a_name(word: str, names: Iterable[str]) -> bool:
    """Return whether a word is part of a requester's name, or holds one: it stays unseen."""
    return any(word in name or name in word for name in names)


_known: dict[tuple[int, str], InForce] = {}


def in_force(session: Session) -> InForce:
    """Return the state of routing now; read again only when another version is in force.

    The stamp carries a digest of the content, so that processes and databases never mix.
    """
    stamp = store.stamp(session)
    if stamp is None:
        return InForce()
    key = (stamp.id, stamp.digest)
    if key not in _known:
        _remember(key, session)
    return _known[key]


def _remember(key: tuple[int, str], session: Session) -> None:
    version = store.version(session, key[0])
    if len(_known) >= KEEP:
        _known.clear()
    _known[key] = InForce(version.id, read_edits(version.edits), version.corrections)
