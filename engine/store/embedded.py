"""The embedded PostgreSQL: a real server from a wheel, its data under var/."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from engine.errors import UnavailableError
from engine.store.database import Database, connect
from engine.store.postgres_wheel import prepare, wheel

DATABASE = "hotline"


def start_server(data: Path) -> Any:
    """Start (or join) the PostgreSQL whose data lie in `data`; it stops with its last user.

    Raises:
        UnavailableError: the directory cannot be written, or the server does not start.
    """
    data = data.expanduser().resolve()
    try:
        prepare(data)
        return wheel().get_server(data)
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


@contextmanager
def embedded_database(var: Path) -> Iterator[Database]:
    """Yield the embedded database under `var`, started if need be, and let it go at the end."""
    server = start_server(var / "postgres")
    database = connect(ensure_database(server))
    try:
        yield database
    finally:
        database.dispose()
        server.cleanup()
