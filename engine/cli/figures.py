"""`hotline figures`: the indicators of a period, as they stood at the end of any past day."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opened import opened_database
from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.actions.figures import Report
    from engine.rules.indicators import Figure

DAY = typer.Option(help="截至哪一天（当天结束时）；不写为今天此刻", formats=["%Y-%m-%d"])


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("figures", help="评价指标：按公布的公式，可重算任何一个过去的日子。")(figures)


def figures(
    on: Annotated[datetime | None, DAY] = None,
    since: Annotated[
        datetime | None, typer.Option(help="统计自；不写为本期首日", formats=["%Y-%m-%d"])
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Print the indicators of the period that a day falls in, as they stood when it ended."""
    from engine import clock
    from engine.actions.figures import not_to_come, report_on
    from engine.actions.rules_in_force import rules_in_force
    from engine.rules.ranking import period_of
    from engine.rules.shanghai import shanghai_date
    from engine.store.database import work

    with opened_database(), work() as session:
        rules = rules_in_force(session)
        now = clock.now()
        day = not_to_come(_typed(on.date()) if on else shanghai_date(now), now)
        first = _typed(since.date()) if since else period_of(day, rules)[0]
        made = report_on(session, rules, (first, _not_before(day, first)), day, now)
    typer.echo(json.dumps(as_dict(made), ensure_ascii=False, indent=1) if as_json else said(made))


def _typed(day: date) -> date:
    from engine.rules.shanghai import typed_day

    try:
        return typed_day(day)
    except ValueError as error:
        raise BadInputError(str(error)) from error


def _not_before(day: date, first: date) -> date:
    if day < first:
        message = f"截至日 {day} 早于统计首日 {first}。"
        raise typer.BadParameter(message)
    return day


def as_dict(made: "Report") -> dict[str, Any]:
    """Return a report as plain JSON, without names of persons."""
    return {
        "since": made.since.isoformat(), "until": made.until.isoformat(),
        "as_of": made.at.isoformat(), "district": [_figure(one) for one in made.district],
        "units": {unit.name: [_figure(one) for one in found if one.raw.n]
                  for unit, found in made.units},
        "tax": [_figure(one) for one in made.tax],
    }  # fmt: skip


def _figure(one: "Figure") -> dict[str, Any]:
    return {
        "indicator": one.indicator.value, "label": one.indicator.label, "n": one.raw.n,
        "hit": one.raw.hit, "part": one.raw.part, "value": one.value, "adjusted_n": one.fair.n,
        "adjusted": one.adjusted, "target": one.target, "met": one.met,
    }  # fmt: skip


def _until(made: "Report") -> str:
    from engine.rules.shanghai import SHANGHAI, end_of_day

    if made.at >= end_of_day(made.until):
        return f"{made.until} 结束时"
    return f"{made.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def said(made: "Report") -> str:
    """Return the district's figures as a table of text."""
    from engine.rules.indicators import FORMULAS, in_words

    lines = [f"{made.since} 至 {made.until}，截至 {_until(made)}"]
    for one in made.district:
        raw, fair = in_words(one, one.value), in_words(one, one.adjusted)
        lines.append(f"{one.indicator.label}\t{raw}\t调整后 {fair}\tn={one.raw.n}\t"
                     f"{FORMULAS[one.indicator].words}")  # fmt: skip
    return "\n".join(lines)
