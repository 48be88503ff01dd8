"""The two database roles the programs work as; neither owns anything, neither may sign in.

`hotline_app` is every transaction of `work()`: it reads and writes rows, changes no table, and has
no UPDATE or DELETE on what is append-only. `hotline_unit` is a transaction of a handling unit's
person: row-level security lets it touch that unit's tickets alone (engine/store/row_security.py).

The login owns the tables and switches for each transaction (`SET LOCAL ROLE`), so nothing stays
on a pooled connection. Where the login may create no roles, a database administrator does it once
(docs/security.md); until then the house works as its login and says so on the page 系统状态.
"""

import psycopg
from sqlalchemy import Connection
from sqlmodel import SQLModel

import engine.models  # noqa: F401 which tables there are

APP, UNIT = "hotline_app", "hotline_unit"
# Rows that are written once; the roles have no UPDATE and no DELETE on them.
APPEND_ONLY = (
    "ticket_event", "routing_version", "rules_version", "audit_entry", "audit_seal",
)  # fmt: skip

# The one way to words of an event, for what ends with its retention (engine/actions/retention.py).
TAKE_OUT = "hotline_take_out(bigint, text[], text[])"

# Since PostgreSQL 16 being a member is not enough to act as a role: that takes SET, which whoever
# makes a role does not get with it, but may grant to himself.
SET_SINCE = 160000
_CREATE = """
DO $$ BEGIN
    IF to_regrole('{role}') IS NULL THEN CREATE ROLE {role} NOLOGIN; END IF;
    IF NOT pg_has_role(current_user, '{role}', '{acting}') THEN
        GRANT {role} TO CURRENT_USER{lent};
    END IF;
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
    RAISE NOTICE 'role {role} was not made: %%', SQLERRM;
END $$
"""
_USABLE = """
SELECT count(*) = 2 FROM pg_roles
WHERE rolname IN ('hotline_app', 'hotline_unit') AND pg_has_role(current_user, oid, '{acting}')
  AND has_table_privilege(oid, to_regclass('unit'), 'SELECT')
"""


def house_tables(connection: Connection) -> dict[str, int]:
    """Return the tables here that are this program's, as SQL names them, and PostgreSQL's numbers.

    Whatever else somebody keeps in the schema (an administrator's copy, say) is none of ours.
    """
    wanted = sorted({*SQLModel.metadata.tables, "alembic_version"})
    found = connection.exec_driver_sql(
        "SELECT quote_ident(relname), oid FROM pg_class WHERE relname = ANY(%s::text[])"
        " AND relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY 2",
        (wanted,),
    )
    return dict(found.tuples().all())


def _counters(connection: Connection) -> list[str]:
    """Return the sequences that count the keys of this program's tables."""
    found = connection.exec_driver_sql(
        "SELECT DISTINCT objid::regclass::text FROM pg_depend JOIN pg_class s ON s.oid = objid"
        " WHERE s.relkind = 'S' AND deptype IN ('a', 'i') AND refobjid = ANY(%s::oid[])",
        (list(house_tables(connection).values()),),
    )
    return list(found.scalars())


def create_roles(connection: Connection) -> None:
    """Create both roles and let this login act as them, where it may; else leave it as it is."""
    since = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    for role in (APP, UNIT):
        words = _CREATE.format(role=role, acting=_acting(int(since)), lent=_lent(int(since)))
        connection.exec_driver_sql(words)


def known_roles(connection: Connection) -> tuple[str, ...]:
    """Return which of the two roles this database server has."""
    query = f"SELECT rolname FROM pg_roles WHERE rolname IN ('{APP}', '{UNIT}') ORDER BY 1"
    return tuple(connection.exec_driver_sql(query).scalars())


def roles_usable(raw: psycopg.Connection) -> bool:
    """Return whether this login may act as both roles and they may read this database."""
    found = raw.execute(_USABLE.format(acting=_acting(raw.info.server_version))).fetchone()
    return bool(found and found[0])


def _acting(version: int) -> str:
    """Return the right that lets a login act as a role, on a server of that version."""
    return "SET" if version >= SET_SINCE else "MEMBER"


def _lent(version: int) -> str:
    return " WITH SET TRUE" if version >= SET_SINCE else ""


def lacking(connection: Connection) -> tuple[str, ...]:
    """Return what an administrator must run before this login can act as both roles; or nothing."""
    there = known_roles(connection)
    made = tuple(f"CREATE ROLE {role} NOLOGIN;" for role in (APP, UNIT) if role not in there)
    run = connection.exec_driver_sql
    login, version = run("SELECT session_user, current_setting('server_version_num')::int").one()
    may = (
        f"SELECT bool_and(pg_has_role(session_user, rolname, '{_acting(version)}')) FROM pg_roles "
    )
    if not made and run(f"{may} WHERE rolname IN ('{APP}', '{UNIT}')").scalar_one():
        return ()
    quoted = login.replace('"', '""')
    return (*made, f'GRANT {APP}, {UNIT} TO "{quoted}"{_lent(version)};')


def grant_app(connection: Connection) -> None:
    """Give `hotline_app` the rows of every table, and of those written once only new ones."""
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    tables, counters = ", ".join(house_tables(connection)), ", ".join(_counters(connection))
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {APP}, {UNIT}")
    connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {APP}")
    connection.exec_driver_sql(f"GRANT USAGE ON SEQUENCE {counters} TO {APP}, {UNIT}")
    connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION {TAKE_OUT} TO {APP}")
    for table in ("alembic_version", *APPEND_ONLY):
        connection.exec_driver_sql(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
    connection.exec_driver_sql(f"REVOKE INSERT ON alembic_version FROM {APP}")
