"""`hotline import FILE`: takes the tickets of a file in, each once, however often it is run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from engine.actions.actor import Actor
    from engine.cli.import_rejects import Rejects
    from engine.cli.import_table import Row, Table

SOME_REFUSED = 1


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("import", help="批量导入工单（CSV、xlsx、jsonl）；可重复运行，不会重复登记。")(
        import_file
    )


def import_file(
    file: Annotated[Path, typer.Argument(help="第一行是列名；jsonl 每行一件")],
    by: Annotated[str, typer.Option("--by", help="导入人的账号（话务员、主管或管理员）")],
    source: Annotated[str, typer.Option(help="来源；与外部编号一起不重复")] = "import",
    rejected: Annotated[
        Path | None, typer.Option(help="退回的行写到哪里；默认在原文件旁，名字带 rejected")
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(help="略过的列，可写多次")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，什么也不登记")] = False,
) -> None:
    """Import a file; refused rows go to a file of the same kind, with the reason beside each."""
    from engine.cli.import_files import open_table
    from engine.cli.import_rejects import rejects_for
    from engine.cli.opened import opened_database

    target = rejected or file.with_name(f"{file.stem}.rejected{file.suffix.lower()}")
    _check(file, target, source)
    with open_table(file) as table, opened_database():
        actor = _actor(by)
        rejects = rejects_for(target, table.headings)
        run = Run(actor, source, skip or [], rejects, dry_run=dry_run)
        try:
            run.work_off(table)
        finally:
            rejects.close()
    if table.note:
        typer.echo(table.note)
    _tell(run, target)


def _check(file: Path, target: Path, source: str) -> None:
    from engine.actions.characters import tidied
    from engine.errors import BadInputError

    if target.resolve() == file.resolve():
        message = "退回的行不能写进正在导入的文件：请给 --rejected 另一个文件名。"
        raise BadInputError(message)
    if not tidied(source):
        message = "来源不能是空的：请给 --source 一个名字，或不写这个选项。"
        raise BadInputError(message)


def _actor(username: str) -> "Actor":
    from engine.actions.actor import Actor
    from engine.actions.importing import check_importer
    from engine.actions.people import account_by_name
    from engine.errors import NotFoundError
    from engine.store.database import work

    with work() as session:
        account = account_by_name(session, username)
        if account is None or not account.active:
            message = f"没有账号 {username}，或已停用。"
            raise NotFoundError(message)
        actor = Actor.of(account)
    check_importer(actor)
    return actor


@dataclass
class Run:
    """One run of the command: who imports, what is left out, and what has come of it so far."""

    actor: "Actor"
    source: str
    skip: list[str]
    rejects: "Rejects"
    dry_run: bool
    counts: Counter[str] = field(default_factory=Counter)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def work_off(self, table: "Table") -> None:
        """Import every row of a table, with a bar that shows how far it is."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        from engine.actions.import_rows import known_columns

        fields = known_columns(table.headings, self.skip) if table.headings else {}
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            shown = bar.add_task("导入", total=1.0)
            for row in table.rows:
                self._one(row, fields)
                bar.update(shown, completed=table.done(), description=self._words())
            bar.update(shown, completed=1.0)

    def _words(self) -> str:
        words = {"written": "新登记", "known": "已登记过", "refused": "退回"}
        return " ".join(f"{label} {self.counts[name]}" for name, label in words.items())

    def _one(self, row: "Row", fields: Mapping[str, str]) -> None:
        from engine.cli.import_files import MOST_ROWS
        from engine.errors import BadInputError, EngineError, UnavailableError

        self.counts["rows"] += 1
        if self.counts["rows"] > MOST_ROWS:
            message = f"一个文件最多 {MOST_ROWS} 行，请分成几个文件；前面的已处理，可重复运行。"
            raise BadInputError(message)
        try:
            outcome = self._written(row, self._named(row, fields))
        except UnavailableError:
            raise
        except EngineError as error:
            self.counts["refused"] += 1
            self.rejects.add(row, f"第 {row.line} 行：{error}")
            return
        self.counts[outcome] += 1

    def _named(self, row: "Row", fields: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's cells by field; a JSON line brings its headings itself."""
        from engine.actions.import_rows import known_columns
        from engine.errors import BadInputError

        if row.broken:
            raise BadInputError(row.broken)
        by_heading = fields or known_columns(list(row.cells), self.skip, of_line=True)
        return {name: row.cells.get(heading) for heading, name in by_heading.items()}

    def _written(self, row: "Row", named: dict[str, Any]) -> str:
        from engine import clock
        from engine.actions.importing import import_row
        from engine.actions.rules_in_force import rules_in_force
        from engine.actions.step import Step
        from engine.store.database import trial, work

        with trial() if self.dry_run else work() as session:
            step = Step(session, self.actor, clock.now(), rules_in_force(session))
            found, _ = import_row(step, named, self.source)
        return self._after_those_before(row, named, found.value) if self.dry_run else found.value

    def _after_those_before(self, row: "Row", named: dict[str, Any], outcome: str) -> str:
        """Return what a trial's row would become after those before it in the same file."""
        from engine.actions.import_rows import read_row
        from engine.errors import ConflictError

        new = read_row(named, self.source).new
        said = hash((new.kind, new.content, new.phone))
        line, first = self.seen.setdefault(f"{new.source}\n{new.external_id}", (row.line, said))
        if first != said:
            message = f"编号 {new.external_id} 与第 {line} 行相同，内容不同。"
            raise ConflictError(message)
        return outcome if line == row.line else "known"


def _tell(run: Run, target: Path) -> None:
    counts = run.counts
    done = "试运行，什么也没有登记。将" if run.dry_run else ""
    known = f"，已登记过 {counts['known']} 件" if counts["known"] else ""
    typer.echo(f"{done}新登记 {counts['written']} 件{known}，退回 {counts['refused']} 行。")
    if counts["refused"]:
        typer.echo(f"退回的行和原因在 {target}；改好后可直接导入那个文件。")
        raise typer.Exit(SOME_REFUSED)
