"""The key that signs seals and exports (审计签名): Ed25519, outside of the database."""

from functools import lru_cache
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

from engine.errors import BadInputError, ConflictError
from engine.secret_files import made_once
from engine.settings import load_settings


def signing_key() -> Ed25519PrivateKey:
    """Return this installation's key.

    Several machines need the same file: `HOTLINE_AUDIT_KEY`.

    Raises:
        BadInputError: the file is not there, no Ed25519 key, or cannot be read.
    """
    path = key_file()
    try:
        return _key_in(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise BadInputError(lost()) from error
    except OSError as error:
        message = (
            f"审计签名密钥 {path} 读不出来（{error.strerror}）：让运行 hotline 的用户读得到它。"
        )
        raise BadInputError(message) from error


def make_first() -> None:
    """Make the key of a new installation, unless it is there.

    Raises:
        BadInputError: it cannot be written.
    """
    path = key_file()
    try:
        if not path.exists():
            _make(path)
    except OSError as error:
        message = (
            f"审计签名密钥 {path} 写不进去（{error.strerror}）：换目录，或改 HOTLINE_AUDIT_KEY。"
        )
        raise BadInputError(message) from error


def lost() -> str:
    """Return what is to be done where the key is not there."""
    return (
        f"本机没有审计签名密钥 {key_file()}：从备份放回，或从别的机器拷来 audit.pem，各机用同一个。"
        "新装的由 hotline migrate 生成；真的丢了，见 docs/audit.md“A lost key”。"
    )


def key_file() -> Path:
    """Return where this installation's key lies."""
    settings = load_settings()
    return settings.audit_key or settings.var / "keys" / "audit.pem"


def _unreadable(path: Path) -> str:
    return f"审计签名密钥 {path} 读不出来：应为 Ed25519 私钥（PEM，不加密）。"


@lru_cache(maxsize=8)
def _key_in(path: Path, _changed: int) -> Ed25519PrivateKey:
    """Read a key; one that took another's place in the same file is read anew."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise BadInputError(_unreadable(path)) from error
    if not isinstance(key, Ed25519PrivateKey):
        message = f"审计签名密钥 {path} 不是 Ed25519 私钥。"
        raise BadInputError(message)
    return key


def _make(path: Path) -> None:
    """Write a new key so that two processes starting at once end with the same one."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    made_once(path, pem)


def public_key() -> bytes:
    """Return the 32 bytes of the public key, which anybody may have."""
    return public_of(signing_key())


def public_of(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of a key's public half."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def next_key() -> Ed25519PrivateKey:
    """Return the key that is to follow, made beside the present one where there is none yet."""
    path = _next_file()
    if not path.exists():
        _make(path)
    return _key_in(path, path.stat().st_mtime_ns)


def finish_change(following: bytes) -> bytes:
    """Put the next key in the present one's place; already so is fine. Return its public half.

    Raises:
        ConflictError: the key that the log names is not on this machine.
    """
    path = _next_file()
    if path.exists() and public_of(next_key()) == following:
        path.replace(key_file())
    if public_key() != following:
        message = (
            f"本机没有接替的审计密钥（公钥 {following.hex()[:16]}…），请从更换的那台机器拷来。"
        )
        raise ConflictError(message)
    return following


def _next_file() -> Path:
    path = key_file()
    return path.with_name(f"{path.name}.next")


def is_signed(signature: bytes, what: bytes, public: bytes) -> bool:
    """Say whether `signature` is this key's over `what`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, what)
    except InvalidSignature:
        return False
    return True
