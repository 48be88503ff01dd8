"""An installation on many machines, played on one: its parts, its nights, and what befalls it."""

import multiprocessing
import random
import signal
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field

import psutil
import psycopg

from engine.serving import prefect_server
from engine.store.embedded import embedded_server
from tests.delivery.conftest import free_port
from tests.faults import parts
from tests.faults.sink import Post

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.parts"])
# Kind of part, error of its clock in seconds, and its share of the kills.
PARTS = {
    "worker with Prefect": (parts.worker, 0.0, 12),
    "worker 3 minutes ahead": (parts.worker, 180.0, 30),
    "API": (parts.web, 0.0, 25),
    "people 1": (parts.people, 0.0, 15),
    "people 2": (parts.people, 0.0, 15),
}
PREFECT_SHARE = 3


@dataclass
class House:
    """What runs, and how often each of it was killed."""

    home: object
    seed: int
    killed: dict = field(default_factory=dict)
    running: dict = field(default_factory=dict)
    starts: int = 0

    def __post_init__(self):
        self.began = time.monotonic()
        self.chance = random.Random(self.seed)
        self.port = free_port()
        self.post = Post(free_port())
        file = self.home / "clock"
        file.write_bytes(bytes(8))
        self.clock = parts.SharedClock(file)
        self._postgres = embedded_server(self.home / "pg")
        self.postgres = self._postgres.__enter__()
        self.url = self.postgres.database.url
        self.prefect = None

    def start(self, name):
        kind, error, _ = PARTS[name]
        self.starts += 1
        process = CONTEXT.Process(
            target=kind,
            args=(self.environment(name), str(self.home / "clock"), error, self.starts),
            daemon=True,
        )
        process.start()
        self.running[name] = process

    def environment(self, name):
        given = {
            "HOTLINE_DATABASE_URL": self.url, "HOTLINE_PORT": str(self.port),
            "HOTLINE_VAR": str(self.home / name.replace(" ", "-")),
            "HOTLINE_SMTP_URL": f"smtp://127.0.0.1:{self.post.port}?timeout=5",
            "HOTLINE_ATTACHMENT_DIRECTORY": str(self.home / "attachments"),
            "HOTLINE_AUDIT_KEY": str(self.home / "audit.pem"),
            "HOTLINE_KEYS": str(self.home / "personal.json"),
            "PREFECT_LOGGING_LEVEL": "ERROR",
        }  # fmt: skip
        if name == "worker with Prefect":
            given["HOTLINE_PREFECT_API_URL"] = self.prefect.api_url
            given["PREFECT_API_AUTH_STRING"] = f"admin:{self.prefect.password}"
        return given

    def start_all(self):
        for name in PARTS:
            self.start(name)

    def open_prefect(self):
        self.prefect = prefect_server.start(self.home / "prefect", free_port())

    def flow_runs(self):
        """How many runs Prefect knows of."""
        database = self.home / "prefect" / "prefect" / "prefect.db"
        with closing(sqlite3.connect(database)) as found:
            return found.execute("SELECT count(*) FROM flow_run").fetchone()[0]

    def kill_one(self):
        """Kill a part at this very moment, and start it again."""
        names = [*PARTS, "Prefect server"]
        shares = [*(share for *_, share in PARTS.values()), PREFECT_SHARE]
        name = self.chance.choices(names, shares)[0]
        self._count(name)
        if name == "Prefect server":
            self.prefect.child.kill()
            self.prefect.child.wait()
            self.prefect.start_again()
            return
        self.running[name].kill()
        self.running[name].join()
        self.start(name)

    def revive(self):
        """Start what ended by itself, as systemd does: a part ends when it finds no database."""
        for name, process in list(self.running.items()):
            if not process.is_alive():
                self.start(name)

    def _count(self, name):
        self.killed[name] = self.killed.get(name, 0) + 1

    def kill_all(self):
        for name, process in self.running.items():
            process.kill()
            process.join()
            self._count(name)
        self.running.clear()

    def night(self, morning):
        """Everything dies; it is started again in the morning of another day.

        The database's own clock can't be moved: what it marked as being sent is marked earlier.
        """
        self.kill_all()
        self.clock.set(morning)
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "UPDATE outbox_message SET sending_until = sending_until - interval '1 day'"
            )
        self.start_all()

    def kill_postgres(self):
        psutil.Process(self.postgres.server.get_pid()).kill()
        self._again()

    def restart_postgres(self):
        """Stop it as `pg_ctl stop -m fast` does: everybody is thrown out, then it starts."""
        psutil.Process(self.postgres.server.get_pid()).send_signal(signal.SIGINT)
        self._again()

    def _again(self):
        until = time.monotonic() + 30
        while self.postgres.lives() and time.monotonic() < until:
            time.sleep(0.05)
        self.postgres.start_again()
        self._count("PostgreSQL")

    def close(self):
        for process in self.running.values():
            process.kill()
            process.join()
        with suppress(Exception):
            self.post.close()
        if self.prefect is not None:
            self.prefect.stop()
        self._postgres.__exit__(None, None, None)
