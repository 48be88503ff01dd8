"""The programs work as roles that own nothing, for one transaction; and say when they can not."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engine.models import NumberSeries
from engine.serving.examined_database import examine_database
from engine.settings import Settings
from engine.store import app_roles, row_security
from engine.store.database import connect, use, work
from engine.store.migrate import migrate
from tests.builders import moment

NOW = "Wed 2026-11-25 09:00"


def asked(session, question):
    return session.connection().execute(text(question)).scalar_one()


def test_every_piece_of_work_is_done_as_the_application(database):
    with work() as session:
        assert asked(session, "SELECT current_user") == app_roles.APP
        assert row_security.wall(session).up


def test_the_role_ends_with_the_transaction(database):
    with work() as session:
        asked(session, "SELECT 1")

    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT current_user = session_user")).scalar_one()


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (id int)", "ALTER TABLE ticket ADD mine int", "DROP TABLE ticket",
     "ALTER TABLE ticket DISABLE ROW LEVEL SECURITY", "TRUNCATE ticket CASCADE",
     "UPDATE alembic_version SET version_num = 'x'"],
)  # fmt: skip
def test_the_application_changes_rows_and_never_tables(database, statement):
    with work() as session, pytest.raises(ProgrammingError, match=r"permission denied|must be own"):
        session.connection().execute(text(statement))


@pytest.mark.parametrize("table", app_roles.APPEND_ONLY)
def test_what_is_written_once_can_be_added_to_and_nothing_else(database, table):
    rights = "SELECT string_agg(privilege_type, ' ' ORDER BY 1) FROM information_schema"
    query = f"{rights}.role_table_grants WHERE table_name = '{table}' AND grantee = 'hotline_app'"

    with database.engine.connect() as connection:
        assert connection.execute(text(query)).scalar_one() == "INSERT SELECT"


def test_the_roles_may_neither_sign_in_nor_pass_row_security(database):
    query = (
        "SELECT bool_or(rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole) FROM pg_roles "
        "WHERE rolname LIKE 'hotline\\_%'"
    )

    with database.engine.connect() as connection:
        assert connection.execute(text(query)).scalar_one() is False


def test_settling_twice_changes_nothing(database):
    laid = "SELECT array_agg(oid ORDER BY oid) FROM pg_policy"
    with database.engine.begin() as connection:
        first = connection.execute(text(laid)).scalar_one()
        row_security.settle(connection)

        assert connection.execute(text(laid)).scalar_one() == first


@pytest.fixture(params=["NOCREATEROLE"])
def managed(server, database, request):
    """Yield an empty database whose login owns it and may create no roles, as at a provider."""
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS managed WITH (FORCE)")
        connection.execute("DROP ROLE IF EXISTS tenant")
        connection.execute(f"CREATE ROLE tenant LOGIN {request.param}")
        connection.execute("CREATE DATABASE managed OWNER tenant")
    address = server.format(name="managed").replace("postgres:", "tenant:", 1)
    theirs = use(connect(address, pool_size=1))
    yield theirs
    theirs.dispose()
    use(database)


def test_a_login_that_may_create_no_roles_still_works(managed):
    migrate(managed)

    with work() as session:
        session.add(NumberSeries(prefix="T", last=1))
        session.flush()
        assert asked(session, "SELECT current_user") == "tenant"
        wall = row_security.wall(session)
    assert not wall.up
    assert 'GRANT hotline_app, hotline_unit TO "tenant" WITH SET TRUE;' in wall.words


# What PostgreSQL 16 and later give whoever makes a role: he may lend it, and may not act as it.
AS_ITS_MAKER = "GRANT hotline_app, hotline_unit TO tenant WITH ADMIN {}, INHERIT FALSE, SET FALSE"


def lent(server, words):
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute(words)


@pytest.mark.parametrize("managed", ["CREATEROLE"], indirect=True)
def test_a_login_that_made_the_roles_itself_acts_as_them(managed, server):
    lent(server, AS_ITS_MAKER.format("TRUE"))

    migrate(managed)

    with work() as session:
        assert asked(session, "SELECT current_user") == app_roles.APP
        assert row_security.wall(session).up


def test_a_member_that_may_not_act_as_the_roles_works_as_itself_until_it_may(managed, server):
    lent(server, AS_ITS_MAKER.format("FALSE"))
    migrate(managed)
    with work() as session:
        assert asked(session, "SELECT current_user") == "tenant"
        said = row_security.wall(session).words
        found = {one.what: one for one in examine_database(managed, Settings(), moment(NOW))}

    assert "CREATE ROLE" not in said + found["数据库角色"].todo
    assert found["数据库角色"].words.startswith("建了，没有借给")
    lent(server, said[said.index("GRANT") :].partition(";")[0])
    migrate(managed)
    with work() as session:
        assert row_security.wall(session).up


def test_roles_an_administrator_lends_are_taken_up_at_once(managed, server):
    migrate(managed)
    lent(server, "GRANT hotline_app, hotline_unit TO tenant")
    migrate(managed)

    with work() as session:
        assert asked(session, "SELECT current_user") == app_roles.APP
        assert row_security.wall(session).up


def test_a_table_that_lost_its_policy_is_named(database):
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE clock DISABLE ROW LEVEL SECURITY"))

    with work() as session:
        assert row_security.wall(session).words.startswith("clock 没有隔离策略")
