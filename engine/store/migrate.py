"""Brings the database to the newest migration."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.errors import DeadlockDetected, InsufficientPrivilege, LockNotAvailable
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, ProgrammingError

from engine.errors import UnavailableError
from engine.store.app_roles import house_tables
from engine.store.database import Database
from engine.store.row_security import settle

if TYPE_CHECKING:
    from alembic.config import Config

BUILDING = 12346  # our advisory lock: one builds indexes at a time
PATIENCE = 10  # seconds for a lock, during which whoever comes after us waits as well
BUSY = "数据库正忙（有长时间的查询或备份占着表），什么也没有改。请稍后再运行 hotline migrate。"
NEWER = "请安装升级数据库的那个（较新的）程序；本程序的 hotline migrate 帮不上。"
GIVE = (
    "请数据库管理员把它们改归“{login}”（docs/operations.md“Backup and restore”），"
    "或用“{login}”登录重新恢复备份。"
)
# Columns that most rows leave empty. Indexes of all rows gave new ones entries nobody looks for;
# and as long as PostgreSQL had counted nothing in a table it took "no parent" for a rare thing, and
# read every ticket there is by that index, several times for each ticket taken in.
SPARSE = (
    ("ticket", "parent_id"), ("ticket", "merged_into_id"),
    ("clock", "assignment_id"), ("clock", "letter_id"), ("clock", "unit_id"),
    ("outbox_message", "ticket_id"), ("outbox_message", "letter_id"), ("outbox_message", "unit_id"),
)  # fmt: skip
# Built without keeping anybody from writing, so not by a migration.
INDEXES = {
    "ix_clock_pause_ends": "clock (next_rung_at, id) "
    "WHERE state = 'paused' AND next_rung_at IS NOT NULL",
    "ix_clock_quickest": "clock (due_on, (stopped_at - started_at), ticket_id) "
    "WHERE kind = 'handling' AND stopped_at < due_at",
    "ix_requester_identified": "requester (ticket_id) WHERE phone_sealed IS NOT NULL",
    "ix_requester_phone_mark": "requester (phone_mark, ticket_id) WHERE phone_mark IS NOT NULL",
    "ix_requester_phone_end_mark": "requester (phone_end, ticket_id) WHERE phone_end IS NOT NULL",
    "ix_requester_initial_parts": "requester USING gin (hotline_grams(ticket_id, initials)) "
    "WITH (fastupdate = on, gin_pending_list_limit = 512) WHERE initials <> ''",
    "ix_requester_phone_unsealed": "requester (phone, ticket_id) WHERE phone <> ''",
    **{f"ix_{table}_{column}_filled": f"{table} ({column}) WHERE {column} IS NOT NULL"
       for table, column in SPARSE},
}  # fmt: skip
# Those that others took the place of; dropped once these are built, and as quietly.
OUTLIVED = ("ix_requester_phone_ticket_id", *(f"ix_{table}_{column}" for table, column in SPARSE))
# Every event changes its ticket; a change that finds room in its page touches none of the indexes.
FILLED = {"ticket": 85}
_FOREIGN = """
SELECT session_user, string_agg(DISTINCT pg_get_userbyid(relowner), '、') FROM pg_class
WHERE oid = ANY(%s::oid[]) AND NOT pg_has_role(session_user, relowner, 'USAGE')
"""
_BUILT = """
SELECT c.relname FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
WHERE i.indisvalid AND c.relnamespace = current_schema()::regnamespace
"""
_STILL = "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL"
ROOT = Path(__file__).resolve().parent.parent.parent


def newest_known() -> str:
    """Return the newest migration that comes with this program: each is named by its number."""
    return max(_known(), default="")


@cache
def _known() -> frozenset[str]:
    versions = (ROOT / "migrations" / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")
    return frozenset(path.stem for path in versions)


@dataclass(frozen=True)
class Unlike:
    """How a database stands that is not at this program's migration, and what to do."""

    words: str
    todo: str

    @property
    def sentence(self) -> str:
        """Return both in one."""
        return f"数据库{self.words}。{self.todo}"


def unlike(stands: str) -> Unlike | None:
    """Return what is to be said of a database at migration `stands`; nothing where it fits."""
    known = _known()
    wanted = max(known, default="")
    if stands == wanted:
        return None
    if stands and stands not in known:
        words = f"结构版本“{stands}”比本程序新，本程序只到“{wanted}”"
        return Unlike(words, NEWER)
    words = f"结构版本是“{stands or '空'}”，程序需要“{wanted}”"
    return Unlike(words, "先备份，再运行 hotline migrate。")


def alembic_config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade `database` to `revision` in one transaction; already there is fine.

    It works as the login, which owns the tables, and then settles what the roles may do. Where it
    cannot get a table for itself at once it gives way: the processes that serve go first.

    Raises:
        UnavailableError: a table was busy for too long, a newer program migrated the database, or
            the tables are not this login's; nothing was changed.
    """
    try:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(12345)")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            if revision != "head" or _is_behind(_stands_at(connection)):
                _upgrade(connection, revision)
            _leave_room(connection)
            settle(connection)
    except OperationalError as error:
        if isinstance(error.orig, (DeadlockDetected, LockNotAvailable)):
            raise UnavailableError(BUSY) from error
        raise
    except ProgrammingError as error:
        _explain(database, error)
        raise
    if revision == "head":
        _build_indexes(database)


def _stands_at(connection: Connection) -> str:
    """Return the migration that a database stands at; empty where it was never migrated."""
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
        return ""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found or "")


def _is_behind(stands: str) -> bool:
    """Return whether there is something to do.

    Raises:
        UnavailableError: the database is ahead of this program.
    """
    found = unlike(stands)
    if found and stands and stands not in _known():
        raise UnavailableError(found.sentence)
    return found is not None


def _explain(database: Database, error: ProgrammingError) -> None:
    """Say in words why a login may not change the tables, where it is because of whose they are.

    Raises:
        UnavailableError: they are somebody else's.
    """
    if not isinstance(error.orig, InsufficientPrivilege):
        return
    with database.engine.connect() as connection:
        found = owners_elsewhere(connection)
    if found:
        raise UnavailableError(found.sentence) from error


def owners_elsewhere(connection: Connection) -> Unlike | None:
    """Return what is to be said where the tables are not this login's; nothing where they are."""
    ours = list(house_tables(connection).values())
    login, owners = connection.exec_driver_sql(_FOREIGN, (ours,)).one()
    if not owners:
        return None
    words = f"里的表归“{owners}”所有，不归本账号“{login}”"
    return Unlike(words, GIVE.format(login=login))


def _upgrade(connection: Connection, revision: str) -> None:
    # Imported only where there is something to do: it costs every command a tenth of its start.
    from alembic import command

    command.upgrade(alembic_config(connection), revision)


def _leave_room(connection: Connection) -> None:
    """Leave room in the pages filled from now on; asks for no lock that others wait for."""
    for table, percent in FILLED.items():
        lacks = (
            f"SELECT oid FROM pg_class WHERE oid = to_regclass('{table}') "
            f"AND 'fillfactor={percent}' <> ALL (coalesce(reloptions, '{{}}'))"
        )
        if connection.exec_driver_sql(lacks).scalar() is not None:
            connection.exec_driver_sql(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def _build_indexes(database: Database) -> None:
    """Build the indexes that are missing, and drop the outlived, while others go on writing.

    One half built is built anew. Outside of a transaction, as PostgreSQL wants it: an index of
    millions of rows takes minutes. Where somebody else builds them already nobody waits for that:
    the build waits for whoever has a query under way, a wait for it among them.
    """
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not any(_unbuilt(connection)) or not _take_turn(connection):
            return
        try:
            _build(connection, *_unbuilt(connection))
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({BUILDING})")


def _unbuilt(connection: Connection) -> tuple[list[str], list[str]]:
    """Return which indexes are missing, and which outlived ones are still there."""
    there = set(connection.exec_driver_sql(_BUILT).scalars())
    outlived = connection.exec_driver_sql(_STILL, (list(OUTLIVED),)).scalars()
    return [one for one in INDEXES if one not in there], list(outlived)


def _take_turn(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({BUILDING})").scalar())


def _build(connection: Connection, missing: list[str], outlived: list[str]) -> None:
    for name in missing:
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {name} ON {INDEXES[name]}")
    for name in outlived:
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
