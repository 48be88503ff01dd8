"""A real SMTP server on loopback that keeps what it takes, one .eml file a mail."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Takes every mail and writes it to a directory, named by its order and addressee."""

    def __init__(self, directory: Path) -> None:
        """Keep mails in `directory`, which is made when it is missing."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.count = 0

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Write one mail and accept it."""
        self.count += 1
        to = re.sub(r"[^\w.@-]", "_", envelope.rcpt_tos[0])
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        (self.directory / f"{self.count:03d}-{to}.eml").write_bytes(raw)
        return "250 OK"


@contextmanager
def smtp_sink(directory: Path) -> Iterator[tuple[str, Keeper]]:
    """Yield the smtp:// address of a server on a free loopback port, and what it keeps."""
    keeper = Keeper(directory)
    controller: Any = Controller(keeper, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", keeper
    finally:
        controller.stop()


def free_port() -> int:
    """Return a TCP port that is free on loopback now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
