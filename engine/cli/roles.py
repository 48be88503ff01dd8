"""`hotline roles`: makes the database roles before a backup is restored to a new server (恢复)."""

import typer

from engine.cli.opened import read_settings
from engine.errors import BadInputError, UnavailableError

MANAGED = "hotline roles 用于另设的数据库，请先设置 HOTLINE_DATABASE_URL；内置数据库自己建角色。"


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    words = "在新的数据库服务器上建好两个角色：恢复备份之前运行，再运行一次也无妨。"
    app.command("roles", help=words)(roles)


def roles() -> None:
    """Make both roles and lend them to this login; or say what an administrator must run."""
    from engine.serving.checks import require_database
    from engine.store.app_roles import APP, UNIT, create_roles, lacking
    from engine.store.database import connect

    url = read_settings().database_url
    if not url:
        raise BadInputError(MANAGED)
    require_database(url)
    database = connect(url, pool_size=1)
    try:
        with database.engine.begin() as connection:
            create_roles(connection)
            lacks = lacking(connection)
    finally:
        database.dispose()
    if lacks:
        message = f"本账号不能建角色，请数据库管理员执行：{' '.join(lacks)}"
        raise UnavailableError(message)
    typer.echo(f"角色 {APP}、{UNIT} 已备好，现在可以恢复备份（pg_restore --no-owner）。")
