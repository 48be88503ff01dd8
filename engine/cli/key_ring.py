"""`hotline keys`: the keys that personal data are sealed with, listed, replaced, retired."""

import sys
from typing import Annotated

import typer

from engine.cli.opened import opened_database


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    keys = typer.Typer(help="个人信息密钥：列、换、停、重新加密。", no_args_is_help=True)
    keys.command("list", help="列出密钥，各有多少个值要用它。")(show)
    keys.command("rotate", help="换上新密钥；旧密钥仍能读。")(rotate)
    keys.command("seal", help="都换成用现用密钥加密；可随时中断，再运行接着做。")(seal)
    keys.command("retire", help="把要用某把密钥的都重新加密，然后停用它。")(retire)
    app.add_typer(keys, name="keys")


def show() -> None:
    """Print every key; exit 1 when the database needs one that is not here."""
    from engine.actions.personal import key_states
    from engine.keyring import keys_file

    with opened_database():
        states = key_states()
    typer.echo(f"密钥文件：{keys_file()}")
    for one in states:
        what = "■ 不在文件里" if not one.here else "● 加密用" if one.writes else "○ 只读"
        typer.echo(f"{one.id}  {what}  {one.made_at or '—'}  {one.needed} 个值要用")
    if any(not one.here for one in states):
        typer.echo("缺的密钥请从备份放回密钥文件；缺着的，姓名电话打不开，其余照常。")
        raise typer.Exit(1)


def rotate(
    prepare: Annotated[
        bool, typer.Option("--prepare", help="先只放进文件不启用：多台机器先把文件拷到各台")
    ] = False,
) -> None:
    """Put a new key in; say what is to be done next."""
    from engine import clock
    from engine.actions.personal import add_key
    from engine.keyring import keys_file

    with opened_database():
        key = add_key(clock.now(), prepare=prepare)
    if prepare:
        typer.echo(f"新密钥 {key.id} 已放进 {keys_file()}，还没有启用。")
        typer.echo("请把这个文件拷到每台机器，再运行 hotline keys rotate 启用它。")
        return
    typer.echo(f"现在用 {key.id} 加密；以前的值仍用旧密钥读。请备份 {keys_file()}。")
    typer.echo("重新加密：hotline keys seal；停用旧密钥：hotline keys retire 旧密钥。")


def seal() -> None:
    """Seal all that is plain or sealed by an older key, and say how many."""
    from engine.actions.personal import seal_all

    with opened_database():
        counts = seal_all(_tell)
    typer.echo(f"已重新加密 {counts['sealed']} 行。")
    if counts["unreadable"]:
        typer.echo(f"■ 有 {counts['unreadable']} 行读不出来：用 hotline keys list 看缺哪把密钥。")
        raise typer.Exit(1)


def retire(key: str) -> None:
    """Seal anew what needs a key, take it out of the file, and say so."""
    from engine import clock
    from engine.actions.personal import retire_key

    with opened_database():
        sealed = retire_key(key, clock.now(), _tell)
    typer.echo(f"重新加密 {sealed} 行，{key} 已从密钥文件去掉。")
    typer.echo("以前的数据库备份仍要用它：请把旧的密钥文件和那些备份放在一起。")


def _tell(done: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r已重新加密 {done} 行")
