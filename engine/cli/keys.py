"""`hotline key`: keys of the API, made, listed, replaced, revoked."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opened import opened_database

if TYPE_CHECKING:
    from engine.models import ApiKey

ONCE = "这个密钥只显示这一次，请现在抄下。"


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    keys = typer.Typer(help="接口密钥：建、列、换、停。", no_args_is_help=True)
    keys.command("create", help="建一个接口密钥；密钥只显示这一次。")(create)
    keys.command("list", help="列出接口密钥。")(show)
    keys.command("rotate", help="更换密钥；新旧并用一段时间，新密钥只显示这一次。")(rotate)
    keys.command("revoke", help="停用密钥，立即生效。")(revoke)
    app.add_typer(keys, name="key")


def create(
    name: str,
    scope: Annotated[list[str] | None, typer.Option(help="权限，可写多个；不写为全部")] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="可用的网段，可写多个；不写为不限")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="有效至该日结束", formats=["%Y-%m-%d"])
    ] = None,
    calls: Annotated[int | None, typer.Option(help="每分钟至多调用几次")] = None,
) -> None:
    """Create an API key and print its secret, once."""
    from engine import clock
    from engine.actions.background import system_step
    from engine.actions.keys import KeyForm, make_key
    from engine.actions.setup import SCOPES
    from engine.store.database import work

    form = KeyForm(
        name=name, scopes=scope or SCOPES, networks=network or (),
        expires_on=until.date() if until else None, calls_per_minute=calls,
    )  # fmt: skip
    with opened_database(), work() as session:
        _, secret = make_key(system_step(session, clock.now()), form)
    typer.echo(f"{secret}\n{ONCE}")


def show() -> None:
    """Print every key: number, state, for whom, what it may do, from where, calls today."""
    from engine import clock
    from engine.store import desk_admin
    from engine.store.database import work

    now = clock.now()
    with opened_database(), work() as session:
        calls = desk_admin.calls_today(session, now)
        lines = [_line(one, calls.get(one.id, 0), now) for one in desk_admin.keys(session)]
    typer.echo("\n".join(lines) or "还没有接口密钥。")


def _line(key: "ApiKey", calls: int, now: datetime) -> str:
    over = key.expires_at is not None and key.expires_at <= now
    state = "停用" if key.revoked_at else "到期" if over else "在用"
    networks = " ".join(key.networks) or "不限网段"
    return (
        f"{key.id}  {state}  {key.name}  {key.prefix}…  {' '.join(key.scopes)}  {networks}"
        f"  今日 {calls} 次"
    )


def rotate(number: int) -> None:
    """Replace a key's secret and print the new one, once."""
    from engine import clock
    from engine.actions.background import system_step
    from engine.actions.keys import rotate_key
    from engine.rules.shanghai import SHANGHAI
    from engine.store.database import work

    with opened_database(), work() as session:
        key, secret = rotate_key(system_step(session, clock.now()), number)
        until = key.old_until or clock.now()
    typer.echo(f"{secret}\n{ONCE}旧密钥用到 {until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}。")


def revoke(number: int) -> None:
    """Revoke a key at once."""
    from engine import clock
    from engine.actions.background import system_step
    from engine.actions.keys import revoke_key
    from engine.store.database import work

    with opened_database(), work() as session:
        key = revoke_key(system_step(session, clock.now()), number)
        name = key.name
    typer.echo(f"密钥“{name}”已停用。")
