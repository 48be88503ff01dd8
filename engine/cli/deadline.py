"""`hotline deadline`: one due date as a strip of days, or a whole file of them."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from engine.cli.deadline_batch import count_file
from engine.cli.deadline_verify import verify
from engine.cli.installation import installation_rules
from engine.cli.refusing import stop
from engine.errors import EngineError
from engine.rules.certificate_words import due_words
from engine.rules.shanghai import SHANGHAI, WEEKDAYS, spoken_date
from engine.rules.time_limits import Deadline, RuleSet, answer_deadline
from engine.terms import TicketKind

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from engine.rules.time_limits import Certificate, CountedDay

_EXAMPLE = "2024-09-27T10:00:00+08:00"
_STYLES = {
    "received": ("受理", "black on yellow"),
    "counted": ("", "white on green"),
    "make_up": ("补", "white on blue"),
    "weekend": ("周末", "bright_black"),
    "holiday": ("放假", "red"),
    "paused": ("停表", "magenta"),
}


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    group = typer.Typer(
        help="某件工单何时到期、为什么；或整个文件逐行计算（--batch）。",
        invoke_without_command=True,
        callback=deadline,
    )
    group.command("verify", help="逐份重算本系统存下的期限凭证，指出第一份不符的。")(verify)
    app.add_typer(group, name="deadline")


def deadline(
    context: typer.Context,
    *,
    kind: str | None = typer.Option(None, help="工单类型：求助、投诉、举报、咨询、建议（或英文）"),
    received: str | None = typer.Option(None, help=f"受理时刻，带时区，如 {_EXAMPLE}"),
    region: str = typer.Option("CN-GX", help="工作日历：CN-GX（广西）或 CN（全国）"),
    rules_on: str | None = typer.Option(None, help="按哪一天的规则计算，如 2023-11-08"),
    as_json: bool = typer.Option(False, "--json", help="输出期限凭证（JSON）"),
    batch: tuple[Path, Path] | None = typer.Option(
        None, metavar="IN.csv OUT.csv", help="逐行计算：列 kind,received_at；坏行写明原因，不中断"
    ),
) -> None:
    """Print one deadline with its days, or count a whole file."""
    if context.invoked_subcommand:
        return
    rules = _rules(region)
    by_rules_of = _date(rules_on) if rules_on else None
    if batch:
        count_file(*batch, rules, lambda kind, at: _deadline(kind, at, rules, by_rules_of))
        return
    if not kind or not received:
        stop(f"请写明 --kind 和 --received，如：--kind 投诉 --received {_EXAMPLE}；或用 --batch")
    try:
        certificate = _deadline(kind, received, rules, by_rules_of).certificate
    except (EngineError, ValueError) as error:
        stop(str(error))
    if as_json:
        stated = {"sentence": certificate.sentence(), **certificate.to_json()}
        typer.echo(json.dumps(stated, ensure_ascii=False, indent=2))
    else:
        _print_strip(certificate)


def _rules(region: str) -> RuleSet:
    try:
        return installation_rules(region)
    except EngineError as error:
        stop(str(error))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(f"“{text}”不是日期：请写成 2023-11-08")


@cache
def _kind(text: str) -> TicketKind:
    return TicketKind.parse(text.lower())


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"“{text}”不是时刻：请写成 {_EXAMPLE}"
        raise ValueError(message) from None
    if moment.tzinfo is None:
        message = f"“{text}”没有时区：请写成 {_EXAMPLE}"
        raise ValueError(message)
    return moment


def _deadline(kind: str, received: str, rules: RuleSet, rules_on: date | None) -> Deadline:
    ticket_kind = _kind(kind)
    try:
        found = answer_deadline(ticket_kind, _moment(received), rules, rules_on=rules_on)
    except OverflowError:
        message = f"“{received}”超出可计算的年份"
        raise ValueError(message) from None
    if found is None:
        message = (
            f"{ticket_kind.label}类工单不设办结时限"
            "（engine/rules/parameters/time_limits.yaml，本区设定 H-01）"
        )
        raise ValueError(message)
    return found


# One deadline, as people see it


def _print_strip(certificate: "Certificate") -> None:
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False)
    colour = "yellow" if certificate.status == "provisional" else "green"
    console.print(
        f"\n  [bold]{certificate.kind.label}[/]  受理 {_local(certificate.started_at)}"
        f"\n  [bold {colour}]到期  {_due_words(certificate)}[/]"
        f"  [{colour}]{certificate.status.label}[/]"
    )
    console.print(Padding(_strip(certificate), (1, 2, 0, 2)))
    for part in certificate.sentence().split("；"):
        console.print(f"  {part}", soft_wrap=True)
    console.print()
    for name, words in _small_print(certificate):
        console.print(f"  [bright_black]{name}[/]  {words}", soft_wrap=True)


def _strip(certificate: "Certificate") -> "Table":
    """One row a week, Monday to Sunday, so that weekends line up and make-up days stand out."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 0, 1, 0), show_edge=False)
    for name in WEEKDAYS:
        table.add_column(name, justify="center", width=10, header_style="bright_black")
    for week in _weeks(certificate):
        table.add_row(*(_cell(day, certificate) if day else "" for day in week))
    return table


def _weeks(certificate: "Certificate") -> Iterator[list["CountedDay | None"]]:
    week: list[CountedDay | None] = [None] * certificate.days[0].on.weekday()
    for day in certificate.days:
        week.append(day)
        if len(week) == len(WEEKDAYS):
            yield week
            week = []
    if week:
        yield week + [None] * (len(WEEKDAYS) - len(week))


def _cell(day: "CountedDay", certificate: "Certificate") -> "Text":
    from rich.text import Text

    word, style = _STYLES[day.kind.value]
    if day.number is not None:
        word = f"第{day.number}日{word}"
    if day.on == certificate.due_on:
        style = "bold white on red"
    return Text.assemble((f"{day.on.month}月{day.on.day}日", "bold"), "\n", (word, style))


def _small_print(certificate: "Certificate") -> list[tuple[str, str]]:
    citation = certificate.citation
    return [
        ("依据", f"{citation.label}：“{citation.words}”"),
        ("适用", f"{certificate.rule_since} 起；本件按 {certificate.rules_on} 的规则"),
        *(("不计", reason) for reason in _skipped_reasons(certificate)),
        ("版本", f"日历 {certificate.calendar_version}，规则 {certificate.rules_version}"),
    ]


def _skipped_reasons(certificate: "Certificate") -> list[str]:
    reasons: dict[str, list[str]] = {}
    for day in certificate.days[1:]:
        if day.number is None and day.kind.value != "weekend":
            reasons.setdefault(day.reason, []).append(f"{day.on.month}/{day.on.day}")
    return [f"{reason}：{' '.join(days)}" for reason, days in reasons.items()]


def _local(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{spoken_date(local.date())}{local:%H:%M}"


def _due_words(certificate: "Certificate") -> str:
    return f"{certificate.due_on.year}年{due_words(certificate)}"
