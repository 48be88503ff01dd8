"""`hotline calendar import --apply`: into this installation's database, or into a file."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from engine.cli.installation import has_database
from engine.cli.opened import opened_database, read_settings
from engine.errors import EngineError, RuleError

if TYPE_CHECKING:
    from engine.rules.calendar_files import YearFile
    from engine.rules.calendar_import import ImportPlan
    from engine.rules.calendar_reading import HandedIn

_TWO_PEOPLE = 2


def take_in(
    plan: "ImportPlan", given: "HandedIn", checked_by: list[str], into: Path | None
) -> None:
    """Take a checked calendar in, or write it as a file into a directory."""
    if len(set(checked_by)) < _TWO_PEOPLE:
        _stop("导入须两人核对：请用 --checked-by 写明两个不同的人")
    if into is not None:
        _write(plan, checked_by, into)
    elif has_database(read_settings()):
        _lay_in(given, checked_by)
    else:
        _stop("还没有数据库可导入：请先运行 hotline serve，或用 --into 目录 只写成文件")


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def _lay_in(given: "HandedIn", checked_by: list[str]) -> None:
    from engine.actions.actor import SYSTEM
    from engine.actions.calendar_changes import take_in as lay_in
    from engine.actions.rules_in_force import rules_in_force
    from engine.actions.step import Step
    from engine.clock import now
    from engine.store.database import work

    try:
        with opened_database(), work() as session:
            step = Step(session, SYSTEM, now(), rules_in_force(session))
            change = lay_in(step, given, (checked_by[0], checked_by[-1]))
    except EngineError as error:
        _stop(str(error))
    typer.echo(f"已导入 {change.subject}（第{change.id}号修改）；未办结工单随即按新日历重算。")


def _write(plan: "ImportPlan", checked_by: list[str], into: Path) -> None:
    from engine.rules.calendar_files import file_name
    from engine.rules.calendar_import import signed

    file = plan.file
    try:
        _replace(into / file_name(file.region, file.year), signed(file, checked_by))
    except OSError as error:
        _stop(f"写不进 {into}/（{error.strerror}）")
    except EngineError as error:
        _stop(f"没有写入 {into}/：写出的文件读不回来（{error}）")
    typer.echo(f"已写入 {into}/；随程序发布后，未办结工单按新日历重算。")


def _replace(target: Path, file: "YearFile") -> None:
    """Put a year file in its place only once it reads back the same."""
    from engine.rules.calendar_files import read_year_file
    from engine.rules.calendar_import import year_file_text

    part = target.with_name(f"{target.name}.part")
    try:
        part.write_text(year_file_text(file), encoding="utf-8")
        if read_year_file(part) != file:
            message = "与所核对的内容不同"
            raise RuleError(message)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
