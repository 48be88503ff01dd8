"""Opens the installation's database for one command: the managed one, or the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.store.database import Database


@contextmanager
def opened_database() -> Iterator["Database"]:
    """Yield the database of this installation, migrated; an embedded one is started if need be."""
    from engine.settings import load_settings
    from engine.store.database import connect, use
    from engine.store.embedded import embedded_database
    from engine.store.migrate import migrate

    settings = load_settings()
    if settings.database_url:
        database = use(connect(settings.database_url))
        migrate(database)
        yield database
        database.dispose()
        return
    with embedded_database(settings.var) as database:
        migrate(use(database))
        yield database
