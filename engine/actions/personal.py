"""Seals what is personal, again and again until all of it is sealed by one key (加密、换密钥).

Everything goes in batches that may end anywhere: a row is sealed or it is not, and the next run
takes up what is left. Nothing is asked of the rows that fit already.
"""

import base64
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine import keyring
from engine.actions.audit import Note, note
from engine.actions.audit_succession import need_key
from engine.actions.background import system_step
from engine.actions.drafts import place, typed_in
from engine.errors import BadInputError, ConflictError, KeysError, NotFoundError
from engine.keyring import Key, Ring
from engine.models import Attachment, Draft, Requester
from engine.models.desk import DRAFT_SEALED, name_place
from engine.models.requester import sealed_person
from engine.rules.shanghai import shanghai_date
from engine.store import personal as store
from engine.store.database import work
from engine.store.personal import Row

Told = Callable[[int], None]
STREAM = store.STREAM


@dataclass(frozen=True)
class KeyState:
    """One key as it is listed: whether it is in the file, writes, and how many values need it."""

    id: str
    made_at: str
    here: bool
    writes: bool
    needed: int


def seal_all(tell: Told = lambda _count: None) -> Counter[str]:
    """Seal every row that is plain or sealed by an older key; return how many, and how many not.

    May be stopped at any moment and run again.
    """
    counts: Counter[str] = Counter()
    for table in store.TABLES:
        after = 0
        while (last := _batch(table, after, counts)) is not None:
            after = last
            tell(counts["sealed"])
    return counts


def _batch(table: type[Row], after: int, counts: Counter[str]) -> int | None:
    with work() as session:
        rows = store.behind(session, table, keyring.ring().writing, after)
        for row in rows:
            counts["sealed" if _sealed(row) else "unreadable"] += 1
        return int(getattr(rows[-1], store.KEYS[table])) if rows else None


def _sealed(row: Row) -> bool:
    """Seal one row by the key that writes; say whether it could be read."""
    try:
        _seal(row)
    except KeysError:
        return False
    return True


def _seal(row: Row) -> None:
    if isinstance(row, Requester):
        values = sealed_person(row.ticket_id, row.phone, row.contact_name)
        for name, value in {**values, "plain_phone": "", "plain_name": ""}.items():
            setattr(row, name, value)
    elif isinstance(row, Attachment):
        row.name_sealed, row.plain_name = sealed_name(row), ""
    else:
        row.fields = sealed_fields(row)


def sealed_name(row: Attachment) -> bytes:
    """Return a file's name sealed by the key that writes."""
    where, ring = name_place(row.sha256), keyring.ring()
    name = keyring.opened(row.name_sealed, where) if row.name_sealed else row.plain_name
    return ring.seal(name, where)


def sealed_fields(row: Draft) -> dict[str, str]:
    """Return what is typed in a form sealed by the key that writes."""
    text = json.dumps(typed_in(row), ensure_ascii=False)
    sealed = keyring.ring().seal(text, place(row.account_id, row.form_id))
    return {DRAFT_SEALED: base64.b64encode(sealed).decode()}


def key_states() -> list[KeyState]:
    """Return every key in the file or needed by the database."""
    ring = keyring.ring()
    needed: Counter[str] = Counter()
    with work() as session:
        for key, _, count in store.keys_needed(session):
            needed[key] += count
    known = [KeyState(one.id, one.made_at, here=True, writes=one.id == ring.writing,
                      needed=needed.pop(one.id, 0)) for one in ring.keys.values()]  # fmt: skip
    lost = [KeyState(key, "", here=False, writes=False, needed=count)
            for key, count in sorted(needed.items())]  # fmt: skip
    return known + lost


def add_key(now: datetime, *, prepare: bool) -> Key:
    """Put a new key into the file; with `prepare` it only reads until `add_key` is run again.

    Several machines: prepare, copy the file everywhere, then let it write.
    """
    ring = keyring.ring()
    waiting = _prepared(ring)
    key = waiting or keyring.new_key(shanghai_date(now).isoformat())
    keyring.write_ring(keyring.with_key(ring, key, writing=not prepare), keyring.keys_file())
    _note(now, "prepare_key" if prepare else "rotate_key", key.id)
    return key


def _prepared(ring: Ring) -> Key | None:
    """Return the newest key, if it does not write yet: one that was prepared."""
    newest = list(ring.keys.values())[-1]
    return newest if newest.id != ring.writing else None


def retire_key(key_id: str, now: datetime, tell: Told = lambda _count: None) -> int:
    """Seal anew what needs a key, then take it out of the file; return how many values.

    Raises:
        NotFoundError: no such key.
        ConflictError: it writes, or there are values that could not be read.
    """
    ring = keyring.ring()
    if key_id not in ring.keys:
        message = f"密钥环里没有 {key_id}。用 hotline keys list 看有哪些。"
        raise NotFoundError(message)
    if key_id == ring.writing:
        message = f"{key_id} 正用来加密，先运行 hotline keys rotate 换上新密钥。"
        raise ConflictError(message)
    counts = seal_all(tell)
    left = {one.id: one.needed for one in key_states()}[key_id]
    if left:
        message = f"还有 {left} 个值要用 {key_id}（读不出来，或正被占用），没有停用。请稍后再运行。"
        raise ConflictError(message)
    keyring.write_ring(keyring.without_key(keyring.ring(), key_id), keyring.keys_file())
    _note(now, "retire_key", key_id)
    return counts["sealed"]


def _note(now: datetime, action: str, key_id: str) -> None:
    with work() as session:
        step = system_step(session, now)
        note(session, step.actor, now, Note(STREAM, action, {"key": key_id}))


def settle_keys(now: datetime) -> str:
    """Make the keys of a new installation and note in the database which they are, once.

    The key that signs the audit log is made here too, to be copied to the other machines with them;
    where it is lost, what is to be done is returned: everything but sealing goes on without it.
    """
    with work() as session:
        wrong = _audit_key(session)
        if not store.fingerprint(session):
            store.note_fingerprint(session, keyring.ring().fingerprint, now)
    return wrong


def _audit_key(session: Session) -> str:
    try:
        need_key(session)
    except BadInputError as error:
        return str(error)
    return ""
