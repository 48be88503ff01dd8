"""Starts, watches and stops the embedded Prefect server, a child process of its own."""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine import clock
from engine.flows import environment
from engine.serving.checks import free_port

HOST = "127.0.0.1"
MODULE = "engine.serving.prefect_child"
STOP_SECONDS = 5


@dataclass
class PrefectServer:
    """A running child: where it listens, and the password of its pages."""

    home: Path
    port: int
    password: str
    child: "subprocess.Popen[bytes]"
    name: str = "Prefect"

    @property
    def api_url(self) -> str:
        """Return the address that flows talk to."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def log_file(self) -> Path:
        """Return where the server writes what happens."""
        return self.home / "server.log"

    def lives(self) -> bool:
        """Return whether the child is there."""
        return self.child.poll() is None

    def start_again(self) -> None:
        """Start another child in place of one that ended, at the same address."""
        if self.child.stdin is not None:
            self.child.stdin.close()
        note(self.home, f"ended with code {self.child.returncode}, is started again")
        self.child = _launch(self.home, self.port, self.password)

    def stop(self) -> None:
        """Stop the child in order, or at all events."""
        if self.child.stdin is not None:
            self.child.stdin.close()
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        (self.home / "server.pid").unlink(missing_ok=True)


def start(var: Path, wanted_port: int) -> PrefectServer:
    """Start the server with its data under `var`; it answers after 5 to 12 seconds."""
    home = var / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    stop_left_over(home)
    port, password = free_port(HOST, wanted_port), own_password(home)
    return PrefectServer(home, port, password, _launch(home, port, password))


def own_password(home: Path) -> str:
    """Return the password of this installation's Prefect, made on first use, for the owner only."""
    file = home / "password"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as writing:
            writing.write(secrets.token_urlsafe(24))
    return file.read_text().strip()


def stop_left_over(home: Path) -> None:
    """Stop the child of a parent that was killed a moment ago, if it is still on its way out."""
    try:
        left = psutil.Process(int((home / "server.pid").read_text()))
        if MODULE in left.cmdline():
            left.terminate()
            left.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        left.kill()
    except (OSError, ValueError, psutil.Error):
        return


def note(home: Path, what: str) -> None:
    """Write one line into the server's log: what only the parent knows."""
    with (home / "server.log").open("a", encoding="utf-8") as log:
        log.write(f"{clock.now().astimezone():%Y-%m-%d %H:%M:%S} hotline: Prefect {what}\n")


def _launch(home: Path, port: int, password: str) -> "subprocess.Popen[bytes]":
    values = {**os.environ, **environment.for_server(home, password)}
    values.pop("PREFECT_API_URL", None)
    note(home, f"starts on port {port}")
    with (home / "server.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", MODULE, str(port)],
            stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT,
            env=values, start_new_session=True,
        )  # fmt: skip
    (home / "server.pid").write_text(str(child.pid))
    (home / "server.port").write_text(str(port))
    return child
