"""Fixtures every room shares: a real PostgreSQL, a fresh database for each test."""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

os.environ.update(DO_NOT_TRACK="1", PREFECT_SERVER_ANALYTICS_ENABLED="false", HOTLINE_DEMO_DATA="1")

import psycopg
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine
from sqlmodel import update

from engine.actions.setup import DEMO_PASSWORD, demo_accounts, load_reference_data
from engine.models import Account
from engine.rules.rule_set import RuleSet, load_rules
from engine.settings import load_settings
from engine.store.database import Database, connect, use, work
from engine.store.embedded import start_server
from engine.store.migrate import migrate
from tests.builders import moment

TEMPLATE = "template_hotline"
ROOM = 1_000_000_000
FASTER = ("fsync = off", "synchronous_commit = off", "full_page_writes = off",
          "max_connections = 200")  # fmt: skip


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave what collecting loaded out of every later search for garbage: a tenth of the run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Yield the address of this worker's own PostgreSQL, made fast because it may be lost.

    Its directory is not pytest's: a second run would take the permissions of the first away.
    """
    home = Path(tempfile.mkdtemp(prefix="hotline-test-", dir=in_memory()))
    atexit.register(shutil.rmtree, home, ignore_errors=True)  # after the server's own farewell
    running = start_server(home / "postgres")
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        for setting in FASTER:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    yield str(running.get_uri(database="{name}"))
    running.cleanup()


def in_memory() -> Path | None:
    """Return a directory in memory where there is room: a busy disk copies 20 times as slowly."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else None


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """Return the name of a migrated database with units and accounts, to copy from."""
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    database = use(connect(server.format(name=TEMPLATE), pool_size=1))
    migrate(database)
    start = moment("Thu 2023-11-09 09:00")
    load_reference_data(start)
    demo_accounts(start)
    make_signing_in_cheap()
    database.dispose()
    return TEMPLATE


def make_signing_in_cheap(password: str = DEMO_PASSWORD) -> str:
    """Give every account a password whose hash is checked in a millisecond, not in 200.

    A hash carries its own cost, so the program that checks it is the one that ships.
    """
    with work() as session:
        session.exec(update(Account).values(password_hash=_cheap(password)))
    return password


@cache
def _cheap(password: str) -> str:
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(password)


@pytest.fixture(scope="session")
def engine(server: str) -> Engine:
    """Return what reaches the database of each test: it knows the SQL of each statement already."""
    return connect(server.format(name="hotline_test"), pool_size=2).engine


@pytest.fixture
def database(server: str, template: str, engine: Engine) -> Iterator[Database]:
    """Yield a fresh database with units and accounts; `work()` writes to it."""
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS hotline_test WITH (FORCE)")
        connection.execute(f"CREATE DATABASE hotline_test TEMPLATE {template} STRATEGY FILE_COPY")
    fresh = use(Database(server.format(name="hotline_test"), engine))
    yield fresh
    fresh.dispose()


@pytest.fixture
def rules() -> RuleSet:
    """Return the rules and the calendar of the district."""
    return load_rules("CN-GX")


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test its own var/ directory, so that mails and files never mix."""
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("HOTLINE_SMTP_URL", raising=False)
    load_settings.cache_clear()
    yield tmp_path / "var"
    load_settings.cache_clear()


@pytest.fixture
def in_earnest(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run as an installation that does not demonstrate."""
    monkeypatch.setenv("HOTLINE_DEMO_DATA", "0")
    load_settings.cache_clear()
    yield
    monkeypatch.undo()
    load_settings.cache_clear()
