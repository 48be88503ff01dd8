"""`hotline catalogue`: the task list as a table or JSON, and the import of a new year's list."""

import json
import re
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.clock import now
from engine.rules.routing.catalogue import Catalogue, Task, load_catalogue, version_for, versions
from engine.rules.routing.catalogue_import import Change, compare, read_table
from engine.rules.routing.catalogue_import import Table as ReadTable
from engine.rules.routing.catalogue_versions import add_version, refusal
from engine.rules.shanghai import shanghai_date

_KINDS = {"added": "新增", "removed": "取消", "changed": "改动"}
_FIELDS = {
    "indicator": "指标",
    "direction": "改革方向",
    "measure": "任务举措",
    "deadline": "完成时限",
    "leads": "牵头单位",
    "joint_by_duty": "按职责分工",
    "supports": "配合单位",
    "open_groups": "开放范围",
}
_WORDS_SHOWN = 60
_WIDE = 120

app = typer.Typer(help="任务清单：查看、导入、比较。")


def register(parent: typer.Typer) -> None:
    """Add the sub-commands to the command line."""
    parent.add_typer(app, name="catalogue")


@app.callback(invoke_without_command=True, help="列出任务清单的全部任务和承办单位。")
def show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Print every row and unit of the list."""
    if context.invoked_subcommand is not None:
        return
    catalogue = load_catalogue(version_for(shanghai_date(now())))
    if as_json:
        typer.echo(json.dumps(catalogue_json(catalogue), ensure_ascii=False, indent=1))
    else:
        _print_rows(catalogue)


@app.command(
    "import", help="读入新一年的清单，报告读不出的内容，与现行清单比较；给出生效日才写入。"
)
def import_list(
    file: Annotated[Path, typer.Argument(help="新一年清单的 CSV 或制表符文本")],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    apply_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="生效日；给出才写入")
    ] = None,
    reference: Annotated[str, typer.Option(help="文号，如 城中政办〔2024〕3号")] = "",
    force: Annotated[bool, typer.Option("--force", help="多数任务不见了也写入")] = False,
) -> None:
    """Read a new list, report what could not be read, compare it, and apply it if asked to."""
    table = read_table(_read(file))
    changes = compare(load_catalogue().tasks, table.tasks)
    if as_json:
        typer.echo(json.dumps(_import_json(table, changes), ensure_ascii=False, indent=1))
    else:
        _print_import(file, table, changes)
    if table.problems:
        raise typer.Exit(2)
    if apply_from is not None:
        refused = refusal(table, apply_from.date(), force=force)
        if refused:
            typer.echo(refused, err=True)
            raise typer.Exit(2)
        _apply(table, apply_from.date(), reference)


def catalogue_json(catalogue: Catalogue) -> dict[str, object]:
    """The whole list as plain JSON."""
    return {
        "version": catalogue.version,
        "title": catalogue.title,
        "reference": catalogue.reference,
        "in_force_from": catalogue.in_force_from.isoformat(),
        "tasks": [task.to_json() for task in catalogue.tasks],
        "units": [asdict(unit) for unit in catalogue.units],
    }


def _read(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as refused:
        missing = isinstance(refused, FileNotFoundError)
        typer.echo(f"{'没有这个文件' if missing else '打不开这个文件'}：{file}", err=True)
        raise typer.Exit(2) from refused
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    typer.echo(f"{file} 不是 UTF-8 或 GB18030 编码的文本，请另存为 UTF-8 的 CSV", err=True)
    raise typer.Exit(2)


def _apply(table: ReadTable, day: date, reference: str) -> None:
    """Ship the list as a further version; the older ones stay for the tickets they routed."""
    numbers = re.findall(r"\d+", reference)
    version = "-".join(numbers) or day.isoformat()
    if version in {entry["version"] for entry in versions()}:
        typer.echo(f"已经有版本 {version}；旧的清单不改，请核对文号", err=True)
        raise typer.Exit(2)
    try:
        add_version(table, version=version, day=day, reference=reference)
    except OSError as refused:
        typer.echo(f"写不进清单目录：{refused.filename}，请由安装系统的账号执行", err=True)
        raise typer.Exit(2) from refused
    typer.echo(f"已写入版本 {version}，{day} 起受理的工单按它派单")


def _import_json(table: ReadTable, changes: tuple[Change, ...]) -> dict[str, object]:
    return {
        "tasks": [task.to_json() for task in table.tasks],
        "problems": [asdict(problem) for problem in table.problems],
        "changes": [change._asdict() for change in changes],
    }


def _print_rows(catalogue: Catalogue) -> None:
    console = Console()
    table = Table(header_style="bold", row_styles=("", "dim"))
    table.add_column("项", justify="right", style="cyan", no_wrap=True)
    wide = console.width >= _WIDE
    for name in ("指标", "改革方向", "任务举措") if wide else ("改革方向",):
        table.add_column(name, overflow="fold", ratio=2)
    table.add_column("时限", no_wrap=True)
    for name in ("牵头", "配合"):
        table.add_column(name, overflow="fold", ratio=2)
    for task in catalogue.tasks:
        table.add_row(*_row(task, wide=wide))
    head = f"{catalogue.title} · {catalogue.reference} · {catalogue.in_force_from} 起"
    console.print(head, style="bold", highlight=False)
    console.print(table)


def _row(task: Task, *, wide: bool) -> tuple[str, ...]:
    what = (task.indicator, task.direction, _short(task.measure)) if wide else (task.direction,)
    return (
        str(task.number),
        *what,
        task.deadline.isoformat(),
        _units(task, "lead") + ("（按职责分工）" if task.joint_by_duty else ""),
        _units(task, "support"),
    )


def _units(task: Task, role: str) -> str:
    named = task.leads if role == "lead" else task.supports
    groups = tuple(group.name for group in task.open_groups if group.role == role)
    return "、".join((*named, *groups))


def _short(words: str) -> str:
    return words if len(words) <= _WORDS_SHOWN else f"{words[:_WORDS_SHOWN]}…"


def _print_import(file: Path, table: ReadTable, changes: tuple[Change, ...]) -> None:
    console = Console()
    console.print(f"{file.name}：读出 {len(table.tasks)} 项，与现行清单相差 {len(changes)} 处")
    for problem in table.problems:
        console.print(f"[red]读不出[/] {problem}", highlight=False, soft_wrap=True)
    for task in table.tasks:
        for note in task.notes:
            console.print(
                f"[yellow]归一[/] 第 {task.number} 项：{note}", highlight=False, soft_wrap=True
            )
    if changes:
        console.print(_changes_table(changes))


def _changes_table(changes: tuple[Change, ...]) -> Table:
    table = Table(header_style="bold")
    for name in ("项", "变化", "栏目", "原来", "现在"):
        table.add_column(name, overflow="fold")
    for change in changes:
        table.add_row(
            str(change.number),
            _KINDS[change.kind],
            _FIELDS.get(change.field, ""),
            _short(change.before),
            _short(change.after),
        )
    return table
