"""A mail server that answers as it is told to: with words, silence, or one byte at a time."""

import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

USUAL = {"GREETING": "220 hello", "DATA": "354 go", "END": "250 taken", "QUIT": "221 bye"}
DROP, TRICKLE = "drop", "trickle"


class Scripted:
    """What the server says, by command: a line, `DROP`, `TRICKLE`, or what a function returns.

    A function is given the command's line; END is the answer to the final dot.
    """

    def __init__(self, answers):
        self.answers = answers
        self.asked = Counter()
        self.taken = []
        self.port = 0

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}?timeout=2"

    def says(self, command, line=""):
        self.asked[command] += 1
        said = self.answers.get(command, USUAL.get(command, "250 ok"))
        return said(line) if callable(said) else said


@contextmanager
def scripted(**answers) -> Iterator[Scripted]:
    """Run such a server for the length of a `with` block."""
    script = Scripted(answers)
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(script))
    server.daemon_threads = True
    script.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def _handler(script: Scripted) -> type[socketserver.StreamRequestHandler]:  # noqa: C901
    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            with suppress(OSError):
                self.say(script.says("GREETING"))
                for line in iter(self.rfile.readline, b""):
                    self.answer(line.decode().strip())

        def answer(self, line):
            command = line.split(" ")[0].upper()
            said = script.says(command, line)
            self.say(said)
            if command == "DATA" and said.startswith("354"):
                self.take()

        def take(self):
            lines = iter(self.rfile.readline, b".\r\n")
            script.taken.append(b"".join(lines))
            self.say(script.says("END"))

        def say(self, said):
            if said == DROP:
                raise OSError
            if said == TRICKLE:
                for _ in range(200):
                    self.wfile.write(b".")
                    time.sleep(0.05)
            self.wfile.write(said.encode() + b"\r\n")

    return Handler
