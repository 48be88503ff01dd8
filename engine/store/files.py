"""Files under their own SHA-256 (附件库): outside the web root, written whole or not at all.

A file gets its name only once its bytes are on the disk. Its row is written afterwards, in the
action's transaction: a crash in between leaves a file nobody refers to, which the cleaning removes
after a day. Uploads and the cleaning of one file wait for each other by a lock in the database.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.errors import DocumentError, NotFoundError, UnavailableError
from engine.settings import load_settings

CHUNK = 1 << 20
INCOMING, MAIL = "incoming", "mail"
DAMAGED = "附件已损坏，不能下载。请告诉管理员。"


@dataclass(frozen=True)
class Arrived:
    """A file on the disk that has no name yet: its place, its size and its SHA-256."""

    path: Path
    size: int
    sha256: str


def home() -> Path:
    """Return the directory of all files; only this process's user may look into it."""
    found = load_settings().attachments
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def take_in(source: BinaryIO, name: str, most: int) -> Arrived:
    """Write a file's bytes, `most` of them, to the disk; `name` is a random one by the caller.

    Raises:
        UnavailableError: the disk is full or cannot be written.
    """
    incoming = home() / INCOMING
    incoming.mkdir(mode=0o700, exist_ok=True)
    path, digest, size = incoming / name, hashlib.sha256(), 0
    try:
        with open(path, "xb", opener=_private) as target:
            while chunk := source.read(min(CHUNK, most - size)):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        message = "附件没有存下来：磁盘已满或不能写。文字没有丢，请稍后再传，或告诉管理员。"
        raise UnavailableError(message) from error
    return Arrived(path, size, digest.hexdigest())


def digest_of(source: BinaryIO) -> str:
    """Return the SHA-256 of a file that comes, and leave it to be read from its beginning."""
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    source.seek(0)
    return digest.hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def keep(arrived: Arrived) -> Path:
    """Give a file its lasting name; the same bytes are kept once."""
    place = place_of(arrived.sha256)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.exists() and place.stat().st_size == arrived.size:
        os.utime(place)  # the cleaning looks at files only a day after their last use
        discard(arrived)
    else:
        arrived.path.replace(place)
        for directory in (place.parent, place.parent.parent, home()):
            _sync(directory)
    return place


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def discard(arrived: Arrived) -> None:
    """Forget a file that was taken in and is not wanted."""
    arrived.path.unlink(missing_ok=True)


def place_of(sha256: str) -> Path:
    """Return where a file lies; the name is a digest, so no sender can choose it."""
    if len(sha256) != hashlib.sha256().digest_size * 2 or not sha256.isalnum():
        message = "没有这个附件。"
        raise NotFoundError(message)
    return home() / sha256[:2] / sha256[2:4] / sha256


def content(sha256: str) -> bytes:
    """Return a file's bytes, checked against its name.

    Raises:
        DocumentError: the file is gone or is not what was put there.
    """
    try:
        data = place_of(sha256).read_bytes()
    except OSError as error:
        raise DocumentError(DAMAGED) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DocumentError(DAMAGED)
    return data


def keep_mail(digest: str, raw: bytes) -> None:
    """Keep a mail of which a row holds less, as it came; the same mail is kept once.

    Raises:
        UnavailableError: the disk is full or cannot be written.
    """
    place, draft = _mail_place(digest), _mail_place(f"{digest}.part")
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        with open(draft, "wb", opener=_private) as target:
            target.write(raw)
            target.flush()
            os.fsync(target.fileno())
        draft.replace(place)
    except OSError as error:
        message = "来信没有存下来：磁盘已满或不能写；邮件服务器会再送一次。"
        raise UnavailableError(message) from error


def kept_mail(digest: str) -> bytes | None:
    """Return a mail that was kept as it came, or nothing."""
    try:
        return _mail_place(digest).read_bytes()
    except OSError:
        return None


def has_mail(digest: str) -> bool:
    """Return whether a mail is kept as it came."""
    return _mail_place(digest).exists()


def kept_mails() -> list[str]:
    """Return the digests of the mails that are kept as they came."""
    return sorted(path.name for path in (home() / MAIL).glob("*"))


def forget_mail(digest: str) -> None:
    """Forget a mail that somebody has settled."""
    _mail_place(digest).unlink(missing_ok=True)


def _mail_place(digest: str) -> Path:
    return home() / MAIL / digest


def untouched_since(moment: float) -> Iterator[tuple[str, Path]]:
    """Yield the digests and places of kept files not used since a moment (seconds of the epoch)."""
    for path in sorted(home().glob("??/??/*")):
        if path.stat().st_mtime < moment:
            yield path.name, path


def left_behind(moment: float) -> Iterator[Path]:
    """Yield what uploads that died before `moment` have left."""
    for path in sorted((home() / INCOMING).glob("*")):
        if path.stat().st_mtime < moment:
            yield path
