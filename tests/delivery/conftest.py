"""A real SMTP server on a local port: it keeps what it is given and refuses what it is told to."""

import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller


class Sink:
    """Keeps every message; answers by the local part of the address: 550-x@, 450-x@, drop-x@."""

    def __init__(self):
        self.messages = []
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("550-"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("450-"):
            return "450 4.2.0 mailbox busy"
        if address.startswith("drop-"):
            server.transport.abort()
            return "421 bye"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if b"TOO-BIG" in envelope.content:
            return "552 5.3.4 message too big"
        self.messages.append(envelope)
        return f"250 OK queued as {len(self.messages)}"


@pytest.fixture
def sink() -> Iterator[Sink]:
    handler = Sink()
    with running(handler) as port:
        handler.url = f"smtp://127.0.0.1:{port}?timeout=5"
        yield handler


class running:  # noqa: N801 - reads as a sentence in `with running(sink)`
    """Run a sink on a free port for the length of a `with` block."""

    def __init__(self, handler, **options):
        self.controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)

    def __enter__(self) -> int:
        self.controller.start()
        return self.controller.port

    def __exit__(self, *_):
        self.controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
