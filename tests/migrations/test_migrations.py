"""Migrations: up, down and up again; the models say what they make; history cannot be rewritten."""

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from engine.models import SQLModel
from engine.store.database import connect, work
from engine.store.migrate import alembic_config, migrate, newest_known
from engine.store.row_security import open_tables
from tests.builders import a_ticket

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
NOW = "Mon 2026-11-23 09:00"


@pytest.fixture
def empty(server):
    """Yield an empty database of its own."""
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS migrated WITH (FORCE)")
        connection.execute("CREATE DATABASE migrated")
    database = connect(server.format(name="migrated"), pool_size=1)
    yield database
    database.dispose()


def tables(database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def down_to_nothing(database):
    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")


def test_migrations_go_up_down_and_up_again(empty):
    migrate(empty)
    first = tables(empty)

    down_to_nothing(empty)
    between = tables(empty)
    migrate(empty)

    assert between == {"alembic_version"}
    assert tables(empty) == first


def test_going_down_leaves_no_function_or_type_behind(empty):
    migrate(empty)

    down_to_nothing(empty)

    left = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    with empty.engine.connect() as connection:
        assert connection.execute(text(left)).all() == []


def test_a_step_back_and_forth_leaves_no_table_without_what_keeps_units_apart(empty):
    migrate(empty)

    with empty.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0057_after_leaving")
        without = open_tables(connection)
    migrate(empty)

    with empty.engine.connect() as connection:
        assert without == ["ticket_event"]
        assert open_tables(connection) == []


def test_a_policy_that_somebody_dropped_is_made_again(empty):
    migrate(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("DROP POLICY hotline_seen ON letter")

    migrate(empty)

    with empty.engine.connect() as connection:
        assert open_tables(connection) == []


def test_migrating_what_is_migrated_changes_nothing(empty):
    migrate(empty)

    migrate(empty)

    assert "ticket" in tables(empty)


def test_models_and_migrations_say_the_same(empty):
    migrate(empty)

    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_checked_term_is_checked_in_the_database(empty):
    migrate(empty)

    wanted = {
        (table.name, constraint.name)
        for table in SQLModel.metadata.tables.values()
        for constraint in table.constraints
        if constraint.__visit_name__ == "check_constraint"
    }
    query = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c'"
    with empty.engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(text(query))}
    assert {name for _, name in wanted} <= {name for _, name in found}


def test_a_migration_is_numbered_and_its_revision_is_its_file_name():
    script = ScriptDirectory.from_config(alembic_config())

    revisions = {revision.revision for revision in script.walk_revisions()}
    files = {path.stem for path in VERSIONS.glob("*.py") if path.stem != "__init__"}
    assert revisions == files
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+", name) for name in files)


def test_the_newest_migration_is_known_by_its_file_alone():
    assert newest_known() == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_a_database_that_is_up_to_date_is_opened_without_alembic(database):
    code = (
        "import sys\n"
        "from engine.store.database import connect\n"
        "from engine.store.migrate import migrate\n"
        f"found = connect({str(database.engine.url.render_as_string(hide_password=False))!r})\n"
        "migrate(found)\n"
        "found.dispose()\n"
        "print('alembic' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False"]


def test_the_numbers_of_migrations_have_no_gap_and_no_branch():
    script = ScriptDirectory.from_config(alembic_config())

    ordered = [one.revision for one in reversed(list(script.walk_revisions()))]
    assert [int(name[:4]) for name in ordered] == list(range(1, len(ordered) + 1))
    assert len(script.get_heads()) == 1


REWRITING = pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket_event SET reason = 'rewritten'",
        "UPDATE ticket_event SET at = now()",
        "DELETE FROM ticket_event",
    ],
)


@REWRITING
def test_the_database_refuses_to_rewrite_history(database, statement):
    a_ticket(NOW)

    with work() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.connection().execute(text(statement))


@REWRITING
def test_not_even_the_owner_of_the_tables_can_rewrite_history(database, statement):
    a_ticket(NOW)

    with database.engine.connect() as owner, pytest.raises(IntegrityError, match="append-only"):
        owner.execute(text(statement))


def test_the_database_refuses_a_status_that_is_none(database):
    number = a_ticket(NOW)

    with work() as session, pytest.raises(IntegrityError):
        session.connection().execute(
            text("UPDATE ticket SET status = 'nonsense' WHERE number = :number"), {"number": number}
        )


def test_a_ticket_finds_room_in_its_page_for_the_changes_to_come(database):
    migrate(database)  # the second time there is nothing to do

    with work() as session:
        query = text("SELECT reloptions FROM pg_class WHERE oid = 'ticket'::regclass")
        assert session.connection().execute(query).scalar() == ["fillfactor=85"]
