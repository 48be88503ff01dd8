"""`hotline calendar`: check the calendars, look at a year, take in a holiday notice."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from engine.cli.calendar_taking_in import take_in
from engine.cli.installation import installation_rules
from engine.clock import now
from engine.errors import EngineError
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.terms import DayKind

if TYPE_CHECKING:
    from rich.text import Text

    from engine.rules.calendar_import import ImportPlan
    from engine.rules.working_days import Calendar, Day

_MONTHS = 12
_STYLES = {
    DayKind.COUNTED: "",
    DayKind.WEEKEND: "bright_black",
    DayKind.HOLIDAY: "bold red",
    DayKind.MAKE_UP: "bold white on blue",
}


def register(app: typer.Typer) -> None:
    """Add the sub-commands to an application."""
    calendar = typer.Typer(help="工作日历：核对、查看、导入放假通知。", no_args_is_help=True)
    calendar.command("check", help="核对全部日历文件，提示缺少的年份。")(check)
    calendar.command("show", help="某一年的放假和调休上班日。")(show)
    calendar.command("import", help="导入放假通知：先列差异，两人核对后再 --apply。")(import_file)
    app.add_typer(calendar, name="calendar")


def check() -> None:
    """Print how far each calendar reaches and what is missing; exit 1 when something is."""
    from engine.rules.calendar_alarms import calendar_alarms
    from engine.rules.calendar_files import REGIONAL, REGIONS

    try:
        rules = installation_rules(REGIONAL)
        for region in REGIONS:
            _print_reach(rules.book.calendar(region))
        alarms = calendar_alarms(shanghai_date(now()), rules)
    except EngineError as error:
        _stop(str(error))
    for alarm in alarms:
        typer.secho(f"！{alarm}", fg=typer.colors.YELLOW)
    if alarms:
        raise typer.Exit(1)
    typer.secho("没有缺少的日历。", fg=typer.colors.GREEN)


def show(
    year: int | None = typer.Argument(None, help="年份，默认今年"),
    region: str = typer.Option("CN-GX", help="CN-GX（广西）或 CN（全国）"),
) -> None:
    """Print a year's months with days off and make-up days marked."""
    from rich.columns import Columns
    from rich.console import Console

    year = year or shanghai_date(now()).year
    console = Console(highlight=False)
    try:
        calendar = installation_rules(region).calendar
        months = [_month(calendar, year, month) for month in range(1, _MONTHS + 1)]
        worked = calendar.working_days_between(date(year, 1, 1), date(year, 12, 31))
        worked += calendar.is_working_day(date(year, 1, 1))
    except (EngineError, ValueError) as error:
        _stop(str(error))
    console.print(f"\n[bold]{year} 年 {region}[/]  {worked} 个工作日  {calendar.version}\n")
    console.print(Columns(months, padding=(0, 3, 1, 0)))
    for line in _exceptions(calendar, year):
        console.print(line, soft_wrap=True)


def import_file(
    file: Path = typer.Argument(help="holiday-cn 的 JSON、CSV，或本系统格式的 YAML"),
    number: str = typer.Option("", help="通知文号，如 国办发明电〔2025〕7号（JSON、CSV 须写明）"),
    dated: str = typer.Option("", help="通知日期，如 2025-11-04（JSON、CSV 须写明）"),
    checked_by: list[str] = typer.Option([], help="核对差异的人，写两次，两人不同"),
    apply: bool = typer.Option(False, "--apply", help="两人核对差异后导入"),
    into: Path | None = typer.Option(None, help="只写成文件，放在哪个目录；默认导入本系统"),
) -> None:
    """Print what a notice changes; take it in only once two people have checked it."""
    from engine.rules.calendar_amendment import file_to_import
    from engine.rules.calendar_files import REGIONAL
    from engine.rules.calendar_import import import_plan
    from engine.rules.calendar_reading import handed_in

    try:
        given = handed_in(file, number=number, dated=date.fromisoformat(dated) if dated else None)
        known = installation_rules(REGIONAL).book.files
        plan = import_plan(file_to_import(given, known), shanghai_date(now()), known)
    except EngineError as error:
        _stop(str(error))
    except ValueError:
        _stop(f"“{dated}”不是日期：请写成 2025-11-04")
    _print_plan(plan)
    if plan.problems:
        raise typer.Exit(2)
    if apply:
        take_in(plan, given, _names(checked_by), into)
    elif plan.changes:
        typer.echo("以上差异请两人核对；无误后加 --apply --checked-by 甲 --checked-by 乙 导入。")


def _names(written: list[str]) -> list[str]:
    """Return who checked it; blanks and capitals do not make one person two."""
    tidy = {"".join(name.split()).casefold(): "".join(name.split()) for name in written}
    return [name for name in tidy.values() if name]


def _stop(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)


def _print_reach(calendar: "Calendar") -> None:
    typer.echo(
        f"{calendar.region:<6} {calendar.version}  "
        f"{calendar.first_day} 至 {calendar.confirmed_through} 已公布，"
        f"至 {calendar.horizon} 暂定"
    )


def _month(calendar: "Calendar", year: int, month: int) -> "Text":
    from rich.text import Text

    first = date(year, month, 1)
    after = date(year + month // _MONTHS, month % _MONTHS + 1, 1)
    text = Text(f"{month}月\n", style="bold")
    text.append("一 二 三 四 五 六 日\n", style="bright_black")
    text.append("   " * first.weekday())
    for day in calendar.days_between(first, after - timedelta(days=1)):
        text.append(f"{day.on.day:>2}", style=_STYLES[day.kind])
        text.append("\n" if day.on.isoweekday() == 7 else " ")  # noqa: PLR2004 - Sunday
    return text


def _exceptions(calendar: "Calendar", year: int) -> list[str]:
    """Return the days that differ from Monday to Friday, neighbours of one reason as one line."""
    days = calendar.days_between(date(year, 1, 1), date(year, 12, 31))
    odd = (day for day in days if day.kind in (DayKind.HOLIDAY, DayKind.MAKE_UP))
    spans: list[list[Day]] = []
    for day in odd:
        last = spans[-1][-1] if spans else None
        if last and day.on - last.on == timedelta(days=1) and day.reason == last.reason:
            spans[-1].append(day)
        else:
            spans.append([day])
    return [_span(span) for span in spans]


def _span(days: "list[Day]") -> str:
    first, last = days[0], days[-1]
    colour = "red" if first.kind is DayKind.HOLIDAY else "blue"
    until = "" if first is last else f" 至 {spoken_date(last.on)}"
    when = f"{spoken_date(first.on)}{until}"
    return f"[{colour}]{first.reason}[/]  {when}  [bright_black]{first.source}[/]"


def _print_plan(plan: "ImportPlan") -> None:
    file = plan.file
    off = sum(len(notice.days_off) for notice in file.notices)
    work = sum(len(notice.make_up_days) for notice in file.notices)
    typer.echo(f"{file.region} {file.year} 年：放假 {off} 天，调休上班 {work} 天")
    for change in plan.told:
        colour = typer.colors.BLUE if change.working else typer.colors.RED
        typer.secho(f"  {change.line}", fg=colour)
    if not plan.changes:
        typer.echo("与现有日历没有差异。")
    for problem in plan.problems:
        typer.secho(f"！{problem}", fg=typer.colors.YELLOW, err=True)
