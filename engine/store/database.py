"""The one way to the database: `work()` is one transaction, committed when it ends well."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from engine.errors import UnavailableError

WAKE_CHANNEL = "hotline_wake"
AWAY = "数据库暂时连不上，刚才的内容没有保存，请稍后再试。"


@dataclass
class Database:
    """A PostgreSQL database and its pool of connections."""

    url: str
    engine: Engine

    @contextmanager
    def work(self) -> Iterator[Session]:
        """Yield a session whose changes are committed together at the end, or not at all.

        Raises:
            UnavailableError: the database cannot be reached; nothing was written.
        """
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except (OperationalError, InterfaceError) as error:
            raise UnavailableError(AWAY) from error

    def dispose(self) -> None:
        """Close every connection of this process."""
        self.engine.dispose()


def connect(url: str, **options: Any) -> Database:
    """Return the database behind a PostgreSQL URL; connections are made when first needed."""
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    settings = {
        "pool_size": 10,
        "max_overflow": 20,
        "pool_pre_ping": True,
        "hide_parameters": True,
        **options,
    }
    return Database(url, create_engine(address, **settings))


class _Current:
    """The database of this process, set once at start."""

    database: Database | None = None


def use(database: Database) -> Database:
    """Make `database` the one that `work()` writes to, and return it."""
    _Current.database = database
    return database


def current() -> Database:
    """Return the database of this process.

    Raises:
        UnavailableError: no database was set up; `hotline serve` does that.
    """
    if _Current.database is None:
        message = "还没有连接数据库：请用 hotline serve 启动，或设置 HOTLINE_DATABASE_URL。"
        raise UnavailableError(message)
    return _Current.database


@contextmanager
def work() -> Iterator[Session]:
    """Yield a session on the current database: one transaction, committed at the end."""
    with current().work() as session:
        yield session


def wake(session: Session, what: str = "") -> None:
    """Tell the scheduler, once this transaction commits, that something waits (NOTIFY)."""
    session.connection().execute(
        text("SELECT pg_notify(:channel, :what)"), {"channel": WAKE_CHANNEL, "what": what}
    )
