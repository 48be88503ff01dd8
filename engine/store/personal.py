"""Sealed rows by the key they need (密文与密钥): which wait, and which keys are still needed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from engine.keyring import HEAD, VERSION
from engine.models import Attachment, Draft, ReferenceData, Requester
from engine.models.desk import DRAFT_SEALED
from engine.store.audit import details_of
from engine.store.writing import run

Row = Requester | Attachment | Draft
TABLES: tuple[type[Row], ...] = (Requester, Attachment, Draft)
KEYS = {Requester: "ticket_id", Attachment: "id", Draft: "id"}
BATCH = 500
KEYS_NAME = "personal-keys"
STREAM = "reference:personal-keys"  # of the audit log
LOOKED_AT = 10_000  # the newest and the oldest values that are asked for their key
# The key stands in the first bytes of every sealed value.
_KEYS_NEEDED = f"""
SELECT encode(substr(sealed, 2, 4), 'hex') AS key, what, count(*) FROM (
    SELECT phone_sealed, '来电号码' FROM requester WHERE phone_sealed IS NOT NULL
    UNION ALL SELECT name_sealed, '联系人' FROM requester WHERE name_sealed IS NOT NULL
    UNION ALL SELECT name_sealed, '附件名' FROM attachment WHERE name_sealed IS NOT NULL
    UNION ALL SELECT decode(fields ->> '{DRAFT_SEALED}', 'base64'), '草稿' FROM draft
        WHERE fields ? '{DRAFT_SEALED}'
) AS every(sealed, what) GROUP BY 1, 2 ORDER BY 1, 2
"""
_AT_BOTH_ENDS = f"""
SELECT DISTINCT encode(substr(sealed, 2, 4), 'hex') FROM (
    (SELECT phone_sealed, name_sealed FROM requester WHERE phone_sealed IS NOT NULL
     ORDER BY ticket_id DESC LIMIT {LOOKED_AT})
    UNION ALL (SELECT phone_sealed, name_sealed FROM requester WHERE phone_sealed IS NOT NULL
               ORDER BY ticket_id LIMIT {LOOKED_AT})
    UNION ALL (SELECT NULL, name_sealed FROM attachment ORDER BY id DESC LIMIT {LOOKED_AT})
) ends, LATERAL (VALUES (phone_sealed), (name_sealed)) AS each (sealed) WHERE sealed IS NOT NULL
"""
_PLAIN = """
SELECT EXISTS (SELECT FROM requester WHERE phone <> '')
    OR EXISTS (SELECT FROM attachment WHERE name_sealed IS NULL AND name <> '')
"""
_NEWEST = """
SELECT phone_sealed FROM requester WHERE phone_mark IS NOT NULL ORDER BY ticket_id DESC LIMIT 1
"""


def behind(session: Session, table: type[Row], key: str, after: int) -> Sequence[Row]:
    """Return the next rows not sealed with `key`, locked; what others work on is left out."""
    by = getattr(table, KEYS[table])
    query = select(table).where(by > after, _behind(table, VERSION + bytes.fromhex(key)))
    locked = query.order_by(by).limit(BATCH).with_for_update(skip_locked=True)
    found: Any = session.exec(locked.execution_options(populate_existing=True)).all()
    rows: Sequence[Row] = found
    return rows


def _behind(table: type[Row], head: bytes) -> Any:
    if table is Requester:
        plain = (col(Requester.plain_phone) != "") | (col(Requester.plain_name) != "")
        sealed = (Requester.phone_sealed, Requester.name_sealed)
        return or_(plain, *(func.substr(one, 1, HEAD) != head for one in sealed))
    if table is Attachment:
        plain = col(Attachment.name_sealed).is_(None) & (col(Attachment.plain_name) != "")
        return plain | (func.substr(Attachment.name_sealed, 1, HEAD) != head)
    sealed_draft = col(Draft.fields)[DRAFT_SEALED].astext
    return sealed_draft.is_(None) | (
        func.substr(func.decode(sealed_draft, "base64"), 1, HEAD) != head
    )


def keys_needed(session: Session) -> list[tuple[str, str, int]]:
    """Return which keys the database needs: key, for what, for how many values."""
    return [(key, what, count) for key, what, count in run(session, _KEYS_NEEDED)]


def keys_in_use(session: Session) -> set[str]:
    """Return the keys that every machine needs.

    Those put in use and not retired, as the audit log tells, and those of the newest and the oldest
    values: reading every value would take minutes.
    """
    noted = {action: {one["key"] for one in details_of(session, STREAM, action)}
             for action in ("rotate_key", "retire_key")}  # fmt: skip
    found = {key for (key,) in run(session, _AT_BOTH_ENDS)}
    return found | (noted["rotate_key"] - noted["retire_key"])


def has_plain(session: Session) -> bool:
    """Return whether an older version left anything unsealed; two looks at an index."""
    return bool(run(session, _PLAIN).fetchall()[0][0])


def newest_sealed(session: Session) -> bytes | None:
    """Return a value sealed lately, by which a process sees whether its keys fit."""
    found = run(session, _NEWEST).fetchall()
    return bytes(found[0][0]) if found and found[0][0] is not None else None


def fingerprint(session: Session) -> str:
    """Return which keys this database belongs to, or nothing on its first day."""
    query = select(ReferenceData.version).where(ReferenceData.name == KEYS_NAME)
    return session.exec(query.order_by(col(ReferenceData.id)).limit(1)).first() or ""


def note_fingerprint(session: Session, found: str, now: datetime) -> None:
    """Note which keys this database belongs to."""
    session.add(ReferenceData(name=KEYS_NAME, version=found, rows=0, loaded_at=now))
    session.flush()
