"""Writes the audit log (审计链): who changed what outside of a ticket's own life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine import clock
from engine.actions.actor import Actor
from engine.models import AuditEntry
from engine.store import audit as store
from engine.store import chain
from engine.store.row_security import as_house


@dataclass(frozen=True)
class Note:
    """What is written down: the stream it belongs to ("account:7"), the act, its particulars."""

    stream: str
    action: str
    details: Mapping[str, Any]


def note(session: Session, actor: Actor, now: datetime, what: Note) -> AuditEntry:
    """Append one entry in the transaction of the change it tells of.

    Never put personal data of requesters into the details.
    """
    with as_house(session):
        return _append(session, actor, now, what)


def _append(session: Session, actor: Actor, now: datetime, what: Note) -> AuditEntry:
    seq, previous = store.last_entry(session, what.stream)
    entry = AuditEntry(
        stream=what.stream, seq=seq + 1, action=what.action, at=now, recorded_at=clock.now(),
        actor_kind=actor.kind, actor_id=actor.account_id, actor_name=actor.name,
        details=dict(what.details), words_digest=b"", link=b"",
    )  # fmt: skip
    entry.words_digest = chain.words_digest(chain.entry_words(entry))
    entry.link = chain.link(
        previous, entry.stream, entry.seq, chain.entry_facts(entry), entry.words_digest
    )
    session.add(entry)
    session.flush()
    return entry
