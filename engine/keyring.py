"""The keys that personal data are sealed with (密钥环): a file outside of the database.

One key writes, older ones only read, one more makes the marks by which a number is found without
being opened. A sealed value says which key it needs; a process that does not know that key reads
the file again, so nobody needs to be restarted when a key is added.
"""

import base64
import hmac
import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import KeysError
from engine.secret_files import made_once, put
from engine.settings import Settings, load_settings

FORMAT = "hotline-keys-1"
VERSION = b"\x01"
ID, NONCE, SECRET = 4, 12, 32  # bytes
HEAD = 1 + ID
MARK = 16
OTHERS = 0o007
LOOK_AGAIN = 1.0  # seconds until a changed file is noticed


@dataclass(frozen=True)
class Key:
    """One key: its name as it stands in sealed values, its secret, the day it was made."""

    id: str
    secret: bytes = field(repr=False)
    made_at: str

    @cached_property
    def cipher(self) -> AESGCM:
        """Return what seals and opens with it."""
        return AESGCM(self.secret)


@dataclass(frozen=True)
class Ring:
    """All keys of an installation."""

    keys: Mapping[str, Key]
    writing: str
    index: bytes = field(repr=False)

    def seal(self, text: str, place: str) -> bytes:
        """Return a text sealed for one place (table, column, row); it opens nowhere else."""
        key = self.keys[self.writing]
        head, nonce = VERSION + bytes.fromhex(key.id), os.urandom(NONCE)
        return head + nonce + key.cipher.encrypt(nonce, text.encode(), head + place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Return a sealed text.

        Raises:
            KeysError: its key is not here, or it was not sealed for this place.
        """
        key = self.keys.get(key_of(sealed))
        if key is None:
            message = (
                f"个人信息打不开：密钥环里没有密钥 {key_of(sealed)}。请管理员把它放回密钥文件。"
            )
            raise KeysError(message)
        head, nonce, rest = sealed[:HEAD], sealed[HEAD : HEAD + NONCE], sealed[HEAD + NONCE :]
        try:
            return key.cipher.decrypt(nonce, rest, head + place.encode()).decode()
        except InvalidTag as error:
            message = f"个人信息打不开：密文被改动或换过位置，或密钥 {key.id} 不是原来那把。"
            raise KeysError(message) from error

    @property
    def fingerprint(self) -> str:
        """Return what tells this installation's keys from another's, whatever keys are added."""
        return self.mark("fingerprint", "").hex()

    def mark(self, purpose: str, text: str) -> bytes:
        """Return the mark (盲索引) by which equal texts are found; nothing is read from it."""
        said = f"{purpose}:{text}".encode()
        return hmac.digest(self.index, said, "sha256")[:MARK]


def key_of(sealed: bytes) -> str:
    """Return the id of the key that a value was sealed with."""
    return bytes(sealed[1:HEAD]).hex()


def keys_file() -> Path:
    """Return where this installation's keys lie: `HOTLINE_KEYS`, or under `var/keys`."""
    settings = load_settings()
    return settings.keys or settings.var / "keys" / "personal.json"


@dataclass
class _Kept:
    """The ring as it was read last, and the files that are never made anew."""

    settings: Settings | None = None
    path: Path | None = None
    ring: Ring | None = None
    changed: float = 0.0
    looked: float = 0.0
    needed: set[Path] = field(default_factory=set)


_kept = _Kept()


def forbid_making() -> None:
    """Never make the file of keys anew: the database holds values sealed with others."""
    _kept.needed.add(keys_file())


def ring() -> Ring:
    """Return the keys of this installation; they are made at first use.

    Raises:
        KeysError: the file is missing though the database needs it, open to others, or damaged.
    """
    settings, now = load_settings(), time.monotonic()
    if _kept.ring and _kept.settings is settings and now - _kept.looked < LOOK_AGAIN:
        return _kept.ring
    path = keys_file()
    if not path.exists():
        _make(path)
    changed = path.stat().st_mtime_ns
    if _kept.ring is None or (_kept.path, _kept.changed) != (path, changed):
        _kept.ring = read_ring(path)
    _kept.path, _kept.changed = path, changed
    _kept.settings, _kept.looked = settings, now
    return _kept.ring


def opened(sealed: bytes, place: str) -> str:
    """Return a sealed text; the file is read again where its key was added a moment ago.

    Raises:
        KeysError: as `Ring.open`, and as `ring`.
    """
    if key_of(sealed) not in ring().keys:
        _kept.looked = 0.0
    return ring().open(sealed, place)


def read_ring(path: Path) -> Ring:
    """Return the keys in a file.

    Raises:
        KeysError: it cannot be read, other users may read it, or it is no such file.
    """
    try:
        if os.name == "posix" and path.stat().st_mode & OTHERS:
            message = f"密钥文件 {path.name} 其他用户也能读：请管理员把权限改为 600。"
            raise KeysError(message)
        return _ring(json.loads(path.read_bytes()))
    except OSError as error:
        message = (
            f"密钥文件 {path.name} 读不出来：{error.strerror}。请从备份放回，或改 HOTLINE_KEYS。"
        )
        raise KeysError(message) from error
    except (ValueError, KeyError, TypeError) as error:
        message = f"密钥文件 {path.name} 已损坏：请从备份放回原文件，不要新建。"
        raise KeysError(message) from error


def _ring(found: dict[str, Any]) -> Ring:
    keys = {one["id"]: Key(one["id"], _bytes(one["secret"]), one["made_at"])
            for one in found["keys"]}  # fmt: skip
    ids_fit = all(len(bytes.fromhex(one)) == ID for one in keys)
    if found["format"] != FORMAT or found["writing"] not in keys or not ids_fit:
        raise ValueError(found["format"])
    return Ring(keys, found["writing"], _bytes(found["index"]))


def _bytes(text: str) -> bytes:
    found = base64.b64decode(text, validate=True)
    if len(found) != SECRET:
        raise ValueError(len(found))
    return found


def new_key(made_at: str) -> Key:
    """Return a fresh key."""
    return Key(secrets.token_hex(ID), secrets.token_bytes(SECRET), made_at)


def with_key(old: Ring, key: Key, *, writing: bool) -> Ring:
    """Return a ring with one more key; with `writing` it is the one that seals from now on."""
    return replace(old, keys={**old.keys, key.id: key}, writing=key.id if writing else old.writing)


def without_key(old: Ring, key_id: str) -> Ring:
    """Return a ring without a key."""
    return replace(old, keys={name: one for name, one in old.keys.items() if name != key_id})


def write_ring(made: Ring, path: Path) -> None:
    """Put a ring in the place of another at once, for nobody else to read."""
    put(path, _written(made))
    _kept.looked = 0.0


def _written(made: Ring) -> bytes:
    keys = [{"id": one.id, "made_at": one.made_at, "secret": _text(one.secret)}
            for one in made.keys.values()]  # fmt: skip
    content = {"format": FORMAT, "writing": made.writing, "index": _text(made.index), "keys": keys}
    return json.dumps(content, indent=1).encode()


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _make(path: Path) -> None:
    """Make keys where there are none yet; of two processes at once, one does."""
    if path in _kept.needed:
        message = (
            f"密钥文件 {path.name} 不在，而数据库里的个人信息是用它加密的。"
            "请管理员从备份放回，或设置 HOTLINE_KEYS；不要新建。"
        )
        raise KeysError(message)
    key = new_key(time.strftime("%Y-%m-%d"))
    try:
        made_once(path, _written(Ring({key.id: key}, key.id, secrets.token_bytes(SECRET))))
    except OSError as error:
        message = f"密钥文件 {path} 写不进去（{error.strerror}）：请换目录或改 HOTLINE_KEYS。"
        raise KeysError(message) from error
