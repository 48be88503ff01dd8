"""How one row of the audit log is bound to the one before it (审计链); pure arithmetic.

A row's words (reason, details) go in by their digest, so that they can be withheld or, after the
retention period, taken out, and the chain still proves everything else.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

BEGINNING = bytes(32)


def canonical(value: Any) -> bytes:
    """Return the one way to write a JSON value: sorted keys, no blanks, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def stamp(moment: datetime) -> str:
    """Return a moment as it stands in the chain: UTC with six decimals."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def words_digest(words: Mapping[str, Any]) -> bytes:
    """Return the digest of a row's words."""
    return hashlib.sha256(canonical(words)).digest()


def link(previous: bytes, stream: str, seq: int, facts: Mapping[str, Any], words: bytes) -> bytes:
    """Return the link of a row: over the link before it, its place, its facts, its words."""
    row = {"previous": previous.hex(), "stream": stream, "seq": seq, "facts": facts,
           "words": words.hex()}  # fmt: skip
    return hashlib.sha256(canonical(row)).digest()


def root(links: bytes) -> bytes:
    """Return the digest of all links of a range, put end to end in the order of their ids."""
    return hashlib.sha256(links).digest()


def seal_link(previous: bytes, log: str, span: tuple[int, int], rows: int, over: bytes) -> bytes:
    """Return the link of a seal over the ids `span` (both included)."""
    seal = {"previous": previous.hex(), "log": log, "from": span[0], "to": span[1], "rows": rows,
            "root": over.hex()}  # fmt: skip
    return hashlib.sha256(canonical(seal)).digest()


def event_facts(event: Any) -> dict[str, Any]:
    """Return what a ticket event's link covers besides its words."""
    return {
        "event": event.event, "at": stamp(event.at), "recorded_at": stamp(event.recorded_at),
        "actor": [event.actor_kind, event.actor_id, event.actor_name], "unit": event.unit_id,
        "from": event.from_status, "to": event.to_status, "citation": event.citation,
    }  # fmt: skip


def event_words(event: Any) -> dict[str, Any]:
    """Return a ticket event's words: what people and programs said of it."""
    return {"reason": event.reason, "details": event.details}


def entry_facts(entry: Any) -> dict[str, Any]:
    """Return what an audit entry's link covers besides its words."""
    return {
        "action": entry.action, "at": stamp(entry.at), "recorded_at": stamp(entry.recorded_at),
        "actor": [entry.actor_kind, entry.actor_id, entry.actor_name],
    }  # fmt: skip


def entry_words(entry: Any) -> dict[str, Any]:
    """Return an audit entry's words."""
    return {"details": entry.details}
