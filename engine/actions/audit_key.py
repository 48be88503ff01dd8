"""The key that signs seals and exports (审计签名): Ed25519, outside of the database."""

import os
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from engine.errors import BadInputError
from engine.settings import load_settings


def signing_key() -> Ed25519PrivateKey:
    """Return this installation's key, made at first use.

    Several machines need the same file: `HOTLINE_AUDIT_KEY`.

    Raises:
        BadInputError: the file is not an Ed25519 key, or cannot be read or made.
    """
    settings = load_settings()
    return _key_in(settings.audit_key or settings.var / "keys" / "audit.pem")


@cache
def _key_in(path: Path) -> Ed25519PrivateKey:
    try:
        if not path.exists():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        message = f"审计签名密钥 {path} 读不出来：应为 Ed25519 私钥（PEM，不加密）。"
        raise BadInputError(message) from error
    if not isinstance(key, Ed25519PrivateKey):
        message = f"审计签名密钥 {path} 不是 Ed25519 私钥。"
        raise BadInputError(message)
    return key


def _make(path: Path) -> None:
    """Write a new key so that two processes starting at once end with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)


def public_key() -> bytes:
    """Return the 32 bytes of the public key, which anybody may have."""
    return signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def is_signed(signature: bytes, what: bytes, public: bytes) -> bool:
    """Say whether `signature` is this key's over `what`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, what)
    except InvalidSignature:
        return False
    return True
