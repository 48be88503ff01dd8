"""`hotline serve` as people start and stop it: a real process tree, nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow
READY = "按 Ctrl-C 停止"


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@dataclass
class Serve:
    process: subprocess.Popen
    output: Path
    port: int
    prefect_port: int
    seconds: float = 0.0

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def prefect_answers(self):
        try:
            address = f"http://127.0.0.1:{self.prefect_port}/api/health"
            return urllib.request.urlopen(address, timeout=1).status == 200
        except OSError:
            return False

    def is_ready(self):
        try:
            return urllib.request.urlopen(self.url("/health/ready"), timeout=5).status == 200
        except OSError:
            return False

    def stop(self, number=signal.SIGINT):
        os.killpg(self.process.pid, number)
        return self.process.wait(30)


def wait_for(condition, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def start(var, patience=60):
    output = var.parent / f"serve-{time.monotonic_ns()}.log"
    serve = Serve(None, output, free_port(), free_port())
    environment = {
        **os.environ, "HOTLINE_VAR": str(var), "HOTLINE_PORT": str(serve.port),
        "HOTLINE_PREFECT_PORT": str(serve.prefect_port),
    }  # fmt: skip
    command = [sys.executable, "-c", "from engine.cli import main; main()", "serve"]
    began = time.monotonic()
    with output.open("w") as writing:
        serve.process = subprocess.Popen(
            command, env=environment, stdout=writing, stderr=writing, start_new_session=True
        )
    ready = wait_for(lambda: READY in output.read_text() or serve.process.poll() is not None,
                     patience)  # fmt: skip
    assert ready, output.read_text()
    assert READY in output.read_text(), output.read_text()
    serve.seconds = time.monotonic() - began
    return serve


def left_of(var):
    """Processes that name this directory in their command line or environment."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        try:
            words = [*(process.info["cmdline"] or []), process.environ().get("HOTLINE_VAR", "")]
        except psutil.Error:
            continue
        if any(str(var) in word for word in words) and process.pid != os.getpid():
            found.append(" ".join(process.info["cmdline"] or []))
    return found


@pytest.fixture
def data(tmp_path):
    var = tmp_path / "a place" / "var"
    var.parent.mkdir()
    yield var
    for process in psutil.process_iter(["cmdline"]):
        if str(var) in " ".join(process.info["cmdline"] or []):
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_leaves_no_process_and_the_next_start_is_quick(data, number):
    first = start(data)
    assert urllib.request.urlopen(first.url("/health/live"), timeout=5).status == 200
    assert wait_for(first.prefect_answers, 60)

    assert first.stop(number) == 0
    assert left_of(data) == []

    second = start(data)
    assert second.seconds <= 10
    second.stop()
    assert left_of(data) == []


def test_a_stop_while_prefect_makes_its_first_tables_does_not_spoil_the_next_start(data):
    first = start(data)
    first.stop()
    assert left_of(data) == []

    second = start(data)

    assert wait_for(second.prefect_answers, 60)
    second.stop()
    assert left_of(data) == []


def test_a_killed_postgres_and_a_killed_prefect_come_back_by_themselves(data):
    serve = start(data)
    assert wait_for(serve.prefect_answers, 60)
    postgres = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
    prefect = int((data / "prefect" / "server.pid").read_text())

    psutil.Process(postgres).kill()
    psutil.Process(prefect).kill()

    assert wait_for(lambda: not serve.prefect_answers(), 5)
    assert wait_for(serve.is_ready, 10)
    assert wait_for(serve.prefect_answers, 60)
    said = serve.output.read_text()
    assert said.count("内置 PostgreSQL 意外停止，已自动重新启动") == 1
    assert said.count("Prefect 意外停止，已自动重新启动") == 1
    assert "ended with code -9" in (data / "prefect" / "server.log").read_text()
    assert serve.stop() == 0
    assert left_of(data) == []


def test_a_stop_right_after_a_kill_starts_nothing_again(data):
    serve = start(data)
    postgres = int((data / "postgres" / "postmaster.pid").read_text().split()[0])

    psutil.Process(postgres).kill()

    assert serve.stop() == 0
    assert left_of(data) == []


def test_after_a_kill_the_next_start_works_and_its_end_leaves_nothing(data):
    first = start(data)
    assert wait_for(first.prefect_answers, 60)
    first.process.kill()
    first.process.wait()
    assert wait_for(lambda: not first.prefect_answers(), 10)

    second = start(data)
    assert second.seconds <= 15
    second.stop()

    assert left_of(data) == []
