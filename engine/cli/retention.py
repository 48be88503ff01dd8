"""`hotline retention`: whose personal data are kept too long, and taking them out."""

import typer

from engine.cli.opened import opened_database


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    kept = typer.Typer(help="保存期限：预览、到期脱敏。", no_args_is_help=True)
    kept.command("preview", help="看有多少到期、多少有保存令；什么也不改。")(preview)
    kept.command("run", help="现在就脱敏（平时每天 02:10 自动做）；可中断，再运行接着做。")(run)
    app.add_typer(kept, name="retention")


def preview() -> None:
    """Print what a run would do."""
    from engine import clock
    from engine.actions.retention import preview as look
    from engine.store.database import work

    with opened_database(), work() as session:
        found = look(session, clock.now())
    typer.echo(f"联系方式：{found.contact_before} 前办结的，{found.due} 件到期，"
               f"{found.held} 件有保存令不动。")  # fmt: skip
    typer.echo(f"工单和文书：{found.archive_before} 前办结的有 {found.archive} 件，"
               "须经档案主管部门核准才销毁，本系统不自动删除。")  # fmt: skip


def run() -> None:
    """Take out what is due and say how much."""
    from engine import clock
    from engine.actions.retention import run as take_out

    with opened_database():
        counts = take_out(clock.now())
    typer.echo(f"已脱敏 {counts['taken_out']} 件。")
    if counts["unreadable"]:
        typer.echo(f"■ {counts['unreadable']} 件的姓名电话打不开，没有动：见 hotline keys list。")
        raise typer.Exit(1)
