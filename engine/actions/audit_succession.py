"""One audit key after another (审计密钥更换): the old one vouches for the new and signs no more.

Each change stands in the audit log itself: the old key's signature over the new key and over the
newest seal at that moment. So what the old key signed before stays good, what it signs afterwards
is found, and who knows any key of the line can check all of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.actions.audit import Note, note
from engine.actions.audit_key import (
    finish_change,
    is_signed,
    key_file,
    lost,
    make_first,
    next_key,
    public_key,
    public_of,
    signing_key,
)
from engine.actions.background import system_step
from engine.errors import BadInputError, ConflictError
from engine.store import audit as store
from engine.store.database import work

STREAM, CHANGED = "reference:audit-key", "rotate_audit_key"


@dataclass(frozen=True)
class Succession:
    """One change of keys: who signed until which seal, and who followed."""

    public_key: bytes
    next: bytes
    last_seal: int
    signature: bytes

    @property
    def holds(self) -> bool:
        """Return whether the old key itself says so."""
        return is_signed(self.signature, statement(self.next, self.last_seal), self.public_key)

    def to_json(self) -> dict[str, object]:
        """Return it as it stands in the log and in exports."""
        return {"public_key": self.public_key.hex(), "next": self.next.hex(),
                "last_seal": self.last_seal, "signature": self.signature.hex()}  # fmt: skip

    @classmethod
    def from_json(cls, found: Mapping[str, object]) -> "Succession":
        """Read one."""
        return cls(
            public_key=bytes.fromhex(str(found["public_key"])),
            next=bytes.fromhex(str(found["next"])),
            last_seal=int(str(found["last_seal"])),
            signature=bytes.fromhex(str(found["signature"])),
        )


def statement(following: bytes, last_seal: int) -> bytes:
    """Return what the old key signs."""
    return f"{following.hex()} {last_seal}".encode()


def successions(session: Session) -> list[Succession]:
    """Return every change of keys, oldest first."""
    return [Succession.from_json(one) for one in store.details_of(session, STREAM, CHANGED)]


def line_to(last: bytes, changes: list[Succession]) -> dict[bytes, int | None]:
    """Return the keys that end in `last`, each with the last seal it may have signed."""
    known: dict[bytes, int | None] = {last: None}
    for one in reversed(changes):
        if one.next in known and one.holds:
            known.setdefault(one.public_key, one.last_seal)
    return known


def keys_so_far(session: Session) -> dict[bytes, int | None]:
    """Return this installation's keys: the present one and those that vouched for it."""
    return line_to(public_key(), successions(session))


def signer(
    known: Mapping[bytes, int | None], seal_id: int, signature: bytes, what: bytes
) -> bytes | None:
    """Return the key of the line that signed a seal in its time, or None."""
    for key, last in known.items():
        if (last is None or seal_id <= last) and is_signed(signature, what, key):
            return key
    return None


def need_key(session: Session) -> None:
    """Make the first key of an installation; one that has sealed before needs the one it had.

    Raises:
        BadInputError: its file is gone, or cannot be made.
    """
    if not key_file().exists() and any(store.last_seal(session, log) for log in store.LOGS):
        raise BadInputError(lost())
    make_first()


def check_newest(session: Session) -> None:
    """Refuse to sign with a key that was followed by another (多机：旧密钥文件).

    Raises:
        BadInputError: the log was sealed, and the key that did it is gone.
        ConflictError: this machine still has the old file.
    """
    need_key(session)
    changes = successions(session)
    if changes and public_key() != changes[-1].next:
        message = (
            "审计密钥已经更换，本机还是旧的：请把新的 audit.pem 拷到本机；"
            "更换被打断的，在那台机器上再运行一次 hotline audit rotate。"
        )
        raise ConflictError(message)


def rotate(now: datetime) -> bytes:
    """Change this installation's audit key, or finish a change that was cut off; return the new.

    The new key is on disk before the log names it, and takes the old one's place afterwards.
    """
    with work() as session:
        need_key(session)
        changes = successions(session)
        if changes and public_key() != changes[-1].next:
            return finish_change(changes[-1].next)
        new = next_key()
        made = _change(session, public_of(new))
        step = system_step(session, now)
        note(session, step.actor, now, Note(STREAM, CHANGED, made.to_json()))
    return finish_change(made.next)


def _change(session: Session, following: bytes) -> Succession:
    for log in store.LOGS:
        store.lock_seals(session, log)  # nobody seals with the old key after its last seal
    seals = [one.id for log in store.LOGS if (one := store.last_seal(session, log))]
    last = max(seals, default=0)
    return Succession(public_key(), following, last, signing_key().sign(statement(following, last)))
