"""Files that hold a secret (密钥文件): nobody else reads them, they are made once, and whole.

A draft is written to the disk before it gets its name, so that a crash leaves no empty key behind.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def made_once(path: Path, content: bytes) -> None:
    """Make a file that is not there yet; of two processes at once, one does.

    Raises:
        OSError: it cannot be written.
    """
    with _draft(path, content) as draft:
        try:
            os.link(draft, path)  # a link is made once: two processes never write two secrets
        except FileExistsError:
            return
        _keep_names(path.parent)


def put(path: Path, content: bytes) -> None:
    """Put a file in the place of another at once.

    Raises:
        OSError: it cannot be written.
    """
    with _draft(path, content) as draft:
        draft.replace(path)
        _keep_names(path.parent)


@contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    _make_folder(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            _hand_over(file.fileno(), path.parent)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        if os.name == "posix":
            opened = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
            _hand_over(opened, folder.parent)
            os.close(opened)


def _hand_over(opened: int, folder: Path) -> None:
    """Give what root made to whom the directory belongs: the programs, which must read it.

    By what is open, never by name: whose directory it is could put a link there meanwhile.
    """
    if os.name == "posix" and os.geteuid() == 0:
        owner = folder.stat()
        with suppress(PermissionError):  # a share that takes root for nobody
            os.fchown(opened, owner.st_uid, owner.st_gid)


def _keep_names(folder: Path) -> None:
    """Have the disk know what the files of a directory are called."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
