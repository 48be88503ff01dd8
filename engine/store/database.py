"""The one way to the database: `work()` is one transaction, committed when it ends well.

Every such transaction acts as the role `hotline_app` (engine/store/app_roles.py), set for it alone.
"""

import math
import select
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Dialect, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from engine.errors import UnavailableError
from engine.store import json_columns
from engine.store.app_roles import APP, roles_usable
from engine.store.wide_lists import widen

WAKE_CHANNEL = "hotline_wake"
NOTIFY, COMMIT = sql.SQL("NOTIFY {}, {}"), "COMMIT"
ACTS = "hotline_acts"  # an execution option: whose role transactions take
TAKE_ROLE = f"SET LOCAL ROLE {APP}"
AS_APP = f"BEGIN; {TAKE_ROLE}"
DRIVER = "driver"  # in session.info: the connection of the transaction under way
WOKEN = "woken"  # in session.info: what the scheduler is told at the commit
UNASKED = 1.0  # seconds that a connection may rest without being asked whether it is still there
QUOTING = ("DETAIL:", "CONTEXT:", "详细信息:", "背景:")
# As SQLAlchemy says that a connection is gone, and the driver where a transaction begins.
GONE = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
AWAY = "数据库暂时连不上，刚才的内容没有保存，请稍后再试。"


@dataclass
class Database:
    """A PostgreSQL database and its pool of connections.

    `roles` turns true once the login was seen to be able to act as the application's roles.
    `remembered` is what this process need not ask again (store/early_sight.py).
    """

    url: str
    engine: Engine
    roles: bool = field(default=False, compare=False)
    remembered: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    @contextmanager
    def work(self) -> Iterator[Session]:
        """Yield a session whose changes are committed together at the end, or not at all.

        Raises:
            UnavailableError: the database cannot be reached; nothing was written.
        """
        try:
            with _Session(self.acting, expire_on_commit=False) as session, session.begin():
                session.info["database"] = self
                yield session
        except GONE as error:
            raise UnavailableError(AWAY) from error

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """Yield a session whose changes are undone at the end (试运行).

        Raises:
            UnavailableError: the database cannot be reached.
        """
        try:
            with _Session(self.acting, expire_on_commit=False) as session:
                session.info["database"] = self
                yield session  # closed without a commit, nothing of it stays
        except GONE as error:
            raise UnavailableError(AWAY) from error

    @cached_property
    def acting(self) -> Engine:
        """Return the engine whose transactions act as `hotline_app`, where the login may."""
        return self.engine.execution_options(**{ACTS: self})

    def dispose(self) -> None:
        """Close every connection of this process."""
        self.engine.dispose()


class _Session(Session):
    """A session of `work()`, told apart from sessions that migrations and tools open."""


def _begin(connection: Connection) -> None:
    """Begin a transaction and take its role in one statement; the driver would begin by its own."""
    raw: Any = connection.connection.dbapi_connection
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    if not raw.autocommit:
        raw.autocommit = True
    database: Database | None = options.get(ACTS)
    if database and database.roles:
        raw.execute(AS_APP, prepare=False)
        return
    raw.execute("BEGIN")
    if database and roles_usable(raw):
        database.roles = True
        raw.execute(TAKE_ROLE)


@event.listens_for(_Session, "after_begin")
def _begun(session: Session, _: SessionTransaction, connection: Connection) -> None:
    session.info[DRIVER] = connection.connection.driver_connection


@event.listens_for(_Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(DRIVER, None)


def driver_of(session: Session) -> psycopg.Connection[Any]:
    """Return the driver's connection that a session's transaction runs on."""
    found: Any = session.info.get(DRIVER) or session.connection().connection.driver_connection
    return found  # type: ignore[no-any-return]


@event.listens_for(_Session, "before_commit")
def _committing(session: Session) -> None:
    """Say, with the end of a transaction that is written whole, all that waits for the scheduler.

    In one statement with the commit, which SQLAlchemy then finds done.
    """
    if session.in_nested_transaction() or not session.info.get(WOKEN):
        return
    session.flush()
    channel = sql.Identifier(WAKE_CHANNEL)
    said = [NOTIFY.format(channel, one) for one in session.info.pop(WOKEN)]
    raw: Any = session.connection().connection.dbapi_connection
    try:
        raw.execute(sql.SQL("; ").join([*said, sql.SQL(COMMIT)]), prepare=False)
    except psycopg.Error as error:
        raise translated(COMMIT, error, session.get_bind().dialect) from error


def set_locally(connection: Connection, settings: Mapping[str, str]) -> None:
    """Set settings of PostgreSQL until this transaction ends; none stays on the connection."""
    calls = ", ".join("set_config(%s, %s, true)" for _ in settings)
    values = [part for setting in settings.items() for part in setting]
    raw: Any = connection.connection.dbapi_connection  # 0.02 ms less than by way of SQLAlchemy
    raw.execute(f"SELECT {calls}", values)


def connect(url: str, **options: Any) -> Database:
    """Return the database behind a PostgreSQL URL; connections are made when first needed."""
    address = url.replace("postgres://", "postgresql://", 1)
    address = address.replace("postgresql://", "postgresql+psycopg://", 1)
    settings = {
        "pool_size": 10,
        "max_overflow": 20,
        "hide_parameters": True,
        "json_serializer": json_columns.dumps,
        "json_deserializer": json_columns.loads,
        **options,
    }
    engine = create_engine(address, **settings)
    event.listen(engine, "connect", lambda raw, _: widen(raw))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _resting)
    event.listen(engine, "checkout", _still_there)
    event.listen(engine, "handle_error", _keep_values_out)
    return Database(url, engine)


def _resting(_raw: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _something_waits(raw: Any) -> bool:
    looking = select.poll()  # one call to the kernel, where `selectors` makes four
    looking.register(raw.fileno(), select.POLLIN)
    return bool(looking.poll(0))


def _still_there(raw: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that rested whether it is still there; of a busy one a look is enough.

    Where a server went away, or says that it will, something waits to be read.
    """
    rested = time.monotonic() - record.info.get("rests_since", math.inf)
    if rested < UNASKED and not _something_waits(raw):
        return
    try:
        with raw.transaction(force_rollback=True):
            raw.execute("SELECT 1")
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def without_values(words: str) -> str:
    """Return the words of a database error without the lines that quote what was being written.

    PostgreSQL quotes whole rows there ("DETAIL: Failing row contains …"), names and numbers of
    requesters among them, and errors end in logs and in Prefect's database.
    """
    kept = [line for line in words.splitlines() if not line.startswith(QUOTING)]
    return "\n".join(kept)


def translated(statement: str, error: psycopg.Error, dialect: Dialect) -> Exception:
    """Return a driver's error as SQLAlchemy would raise it, without any value in its words."""
    error.args = (without_values(str(error)),)
    return DBAPIError.instance(
        statement, None, error, psycopg.Error, hide_parameters=True, dialect=dialect
    )


def _keep_values_out(context: ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (without_values(str(error.args[0])), *error.args[1:])


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


class _Rehearsed(Exception):  # noqa: N818
    """Ends a rehearsal; nobody outside sees it."""


def rehearse(session: Session, do: Callable[[], object]) -> None:
    """Do something and leave no trace of it: what it would be refused for is raised now."""
    with suppress(_Rehearsed), session.begin_nested():
        do()
        raise _Rehearsed


@contextmanager
def trial() -> Iterator[Session]:
    """Yield a session on the current database whose changes are undone at the end."""
    with current().trial() as session:
        yield session


def wake(session: Session, what: str = "") -> None:
    """Tell the scheduler, once this transaction commits, that something waits (NOTIFY)."""
    session.info.setdefault(WOKEN, set()).add(what)
