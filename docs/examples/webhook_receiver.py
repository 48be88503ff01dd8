"""Receives events of the hotline: verified, each once, answered at once; needs only Python.

HOTLINE_WEBHOOK_SECRET=whsec_... python docs/examples/webhook_receiver.py 9000
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

OLDEST_SECONDS = 300
LARGEST = 10_000_000


def is_genuine(body: bytes, headers: Mapping[str, str], secret: str, now: float) -> bool:
    """Return whether a message is the hotline's, whole and fresh (Standard Webhooks 1.0)."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > OLDEST_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{stamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(one.encode(), expected.encode()) for one in given)


def events_in(message: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield type and data of each event: one, or a batch of CloudEvents."""
    for one in message if isinstance(message, list) else [message]:
        yield one["type"], one["data"]


class Tickets:
    """What is known of tickets: the newest step of each; what comes late is passed by."""

    def __init__(self) -> None:
        self.steps: dict[str, int] = {}

    def hear(self, kind: str, data: dict[str, Any]) -> str:
        """Take an event in and return what to say of it; nothing where it is old or a repeat."""
        if "number" not in data:
            return kind
        number, seq = data["number"], data["seq"]
        if seq <= self.steps.get(number, 0):
            return ""
        self.steps[number] = seq
        return f"{number} {data['event']['label']} -> {data['status']['label']}"


def server(port: int, secret: str, tickets: Tickets) -> HTTPServer:
    """Return a server that takes events in on every path."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            if length > LARGEST:
                self._answer(413)
                return
            body = self.rfile.read(length)
            if not is_genuine(body, self.headers, secret, time.time()):
                self._answer(401)
                return
            self._answer(204)
            for kind, data in events_in(json.loads(body)):
                if words := tickets.hear(kind, data):
                    print(words, flush=True)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing of requests; what they hold is printed."""

    return HTTPServer(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    server(int(sys.argv[1]), os.environ["HOTLINE_WEBHOOK_SECRET"], Tickets()).serve_forever()
