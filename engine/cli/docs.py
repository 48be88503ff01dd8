"""`hotline docs`: the pages of docs/ that are made from code, and whether they are up to date."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import typer

from engine import terms
from engine.lifecycle import FINAL, TRANSITIONS, Guard, TicketFacts, Transition
from engine.rules.citations import clause
from engine.rules.clause_page import clause_page
from engine.terms import Term, TicketStatus

DOCS = Path(__file__).resolve().parents[2] / "docs"
MADE = "<!-- 由 hotline docs --write 生成，请勿手改。 -->\n"
STAYS = "不变"
NOBODY = "系统"

LIFECYCLE = """# 工单的一生

由 `engine/lifecycle.py` 的流转表生成：每一行写明什么事件、从哪些状态到哪个状态、
谁可以做、拒绝的理由和依据的条款。状态只在 `engine/actions/step.py` 里改变。

"""
GLOSSARY = """# 词汇表

由 `engine/terms.py` 生成。左边是数据库和接口里的词，右边是屏幕和公文里的词。
"""


def lifecycle_page() -> str:
    """Return docs/lifecycle.md: a diagram of the moves, then every row of the table."""
    return f"{MADE}{LIFECYCLE}{_diagram()}\n{_moves()}\n{_facts()}"


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{status.label}" as {status.value}' for status in TicketStatus]
    lines.append("    [*] --> accepted")
    for row in _moving():
        for source in _in_order(row.sources):
            lines.append(f"    {source.value} --> {row.target}: {row.event.label}")
    lines += [f"    {status.value} --> [*]" for status in _in_order(FINAL)]
    return "\n".join([*lines, "```", ""])


def _moving() -> list[Transition]:
    return [row for row in TRANSITIONS if row.target is not None]


def _moves() -> str:
    head = "## 改变状态的事件\n\n| 事件 | 从 | 到 | 谁 | 何时不行 | 依据 |\n"
    return f"{head}|---|---|---|---|---|---|\n" + "".join(_row(row) for row in _moving())


def _facts() -> str:
    head = "## 只记录、不改变状态的事件\n\n| 事件 | 在哪些状态 | 到 | 谁 | 何时不行 | 依据 |\n"
    rows = [row for row in TRANSITIONS if row.target is None]
    return f"{head}|---|---|---|---|---|---|\n" + "".join(_row(row) for row in rows)


def _row(row: Transition) -> str:
    every = len(row.sources) == len(TicketStatus)
    sources = "任何状态" if every else "、".join(one.label for one in _in_order(row.sources))
    target = row.target.label if row.target else STAYS
    roles = [role for role in terms.Role if role in row.who]
    who = "任何角色" if len(roles) == len(terms.Role) else "、".join(one.label for one in roles)
    guards = "".join(one for guard in row.guards for one in _refusals(guard))
    cells = (f"{row.event.label} `{row.event.value}`", sources, target, who or NOBODY, guards,
             clause(row.clause).label)  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _refusals(guard: Guard) -> list[str]:
    """Return every sentence with which a guard refuses, found by turning each fact around."""
    said = (guard(facts) for facts in _turned_facts())
    return list(dict.fromkeys(reason for reason in said if reason is not None))


@cache
def _turned_facts() -> tuple[TicketFacts, ...]:
    base = TicketFacts(status=TicketStatus.ACCEPTED)
    flags = [one.name for one in fields(base) if isinstance(getattr(base, one.name), bool)]
    flipped: list[dict[str, Any]] = [{name: not getattr(base, name)} for name in flags]
    turned = [replace(base, **flag) for flag in flipped]
    return base, *turned, replace(base, kind=terms.TicketKind.COMPLAINT)


def _in_order(statuses: frozenset[TicketStatus]) -> list[TicketStatus]:
    return [status for status in TicketStatus if status in statuses]


def glossary_page() -> str:
    """Return docs/glossary.md: every word of the field in English and Chinese."""
    words = [one for one in vars(terms).values() if _is_dictionary(one)]
    return MADE + GLOSSARY + "".join(_words(one) for one in words)


def _is_dictionary(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, Term) and thing is not Term


def _words(words: type[Term]) -> str:
    title = (words.__doc__ or words.__name__).splitlines()[0]
    rows = "".join(f"| `{member.value}` | {member.label} |\n" for member in words)
    return f"\n## {words.__name__}\n\n{title}\n\n| 代码 | 中文 |\n|---|---|\n{rows}"


PAGES: dict[str, Callable[[], str]] = {
    "clauses.md": clause_page, "glossary.md": glossary_page, "lifecycle.md": lifecycle_page,
}  # fmt: skip


def stale_pages(docs: Path = DOCS) -> list[str]:
    """Return the generated pages that are missing or no longer say what the code says."""
    return [name for name, page in PAGES.items() if _written(docs / name) != page()]


def _written(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write_pages(docs: Path = DOCS) -> None:
    """Write every generated page anew."""
    for name, page in PAGES.items():
        (docs / name).write_text(page(), encoding="utf-8")


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("docs", hidden=True, help="由代码生成的文档页：核对（默认）或重写。")(docs)


def docs(
    write: bool = typer.Option(False, "--write", help="重写"),
    check: bool = typer.Option(False, "--check", help="只核对"),
) -> None:
    """Check the generated pages, or write them; a stale page is exit code 1."""
    if write and not check:
        write_pages()
    stale = stale_pages()
    if stale:
        typer.echo(f"已过时：{'、'.join(stale)}。请运行 hotline docs --write。", err=True)
        raise typer.Exit(1)
    typer.echo("文档页与代码一致。")
