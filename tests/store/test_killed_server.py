"""The embedded PostgreSQL when it was killed: the same data on the same socket, by itself."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from engine.store.embedded import embedded_server
from engine.store.postgres_wheel import forget_dead_server, lives, patiently


@pytest.fixture
def running():
    home = Path(tempfile.mkdtemp(prefix="hotline-test-killed-"))
    with embedded_server(home) as server:
        yield server
    shutil.rmtree(home, ignore_errors=True)


def kill(server):
    process = psutil.Process(server.server.get_pid())
    process.kill()
    until = time.monotonic() + 5
    while server.lives() and time.monotonic() < until:
        time.sleep(0.02)


def test_a_killed_server_comes_back_with_its_data_and_old_connections_are_replaced(running):
    with running.database.work() as session:
        session.execute(text("CREATE TABLE kept (word text)"))
        session.execute(text("INSERT INTO kept VALUES ('在')"))
    before = running.server.get_uri()

    kill(running)
    assert not running.lives()
    running.start_again()

    assert running.lives()
    assert running.server.get_uri() == before
    with running.database.work() as session:
        assert session.execute(text("SELECT word FROM kept")).scalar() == "在"


def test_another_program_that_got_the_dead_servers_number_is_not_taken_for_it(running):
    kill(running)
    file = running.server.pgdata / "postmaster.pid"
    other = subprocess.Popen(["sleep", "60"])
    try:
        _, rest = file.read_text().split("\n", 1)
        file.write_text(f"{other.pid}\n{rest}")

        running.start_again()

        assert running.lives()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


class Slow:
    """A start that the wheel gives up waiting for, the first time."""

    def __init__(self):
        self.tries = 0

    def __call__(self):
        self.tries += 1
        if self.tries == 1:
            raise subprocess.TimeoutExpired("pg_ctl", 10)
        return "started"


def test_a_server_that_takes_long_to_recover_is_waited_for(running):
    assert patiently(running.server.pgdata, Slow()) == "started"


def test_a_server_that_died_while_starting_is_not_waited_for(running):
    kill(running)

    with pytest.raises(subprocess.TimeoutExpired):
        patiently(running.server.pgdata, Slow())


def test_a_server_that_lives_keeps_its_lock_file(running):
    forget_dead_server(running.server.pgdata)

    assert (running.server.pgdata / "postmaster.pid").exists()
    assert lives(running.server.get_pid())


def test_letting_go_of_a_killed_server_is_quiet(capfd):
    home = Path(tempfile.mkdtemp(prefix="hotline-test-killed-"))
    began = time.monotonic()

    with embedded_server(home) as server:
        began = time.monotonic()
        kill(server)

    assert time.monotonic() - began < 5
    assert "Failed" not in capfd.readouterr().err
    shutil.rmtree(home, ignore_errors=True)
