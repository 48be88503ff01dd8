"""The rules of this installation for one command: as shipped where there is no database yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.cli.opened import read_settings
from engine.errors import UnavailableError
from engine.rules.rule_set import RuleSet, load_rules

if TYPE_CHECKING:
    from engine.settings import Settings
    from engine.store.database import Database


def installation_rules(region: str) -> RuleSet:
    """Return the rules in force here, with the calendar of a region.

    Raises:
        RuleError: rule data is wrong, or the region is unknown.
        UnavailableError: there is a database, and it cannot be reached.
    """
    settings = read_settings()
    if not has_database(settings):
        return load_rules(region)
    with _opened(settings) as database:
        decided = _decided(database)
    return (
        replace(decided, calendar=decided.book.calendar(region)) if decided else load_rules(region)
    )


def has_database(settings: "Settings") -> bool:
    """Return whether this installation has a database already."""
    return bool(settings.database_url) or (settings.var / "postgres").is_dir()


@contextmanager
def _opened(settings: "Settings") -> Iterator["Database"]:
    """Yield the database as it stands: a command that only counts migrates nothing."""
    from engine.store.database import connect
    from engine.store.embedded import embedded_database

    if not settings.database_url:
        with embedded_database(settings.var) as database:
            yield database
        return
    database = connect(settings.database_url)
    try:
        yield database
    finally:
        database.dispose()


def _decided(database: "Database") -> RuleSet | None:
    """Return the rules in force; none where the database is too old to hold any decision."""
    from sqlalchemy.exc import ProgrammingError

    from engine.actions.rules_in_force import rules_in_force

    try:
        with database.work() as session:
            return rules_in_force(session)
    except ProgrammingError:
        return None
    except UnavailableError as error:
        message = (
            "连不上数据库，不知道本区改过哪些规则：请核对 HOTLINE_DATABASE_URL，"
            "或先启动数据库；要按出厂规则计算，请取消该设置。"
        )
        raise UnavailableError(message) from error
