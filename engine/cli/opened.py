"""Opens the installation's database for one command: the managed one, or the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.settings import Settings
    from engine.store.database import Database


def read_settings() -> "Settings":
    """Return the settings of this installation.

    Raises:
        BadInputError: a variable is wrong; names it, what was expected and what stands there.
    """
    from pydantic import ValidationError

    from engine.settings import Settings, load_settings

    try:
        return load_settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(["HOTLINE", *map(str, first["loc"])]).upper()
        field = Settings.model_fields.get(str(first["loc"][0])) if first["loc"] else None
        secret = field is not None and "Secret" in str(field.annotation)
        value = "" if secret else f"（现值 {first.get('input')!r}）"
        message = f"设置 {name} 有误：{first['msg']}{value}。"
        raise BadInputError(message) from error


def refuse_elsewhere() -> None:
    """Refuse to look for past data where no installation is: an empty one would be made there.

    Raises:
        BadInputError: no managed database is set and there is none under var/ either.
    """
    settings = read_settings()
    if settings.database_url or (settings.var / "postgres" / "PG_VERSION").exists():
        return
    message = (
        f"{settings.var.expanduser().resolve()} 里没有本系统的数据，没有新建。请到安装目录运行，"
        "或者设 HOTLINE_VAR、HOTLINE_DATABASE_URL 指明数据在哪里。"
    )
    raise BadInputError(message)


@contextmanager
def opened_database() -> Iterator["Database"]:
    """Yield the database of this installation, migrated; an embedded one is started if need be."""
    from engine.actions.key_watch import watch_keys
    from engine.serving.checks import require_database
    from engine.store.database import connect, use
    from engine.store.embedded import embedded_database
    from engine.store.migrate import migrate

    settings = read_settings()
    if settings.database_url:
        require_database(settings.database_url)
        database = use(connect(settings.database_url))
        try:
            migrate(database)
            watch_keys(database)
            yield database
        finally:
            database.dispose()
        return
    with embedded_database(settings.var) as database:
        migrate(use(database))
        watch_keys(database)
        yield database
