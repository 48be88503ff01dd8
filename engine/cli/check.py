"""`hotline check`: one command that tells what is wrong with an installation."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opened import read_settings
from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.serving.findings import Finding

BROKEN = 1


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("check", help="安装体检：逐项说明好不好、怎么修；有坏项时退出码为 1。")(check)


def check(
    as_json: Annotated[bool, typer.Option("--json", help="机器可读")] = False,
) -> None:
    """Look everything over and print it, worst last."""
    from engine import clock
    from engine.serving.examination import examine
    from engine.serving.findings import Level, broken

    try:
        found = list(examine(read_settings(), clock.now(), clock.now))
    except BadInputError as error:  # nothing else can be looked at without settings
        found = [broken("设置", str(error), "在环境文件（hotline.env 或 .env）里改这一行。")]
    if as_json:
        typer.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=2))
    else:
        _print(found)
    if any(one.level is Level.BROKEN for one in found):
        raise typer.Exit(BROKEN)


def _plain(one: "Finding") -> dict[str, str]:
    return {"what": one.what, "level": one.level.name.lower(), "words": one.words,
            "todo": one.todo}  # fmt: skip


def _print(found: "Iterable[Finding]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from engine.serving.findings import Level

    marks = {Level.FINE: ("● 正常", "green"), Level.LOOK: ("▲ 留意", "yellow"),
             Level.BROKEN: ("■ 要修", "bold red")}  # fmt: skip
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for overflow in ("ignore", "ignore", "fold"):  # an advice is one long word without blanks
        table.add_column(overflow=overflow, no_wrap=overflow == "ignore")
    for one in sorted(found, key=lambda one: one.level):
        mark, style = marks[one.level]
        words = Text(one.words)
        if one.todo:
            words.append(f"\n→ {one.todo}", style="dim")
        table.add_row(Text(mark, style=style), Text(one.what, style="bold"), words)
    Console(soft_wrap=False).print(table)
