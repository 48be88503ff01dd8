"""The embedded PostgreSQL: a real server from a wheel, its data under var/."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from engine.errors import UnavailableError
from engine.store.database import Database, connect
from engine.store.postgres_wheel import forget_dead_server, lives, patiently, prepare, wheel

DATABASE = "hotline"


def start_server(data: Path) -> Any:
    """Start (or join) the PostgreSQL whose data lie in `data`; it stops with its last user.

    Raises:
        UnavailableError: the directory cannot be written, or the server does not start.
    """
    data = data.expanduser().resolve()
    try:
        prepare(data)
        return patiently(data, lambda: wheel().get_server(data))
    except OSError as error:
        why = error.strerror or error
        message = f"不能写入 {data.parent}：{why}。请换一个可写的目录（HOTLINE_VAR）。"
        raise UnavailableError(message) from error
    except Exception as error:
        message = f"内置数据库没有启动：{error}。日志在 {data / 'log'}。"
        raise UnavailableError(message) from error


def ensure_database(server: Any, name: str = DATABASE) -> str:
    """Return the URL of database `name` on `server`, creating it when it is not there."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, (name,)).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{name}"')
    return str(server.get_uri(database=name))


@dataclass
class EmbeddedServer:
    """The running server, its database, and how to start it again when it was killed."""

    server: Any
    database: Database
    name: str = "内置 PostgreSQL"

    def lives(self) -> bool:
        """Return whether the server's first process is there; a zombie is not."""
        return lives(self.server.get_pid())

    def start_again(self) -> None:
        """Start it with the same data on the same socket, so that every connection works again."""
        with self.server._lock:
            forget_dead_server(self.server.pgdata)
            patiently(self.server.pgdata, self.server.ensure_postgres_running)

    def stop(self) -> None:
        """Let the server go; it stops with its last user."""
        self.database.dispose()
        self._adopt()
        self.server.cleanup()

    def _adopt(self) -> None:
        """Have the wheel stop what runs now: nothing, or a server that came up after all.

        It would wait for a dead one, and fail.
        """
        found = None
        with suppress(OSError, AssertionError, ValueError):
            found = wheel().PostmasterInfo.read_from_pgdata(self.server.pgdata)
        alive = found is not None and lives(found.pid)
        self.server._postmaster_info = found if alive else None


@contextmanager
def embedded_server(var: Path) -> Iterator[EmbeddedServer]:
    """Yield the embedded server under `var`, started if need be, and let it go at the end."""
    server = start_server(var / "postgres")
    running = EmbeddedServer(server, connect(ensure_database(server)))
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def embedded_database(var: Path) -> Iterator[Database]:
    """Yield the embedded database under `var`, started if need be, and let it go at the end."""
    with embedded_server(var) as running:
        yield running.database


def running_address(var: Path) -> str:
    """Return the address of the embedded database under `var`, or nothing when it does not run."""
    data = (var / "postgres").expanduser().resolve()
    found = None
    with suppress(OSError, AssertionError, ValueError):
        found = wheel().PostmasterInfo.read_from_pgdata(data)
    if found is None or found.socket_dir is None or not lives(found.pid):
        return ""
    return f"postgresql://postgres:@/{DATABASE}?host={quote(str(found.socket_dir))}"
