"""Seals secrets that must be readable again: with the installation's key, never in the clear.

A password is kept as a hash; a signing secret cannot be, for every message is signed with it. Who
has only the database has nothing.
"""

import base64
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import UnavailableError
from engine.secret_files import made_once
from engine.settings import load_settings

PURPOSE = b"hotline webhook secrets"
FILE = "keys/secret.key"


def seal(text: str) -> bytes:
    """Return a text sealed with this installation's key."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    """Return a sealed text.

    Raises:
        UnavailableError: this process has another key than the one it was sealed with.
    """
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken as error:
        message = (
            "签名密钥打不开：本机的 HOTLINE_SECRET_KEY（或 var/keys/secret.key）与封存时不同。"
            "请各机用同一个，或在“事件推送”页更换签名密钥。"
        )
        raise UnavailableError(message) from error


def installation_key() -> bytes:
    """Return the key of this installation: as set, or as made once under `var/`."""
    given = load_settings().secret_key
    return given.get_secret_value().encode() if given else _kept(_file(load_settings().var))


@lru_cache(maxsize=4)
def _file(var: Path) -> str:
    """Return where the key of a directory is, as text: asking its state by `Path` costs double."""
    return str(var / FILE)


def _fernet() -> Fernet:
    made = HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(installation_key())
    return Fernet(base64.urlsafe_b64encode(made))


def _kept(file: str) -> bytes:
    """Return the key of this installation's directory; whoever comes first makes it."""
    try:
        stands = os.stat(file)
        return _read(file, stands.st_ino, stands.st_mtime_ns)
    except FileNotFoundError:
        return _made(Path(file))


def _made(path: Path) -> bytes:
    made_once(path, secrets.token_urlsafe(48).encode())
    return path.read_bytes()


@lru_cache(maxsize=4)
def _read(file: str, _inode: int, _changed_ns: int) -> bytes:
    """Return what a file holds, read once while it stands as it is."""
    return Path(file).read_bytes()
