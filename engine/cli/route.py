"""`hotline route`: who handles a text, and why; one text, or a file of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from engine import clock
from engine.rules.routing import Routing, load_router
from engine.rules.routing.catalogue import version_for
from engine.rules.shanghai import shanghai_date
from engine.terms import RoutingDecision, TicketKind

Propose = Callable[[str, str, TicketKind | None], Routing]

_COLOURS = {
    RoutingDecision.DISPATCH: "green",
    RoutingDecision.CHOOSE: "yellow",
    RoutingDecision.NOT_OURS: "blue",
    RoutingDecision.CONFLICT: "red",
}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("route", help="给一段诉求建议承办单位，并说明理由。")(route)


def route(
    text: Annotated[str, typer.Argument(help="诉求内容")] = "",
    title: Annotated[str, typer.Option(help="标题")] = "",
    kind: Annotated[str, typer.Option(help="工单类型：咨询、求助、投诉、举报、建议、表扬")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    batch: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="批量：输入和输出的 JSONL 文件", metavar="IN.jsonl OUT.jsonl"),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="用主管改过的词库和学到的修正（要连数据库）")
    ] = False,
) -> None:
    """Propose units for one text, or for every line of a file."""
    propose = _proposer(live=live)
    if batch is not None:
        _route_file(propose, *batch)
        return
    if not text.strip() and not title.strip():
        _refuse("请给出诉求内容：hotline route “……”，或用 --batch 处理文件")
    routing = propose(text, title, _kind(kind))
    if as_json:
        typer.echo(_printable(json.dumps(routing.to_json(), ensure_ascii=False, indent=1)))
    else:
        _print(routing)


def _proposer(*, live: bool) -> Propose:
    """What proposes: the list in force today with the lexicon as shipped, or as it is in force."""
    today = shanghai_date(clock.now())
    if live:
        from engine.actions.routing_in_force import in_force
        from engine.cli.opened import opened_database
        from engine.store.database import work

        with opened_database(), work() as session:
            state = in_force(session)
    else:
        state = None
    router = load_router(version_for(today), state.edits if state else ())
    corrections = state.corrections if state else None
    return lambda text, title, kind: router.route(
        text, title=title, kind=kind, corrections=corrections
    )


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def _kind(words: str) -> TicketKind | None:
    try:
        return TicketKind.parse(words) if words.strip() else None
    except ValueError as unknown:
        _refuse(str(unknown))


def _printable(words: str) -> str:
    """The words with lone surrogates as escapes: no terminal and no file takes them."""
    return words.encode("utf-8", "backslashreplace").decode("utf-8")


# --- one text --------------------------------------------------------------------------------


def _print(routing: Routing) -> None:
    colour = _COLOURS[routing.decision]
    console = Console()
    heading = f"[bold {colour}]{routing.decision.label}[/]  把握 {routing.confidence:.0%}"
    words = _printable(routing.reason) + (f"\n{routing.not_ours}" if routing.not_ours else "")
    console.print(Panel(Text(words), title=heading, title_align="left", border_style=colour))
    console.print(_candidates_table(routing))
    first = routing.candidates[0]
    if first.tasks and first.supports:
        others = f"第 {first.tasks[0]} 项的其他单位：{'、'.join(first.supports)}"
        console.print(others, style="dim", soft_wrap=True, highlight=False)
    console.print(
        f"任务清单 {routing.catalogue_version} · 词库 {routing.lexicon_version}",
        style="dim",
        highlight=False,
    )


def _candidates_table(routing: Routing) -> Table:
    table = Table(header_style="bold")
    table.add_column("承办单位", no_wrap=True)
    table.add_column("角色")
    table.add_column("得分", justify="right")
    table.add_column("任务", no_wrap=True)
    table.add_column("用语", overflow="fold")
    for one in routing.candidates[:5]:
        table.add_row(
            one.unit,
            one.role.label,
            f"{one.score:.0f}",
            "、".join(str(number) for number in one.tasks[:3]),
            "、".join(one.evidence[:5]),
        )
    return table


# --- a file ----------------------------------------------------------------------------------


def _route_file(propose: Propose, source: Path, target: Path) -> None:
    routed = failed = 0
    try:
        lines = source.read_text(encoding="utf-8-sig", errors="replace").split("\n")
        with target.open("w", encoding="utf-8", errors="backslashreplace") as out:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    result = _route_line(propose, line, number)
                    failed += "error" in result
                    routed += "error" not in result
                    out.write(json.dumps(result, ensure_ascii=False) + "\n")
    except OSError as refused:
        missing = isinstance(refused, FileNotFoundError)
        _refuse(f"{'没有这个文件' if missing else '文件不能读写'}：{refused.filename}")
    typer.echo(f"已处理 {routed} 条，{failed} 行有误，结果在 {target}")


def _route_line(propose: Propose, line: str, number: int) -> dict[str, Any]:
    """The line with its proposal added, or with an error that says what is wrong."""
    try:
        case = json.loads(line)
    except (ValueError, RecursionError):
        return {"line": number, "error": f"第 {number} 行不是有效的 JSON"}
    if not isinstance(case, dict):
        return {"line": number, "error": f"第 {number} 行应当是一个 JSON 对象"}
    wrong = next((key for key in ("title", "text", "kind") if not _is_words(case.get(key))), "")
    if wrong:
        return case | {"error": f"第 {number} 行的 {wrong} 应当是文字"}
    try:
        kind = TicketKind.parse(case["kind"]) if case.get("kind") else None
    except ValueError as unknown:
        return case | {"error": f"第 {number} 行：{unknown}"}
    return case | _added(propose(case.get("text") or "", case.get("title") or "", kind))


def _is_words(value: object) -> bool:
    return value is None or isinstance(value, str)


def _added(routing: Routing) -> dict[str, Any]:
    content = routing.to_json()
    keys = ("unit", "role", "score", "tasks", "evidence")
    content["candidates"] = [{key: one[key] for key in keys} for one in content["candidates"]]
    return content
