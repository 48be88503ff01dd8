"""A dump taken while work goes on is restored elsewhere, whole and provable."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from engine.actions import audit_witness, auditing, verify
from engine.errors import UnavailableError
from engine.rules.rule_set import load_rules
from engine.serving.examined_database import examine_database
from engine.settings import Settings
from engine.store.database import connect, use, work
from engine.store.embedded import start_server
from engine.store.migrate import migrate
from engine.store.postgres_wheel import wheel
from engine.store.row_security import wall
from tests.builders import a_signed_ticket, a_ticket, a_ticket_to_call_back, moment, status_of
from tests.conftest import in_memory

pytestmark = pytest.mark.slow
NOW = "Mon 2026-11-23 09:00"


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def run(name, *words):
    binaries = max(Path(wheel().__file__).parent.glob("pginstall*/bin"))
    subprocess.run([binaries / name, *words], check=True, capture_output=True, text=True)


def hotline(*words, url):
    command = [sys.executable, "-c", "from engine.cli import main; main()", *words]
    environment = {**os.environ, "HOTLINE_DATABASE_URL": url}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def fresh(tmp_path):
    """Yield the address of a server that never had the program's roles, as its administrator."""
    home = Path(tempfile.mkdtemp(prefix="hotline-new-", dir=in_memory()))
    running = start_server(home / "postgres")
    yield str(running.get_uri(database="{name}"))
    running.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def elsewhere(fresh):
    """Yield the address of an empty database there, as a login that may make roles and no more."""
    theirs = fresh.replace("postgres:", "tenant:", 1)
    administer(fresh, "CREATE ROLE tenant LOGIN CREATEDB CREATEROLE")
    run("createdb", f"--maintenance-db={theirs.format(name='postgres')}", "hotline_restored")
    return theirs.format(name="hotline_restored")


def administer(fresh, words, name="postgres"):
    with psycopg.connect(fresh.format(name=name), autocommit=True) as connection:
        connection.execute(words)


def as_administrator(address):
    return address.replace("tenant:", "postgres:", 1)


def is_as_it_should_be(opened, settings):
    """Find the tables this login's own, and units walled off by the roles."""
    found = {one.what for one in examine_database(opened, settings, moment(NOW))}
    assert "数据库归属" not in found
    with work() as session:
        assert wall(session).up


@pytest.fixture
def dump(database, tmp_path):
    """Yield the dump of a database in which work was done."""
    a_ticket(NOW)
    return dumped(database, tmp_path)


def dumped(database, tmp_path):
    file = str(tmp_path / "hotline.dump")
    run("pg_dump", "--format=custom", f"--file={file}", database.url)
    return file


def test_roles_that_a_login_may_not_make_are_asked_of_an_administrator(fresh, elsewhere):
    administer(fresh, "ALTER ROLE tenant NOCREATEROLE")
    asked = hotline("roles", url=elsewhere)
    administer(fresh, asked.stderr[asked.stderr.index("CREATE") :])

    assert asked.returncode == 2
    assert hotline("roles", url=elsewhere).returncode == 0


def test_what_an_administrator_restored_is_named_and_given_back(database, elsewhere, dump):
    assert hotline("roles", url=elsewhere).returncode == 0
    restoring = ("--no-owner", "--exit-on-error", f"--dbname={as_administrator(elsewhere)}")
    run("pg_restore", *restoring, dump)
    restored = use(connect(elsewhere, pool_size=1))
    try:
        settings = Settings(_env_file=None, database_url=elsewhere, demo_data=False)
        found = {one.what: one for one in examine_database(restored, settings, moment(NOW))}
        assert "归“postgres”所有" in found["数据库归属"].words
        with pytest.raises(UnavailableError, match="不归本账号“tenant”"):
            migrate(restored)

        (given,) = re.findall(r"^```sql\n(DO .*?)```", DOCUMENT.read_text("utf-8"), re.M | re.S)
        words = given.replace("'hotline'", "'tenant'")
        administer(as_administrator(elsewhere), words)
        migrate(restored)

        is_as_it_should_be(restored, settings)
    finally:
        restored.dispose()
        use(database)


def test_a_table_somebody_else_keeps_in_the_schema_stops_nothing(database, elsewhere):
    assert hotline("roles", url=elsewhere).returncode == 0
    theirs = use(connect(elsewhere, pool_size=1))
    try:
        migrate(theirs)
        administer(as_administrator(elsewhere), "CREATE TABLE keepseal AS SELECT 1 AS id")

        migrate(theirs)

        settings = Settings(_env_file=None, database_url=elsewhere, demo_data=False)
        is_as_it_should_be(theirs, settings)
    finally:
        theirs.dispose()
        use(database)


def test_what_was_dumped_is_restored_and_its_log_and_deadlines_are_proved_again(
    database, elsewhere, tmp_path
):
    numbers = [a_ticket(NOW), a_signed_ticket(NOW), a_ticket_to_call_back(NOW)]
    for _ in range(2):
        auditing.seal(moment(NOW))
    before = [status_of(number) for number in numbers]

    file = dumped(database, tmp_path)
    later = a_ticket("Mon 2026-11-23 10:00")
    for _ in range(2):
        auditing.seal(moment(NOW))
    assert hotline("roles", url=elsewhere).returncode == 0
    run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={elsewhere}", file)

    restored = use(connect(elsewhere, pool_size=1))
    try:
        migrate(restored)
        with work() as session:
            assert wall(session).up
        assert [status_of(number) for number in numbers] == before
        with work() as session:
            assert verify.verify(session, load_rules("CN-GX")).difference is None
        found = audit_witness.read_through()
        assert (found.verdict.fault, "库里没有了" in found.gone) == ("", True)
        audit_witness.accept("演练：从备份恢复", moment(NOW))
        assert audit_witness.read_through().gone == ""
        assert a_ticket("Mon 2026-11-23 10:00") == later  # the series goes on where it stood
    finally:
        restored.dispose()
        use(database)
