"""The audit log as signed JSON lines (审计导出) that an outsider can verify without this system."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from engine.actions.audit_key import public_key, signing_key
from engine.actions.audit_succession import keys_so_far, need_key, signer, successions
from engine.store import audit as store
from engine.store import chain

FORMAT = "hotline-audit-1"


def export(session: Session, path: Path, now: datetime) -> int:
    """Write both logs and their seals to a file; return how many rows.

    Words of requesters never leave: a ticket event carries facts and the digest of its words. The
    last line signs everything before it.

    Raises:
        BadInputError: the log was sealed, and this machine has not the key.
    """
    need_key(session)
    digest, rows = hashlib.sha256(), 0
    with path.open("wb") as file:
        for line in _lines(session, now):
            written = chain.canonical(line) + b"\n"
            digest.update(written)
            file.write(written)
            rows += line["type"] == "row"
        file.write(chain.canonical(_signed(digest.digest())) + b"\n")
    return rows


def _signed(digest: bytes) -> dict[str, str]:
    return {
        "type": "signature",
        "sha256": digest.hex(),
        "signature": signing_key().sign(digest).hex(),
    }


def _lines(session: Session, now: datetime) -> Iterator[dict[str, Any]]:
    yield {"type": "header", "format": FORMAT, "exported_at": chain.stamp(now),
           "public_key": public_key().hex(),
           "successions": [one.to_json() for one in successions(session)]}  # fmt: skip
    for event, number in store.events_by_id(session):
        yield _row(store.EVENTS, event, f"ticket:{number}", chain.event_facts(event), None)
    yield from _seals(session, store.EVENTS)
    for entry, stream in store.entries_by_id(session):
        words = chain.entry_words(entry)
        yield _row(store.ENTRIES, entry, stream, chain.entry_facts(entry), words)
    yield from _seals(session, store.ENTRIES)


def _row(
    log: str, row: Any, stream: str, facts: dict[str, Any], words: dict[str, Any] | None
) -> dict[str, Any]:
    line = {
        "type": "row", "log": log, "id": row.id, "stream": stream, "seq": row.seq, "facts": facts,
        "words_digest": row.words_digest.hex(), "link": row.link.hex(),
    }  # fmt: skip
    return line if words is None else {**line, "words": words}


def _seals(session: Session, log: str) -> Iterator[dict[str, Any]]:
    keys = keys_so_far(session)
    for seal in store.seals(session, log):
        key = signer(keys, seal.id, seal.signature, seal.link) or public_key()
        yield {"type": "seal", "id": seal.id, "log": log, "from": seal.from_id, "to": seal.to_id,
               "rows": seal.rows, "root": seal.root.hex(), "link": seal.link.hex(),
               "key": key.hex(), "signature": seal.signature.hex()}  # fmt: skip
