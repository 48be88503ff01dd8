"""A small IMAP server on a local port: one mailbox, what Python's own client asks, and no more."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

USER, PASSWORD = "hotline", "geheim-1"


class Mailbox:
    """Messages by key, which of them were read, and how often somebody signed in.

    `broken` says of which the server does not give out ("no"), or hangs up on who asks.
    """

    def __init__(self) -> None:
        self.messages: dict[int, bytes] = {}
        self.read: set[int] = set()
        self.broken: dict[int, str] = {}
        self.logins = 0
        self.port = 0

    def put(self, raw: bytes) -> int:
        key = len(self.messages) + 1
        self.messages[key] = raw
        return key

    @property
    def url(self) -> str:
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/INBOX?timeout=5"

    @property
    def unread(self) -> list[int]:
        return [key for key in self.messages if key not in self.read]


@contextmanager
def imap_server() -> Iterator[Mailbox]:
    """Run a mailbox on a free port for the length of a `with` block."""
    box = Mailbox()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(box))
    server.daemon_threads = True
    box.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()


def _handler(box: Mailbox) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, rest = line.decode().strip().partition(" ")
                body, state = answer(box, rest)
                if state == "hang up":
                    return
                self.wfile.write(body + f"{tag} {state} done\r\n".encode())
                if rest.upper().startswith("LOGOUT"):
                    return

    return Handler


def answer(box: Mailbox, asked: str) -> tuple[bytes, str]:
    """Return the untagged lines and the state of one command."""
    command = asked.upper()
    if command.startswith("CAPABILITY"):
        return b"* CAPABILITY IMAP4REV1\r\n", "OK"
    if command.startswith("LOGIN"):
        box.logins += 1
        return b"", "OK" if asked.split()[2].strip('"') == PASSWORD else "NO wrong password"
    if command.startswith("SELECT"):
        return b"* 1 EXISTS\r\n", "OK" if "INBOX" in command else "NO no such folder"
    if command.startswith("UID SEARCH"):
        return f"* SEARCH {' '.join(map(str, box.unread))}\r\n".encode(), "OK"
    if command.startswith("UID FETCH"):
        return _fetched(box, asked)
    if command.startswith("UID STORE"):
        box.read.add(int(asked.split()[2]))
    return b"", "OK"


def _fetched(box: Mailbox, asked: str) -> tuple[bytes, str]:
    key = int(asked.split()[2])
    if key in box.broken:
        return b"", "hang up" if box.broken[key] == "hang up" else "NO internal error"
    raw = box.messages[key]
    if "RFC822.SIZE" in asked:
        return f"* {key} FETCH (UID {key} RFC822.SIZE {len(raw)})\r\n".encode(), "OK"
    most = int(re.search(r"<0\.(\d+)>", asked)[1])
    part = raw[:most]
    head = f"* {key} FETCH (UID {key} BODY[]<0> {{{len(part)}}}\r\n".encode()
    return head + part + b")\r\n", "OK"
