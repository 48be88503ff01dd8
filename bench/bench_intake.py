"""From an acknowledged ticket to the mail that assigns it, in a whole `hotline serve`.

    python -m bench.bench_intake [TICKETS] [ROWS]

One ticket a second over HTTP: how long after its answer the assignment mail is accepted by SMTP.
Then `hotline import` of a file: how long until every ticket is routed and every mail accepted, and
how much memory the whole process tree takes at most. The commands are real, the sink is ours.
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.bench_api import bodies
from bench.servers import ROOT, Meter, free_port
from engine.store.embedded import running_address

TICKETS, ROWS = 60, 10_000
NUMBER = re.compile(r"LZ\d{10}")
COMMAND = [sys.executable, "-c", "from engine.cli import main; main()"]
WAITING = (
    "SELECT (SELECT count(*) FROM ticket WHERE status = 'accepted'),"
    " (SELECT count(*) FROM outbox_message WHERE status = 'pending' AND next_attempt_at <= now())"
)


class Sink:
    """Accepts every mail and remembers when the first one about each ticket came."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.mails = 0

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one mail."""
        self.mails += 1
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        subject = str(message_from_bytes(content, policy=policy.default)["subject"])
        for number in NUMBER.findall(subject):
            self.at.setdefault(number, time.perf_counter())
        return "250 OK"


@contextmanager
def smtp() -> Iterator[tuple[str, Sink]]:
    """Yield the address of a sink and what it keeps."""
    sink = Sink()
    controller: Any = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", sink
    finally:
        controller.stop()


@contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[int]:
    """Yield the process id of a `hotline serve` that is ready."""
    process = subprocess.Popen(
        [*COMMAND, "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 180
        while not _ready(port):
            if time.monotonic() > until or process.poll() is not None:
                message = "hotline serve did not come up"
                raise TimeoutError(message)
            time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _ready(port: int) -> bool:
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False


def one_a_second(port: int, key: str, sink: Sink, count: int) -> None:
    """Post a ticket each second and print how long the mails took."""
    acknowledged: dict[str, float] = {}
    began = time.perf_counter()
    for place, body in enumerate(bodies(count * 3, "mail")):
        if len(acknowledged) == count:
            break
        time.sleep(max(0.0, began + place - time.perf_counter()))
        answer = _posted(port, key, body)
        if answer["decision"]["code"] == "dispatch":
            acknowledged[answer["number"]] = time.perf_counter()
    time.sleep(5)
    took = [sink.at[one] - at for one, at in acknowledged.items() if one in sink.at]
    cuts = quantiles(took, n=100, method="inclusive")
    print(
        f"POST to assignment mail accepted, 1/s: p50 {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s, "
        f"worst {max(took):.2f} s; {len(took)} of {len(acknowledged)} mailed", flush=True,
    )  # fmt: skip


def _posted(port: int, key: str, body: dict[str, Any]) -> dict[str, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("POST", "/api/v1/tickets", json.dumps(body), headers)
    answer = connection.getresponse()
    told: dict[str, Any] = json.loads(answer.read())
    connection.close()
    if answer.status != 201:
        raise AssertionError(answer.status, told)
    return told


def imported(environment: dict[str, str], url: str, process: int, sink: Sink, rows: int) -> None:
    """Import a file and print how long it took until nothing waits, and the most memory."""
    file = _file(Path(environment["HOTLINE_VAR"]) / "import.csv", rows)
    began, before, most = time.perf_counter(), sink.mails, 0.0
    command = [*COMMAND, "import", str(file), "--by", "huawu"]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    written = 0.0
    with psycopg.connect(url, autocommit=True) as database:
        while True:
            alive = running.poll() is None
            written = written if written or alive else time.perf_counter() - began
            pids = (process, running.pid) if alive else (process,)
            most = max(most, Meter(*pids).megabytes())
            waiting = database.execute(WAITING).fetchone()
            if not alive and waiting == (0, 0):
                break
            time.sleep(1)
        found = database.execute(
            "SELECT count(*), count(lead_unit_id) FROM ticket WHERE external_id LIKE 'import-%'"
        ).fetchone()
    print(f"hotline import of {rows} rows: written in {written:.0f} s, all routed and mailed in "
          f"{time.perf_counter() - began:.0f} s; {found} (written, with a unit), "
          f"{sink.mails - before} mails; at most {most:.0f} MB in all", flush=True)  # fmt: skip


def _file(path: Path, rows: int) -> Path:
    names = ("kind", "content", "phone", "enterprise", "source", "external_id")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(bodies(rows, "import", first=TICKETS * 3))
    return path


def main() -> None:
    """Start an installation of its own, measure, and leave nothing behind."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else ROWS
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, smtp() as (address, sink):
        environment = {
            **os.environ, "HOTLINE_VAR": folder, "HOTLINE_PORT": str(port),
            "HOTLINE_PREFECT_PORT": str(free_port()), "HOTLINE_SMTP_URL": address,
        }  # fmt: skip
        with serving(environment, port) as process:
            url = running_address(Path(folder))
            key = _key(url)
            one_a_second(port, key, sink, count)
            imported(environment, url, process, sink, rows)


def _key(url: str) -> str:
    from engine.actions.people import create_api_key
    from engine.actions.setup import SCOPES
    from engine.clock import now
    from engine.store.database import connect, use, work

    use(connect(url))
    with work() as session:
        _, key = create_api_key(session, "bench", list(SCOPES), now())
    return key


if __name__ == "__main__":
    main()
