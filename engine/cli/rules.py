"""`hotline rules`: the values in force on a day, and the clauses behind them."""

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import typer

from engine.cli.installation import installation_rules
from engine.clock import now
from engine.errors import EngineError
from engine.rules.calendar_files import NATIONAL
from engine.rules.parameter_words import said
from engine.rules.parameters import UNITS, Parameter, Parameters, plain
from engine.rules.shanghai import shanghai_date

if TYPE_CHECKING:
    from rich.table import Table


def register(app: typer.Typer) -> None:
    """Add the sub-commands to an application."""
    rules = typer.Typer(help="规则参数和条款。", no_args_is_help=True)
    rules.command("show", help="某一天适用的全部参数：数值、单位、起用日期、依据。")(show)
    rules.command("clauses", help="各条款的原文，以及由哪段程序执行或为何不执行。")(clauses)
    app.add_typer(rules, name="rules")


def show(
    on: str | None = typer.Option(None, "--on", help="哪一天适用的规则，如 2024-09-27"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON"),
) -> None:
    """Print every parameter in force on a day."""
    try:
        day = date.fromisoformat(on) if on else shanghai_date(now())
        parameters = installation_rules(NATIONAL).parameters
    except ValueError:
        typer.echo(f"“{on}”不是日期：请写成 2024-09-27", err=True)
        raise typer.Exit(2) from None
    except EngineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        rows = [_row(parameter, day) for parameter in parameters.values()]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print(parameters, day)


def clauses() -> None:
    """Print the page of clauses (docs/clauses.md)."""
    from engine.rules.clause_page import clause_page

    typer.echo(clause_page(), nl=False)


def _row(parameter: Parameter, day: date) -> dict[str, object]:
    stated: dict[str, object] = {
        "key": parameter.key,
        "label": parameter.label,
        "unit": parameter.unit,
        "checked_on": parameter.checked_on.isoformat(),
        "file": parameter.file,
        **({"unused": parameter.later} if parameter.later else {}),
    }
    try:
        value = parameter.on(day)
    except EngineError as error:
        return {**stated, "error": str(error)}
    since, source = value.since.isoformat(), value.citation.label
    return {**stated, "value": plain(value.value), "since": since, "reference": source}


def _print(parameters: Parameters, day: date) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    by_file: dict[str, list[Parameter]] = {}
    for parameter in parameters.values():
        by_file.setdefault(parameter.file, []).append(parameter)
    for file, group in by_file.items():
        console.print(f"\n[bold]{file}[/]")
        console.print(_table(group, day))
    count = sum(_is_in_force(parameter, day) for parameter in parameters.values())
    rest = len(parameters) - count
    console.print(
        f"\n{day} 适用的参数 {count} 项"
        + (f"，未生效或已停用 {rest} 项" if rest else "")
        + f"，规则版本 {parameters.version}。"
        "[green]文件[/]＝文件原文，[yellow]H-nn[/]＝本区设定。"
    )


def _is_in_force(parameter: Parameter, day: date) -> bool:
    try:
        parameter.on(day)
    except EngineError:
        return False
    return True


def _table(group: list[Parameter], day: date) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bright_black")
    for name, ratio in (("参数", 6), ("数值", 5), ("依据", 4)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for parameter in group:
        table.add_row(*_cells(parameter, day))
    return table


def _cells(parameter: Parameter, day: date) -> tuple[str, ...]:
    name = f"{parameter.label}\n[bright_black]{parameter.key}[/]"
    if parameter.later:
        name += f"\n[bright_black]尚未使用：{parameter.later}[/]"
    try:
        value = parameter.on(day)
    except EngineError:
        return name, "[red]尚未生效[/]", f"[bright_black]{parameter.values[0].since} 起[/]"
    colour = "yellow" if value.citation.house else "green"
    source = value.citation.clause if value.citation.house else value.citation.label
    since = f"[{colour}]{source}[/]\n[bright_black]{value.since} 起；{parameter.checked_on} 核对[/]"
    return name, _shown(parameter, value.value), since


def _shown(parameter: Parameter, value: object) -> str:
    from rich.markup import escape

    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return f"[bold]{value}[/] {UNITS[parameter.unit]}"
    unit = f" [bright_black]（{UNITS[parameter.unit]}）[/]"
    return escape(said(value)) + (unit if isinstance(value, tuple | Mapping) else "")
