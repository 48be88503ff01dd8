"""A mail server that can be switched off, and that refuses: some for ever, some at first."""

import asyncio
import email
from collections import Counter

from aiosmtpd.controller import Controller

BUSY_TRIES = 2


class Post:
    """Keeps the Message-ID and a digest of everything it took, in the order it came."""

    def __init__(self, port):
        self.port = port
        self.taken = Counter()
        self.contents = {}
        self.refused = Counter()
        self._controller = None

    def open(self):
        """Listen; once is enough."""
        if self._controller is not None:
            return
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self):
        if self._controller is not None:
            self._controller.stop()
        self._controller = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("nobody"):
            self.refused["for ever"] += 1
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        found = email.message_from_bytes(envelope.content)
        name = found["Message-ID"]
        busy = envelope.rcpt_tos[0].startswith("busy")
        if busy and self.refused[name] < BUSY_TRIES:
            self.refused[name] += 1
            return "451 4.3.0 try again later"
        await asyncio.sleep(0.002)  # a moment in which its sender may be killed
        self.taken[name] += 1
        self.contents.setdefault(name, set()).add(said(found))
        return "250 OK"


def said(message):
    """What a reader sees of a mail; its date may differ from try to try."""
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return (message["To"], message["Subject"], tuple(parts))
