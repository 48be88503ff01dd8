"""Files that hold a secret (密钥文件): nobody else reads them, they are made once, and whole.

A draft is written to the disk before it gets its name, so that a crash leaves no empty key behind.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _keep_names(folder: Path) -> None:
    """Have the disk know what the files of a directory are called."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
