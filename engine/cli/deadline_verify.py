"""`hotline deadline verify`: recounts every stored certificate of this installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from engine.cli.opened import read_settings
from engine.errors import BadInputError, EngineError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from engine.settings import Settings
    from engine.store.database import Database

DIFFERS = 1
REFUSED = 2


def verify() -> None:
    """Print how many stored deadlines hold; at the first that does not, name it and exit 1."""
    from engine.actions.verify import verify as recount

    try:
        settings = read_settings()
        with _database(settings) as database, _session_errors(), database.work() as session:
            from engine.actions.rules_in_force import rules_in_force

            found = recount(session, rules_in_force(session))
    except EngineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(REFUSED) from None
    if found.difference is not None:
        typer.echo(f"已核验 {found.count} 份期限凭证；第一份不符：{found.difference}", err=True)
        raise typer.Exit(DIFFERS)
    typer.echo(f"已核验 {found.count} 份期限凭证，逐份重算，全部相符。")


@contextmanager
def _database(settings: "Settings") -> "Iterator[Database]":
    from engine.store.database import connect
    from engine.store.embedded import embedded_database

    if settings.database_url:
        if not settings.database_url.startswith("postgresql://"):
            message = "HOTLINE_DATABASE_URL 应是 postgresql://用户:口令@主机:端口/库名。"
            raise BadInputError(message)
        database = connect(settings.database_url)
        try:
            yield database
        finally:
            database.dispose()
        return
    if not (settings.var / "postgres").is_dir():
        message = (
            f"{settings.var} 下还没有数据库：请先运行 hotline serve，"
            "或用 HOTLINE_DATABASE_URL、HOTLINE_VAR 指明。"
        )
        raise NotFoundError(message)
    with embedded_database(settings.var) as database:
        yield database


@contextmanager
def _session_errors() -> Iterator[None]:
    """Turn what a database that is away or empty raises into one sentence."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    try:
        yield
    except UnavailableError as error:
        if not isinstance(error.__cause__, OperationalError):
            raise
        message = "连不上数据库：请核对 HOTLINE_DATABASE_URL，或先启动数据库。"
        raise UnavailableError(message) from error
    except ProgrammingError as error:
        message = "数据库里没有工单的表，或结构太旧：请先运行 hotline migrate。"
        raise UnavailableError(message) from error
