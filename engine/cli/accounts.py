"""`hotline account`: the first people of an installation."""

from typing import Annotated

import typer

from engine.cli.opened import opened_database
from engine.errors import BadInputError
from engine.terms import Role

SHORTEST = 12


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    people = typer.Typer(help="账号：建账号、改密码。", no_args_is_help=True)
    people.command("create", help="建一个账号；密码在提示后输入。")(create)
    people.command("password", help="给账号换密码，并注销它的所有登录。")(password)
    app.add_typer(people, name="account")


def create(
    username: str,
    name: Annotated[str, typer.Option(help="姓名")],
    role: Annotated[str, typer.Option(help="角色，如 话务员、主管、管理员")],
    unit: Annotated[str, typer.Option(help="承办单位名称（承办人和负责人必填）")] = "",
    email: Annotated[str, typer.Option(help="邮箱")] = "",
    secret: Annotated[str, typer.Option("--password", prompt="密码", hide_input=True,
                                        confirmation_prompt="再输一遍")] = "",
) -> None:  # fmt: skip
    """Create an account and say so."""
    from engine import clock
    from engine.actions import people
    from engine.store import tickets
    from engine.store.database import work

    parsed = _role(role)
    _check(secret, parsed, unit)
    with opened_database(), work() as session:
        unit_id = tickets.unit_by_name(session, unit).id if unit else None
        new = people.NewAccount(
            username=username, name=name, role=parsed, password=secret, unit_id=unit_id,
            email=email,
        )  # fmt: skip
        people.create_account(session, new, clock.now())
    typer.echo(f"已建账号 {username}（{parsed.label}）。")


def _role(text: str) -> Role:
    try:
        return Role.parse(text)
    except ValueError as error:
        raise BadInputError(str(error)) from error


def _check(secret: str, role: Role, unit: str) -> None:
    if len(secret) < SHORTEST:
        message = f"密码至少 {SHORTEST} 个字符。"
        raise BadInputError(message)
    if role in (Role.HANDLER, Role.UNIT_LEADER) and not unit:
        message = f"{role.label}要用 --unit 写明承办单位。"
        raise BadInputError(message)


def password(
    username: str,
    secret: Annotated[str, typer.Option("--password", prompt="新密码", hide_input=True,
                                        confirmation_prompt="再输一遍")] = "",
) -> None:  # fmt: skip
    """Set another password; every session of the account ends."""
    from engine import clock
    from engine.actions import people
    from engine.store.database import work

    _check(secret, Role.OPERATOR, "")
    with opened_database(), work() as session:
        people.set_password(session, username, secret, clock.now())
    typer.echo(f"已更换 {username} 的密码。")
