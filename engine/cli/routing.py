"""`hotline routing`: versions of routing, the supervisors' words, learning, heat and coverage."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from engine.actions.actor import Actor

DAYS = 90
JSON = Annotated[bool, typer.Option("--json", help="输出 JSON")]
SPAN = Annotated[int, typer.Option("--days", min=1, max=3660, help="最近多少天受理的工单")]
REASON = Annotated[str, typer.Option(help="理由")]
BY = Annotated[str, typer.Option("--by", help="主管的账号")]


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    routing = typer.Typer(help="派单规则：版本、词库、学习、热度、覆盖。", no_args_is_help=True)
    routing.command("versions", help="列出派单规则的版本和回放得分。")(versions)
    routing.command("add", help="给单位加一个职责用语，立即生效。")(add)
    routing.command("remove", help="去掉单位的一个职责用语，立即生效。")(remove)
    routing.command("restore", help="恢复一个旧版本；0 是出厂词库。")(restore)
    routing.command("learn", help="从已确认的工单学习；不比现行版本差才启用。")(learn)
    routing.command("heat", help="各项任务、各单位收到的工单。")(heat)
    routing.command("coverage", help="词库的覆盖，和词库里没有的常见词。")(coverage)
    app.add_typer(routing, name="routing")


def versions(as_json: JSON = False) -> None:
    """Print the versions, newest first."""
    from engine.cli.opened import opened_database
    from engine.store import routing_versions
    from engine.store.database import work

    with opened_database(), work() as session:
        found = [one.model_dump(mode="json") for one in routing_versions.versions(session)]
    if as_json:
        _json(found)
        return
    if not found:
        typer.echo("还没有改动：用的是出厂词库。")
    for one in found:
        used = "启用" if one["kept"] else "未启用"
        typer.echo(f"{one['id']}\t{one['made_at'][:16]}\t{one['made_by']}\t{used}\t{one['reason']}")


def add(
    unit: str,
    expression: str,
    reason: REASON,
    by: BY,
    tier: Annotated[str, typer.Option(help="strong 强、usual 常用、weak 弱")] = "usual",
) -> None:
    """Give a unit an expression."""
    from engine.actions import lexicon

    word = lexicon.Word(unit, expression, tier, reason)
    _say(by, lambda step: lexicon.add_expression(step, word))


def remove(unit: str, expression: str, reason: REASON, by: BY) -> None:
    """Take an expression from a unit."""
    from engine.actions import lexicon

    word = lexicon.Word(unit, expression, reason=reason)
    _say(by, lambda step: lexicon.remove_expression(step, word))


def restore(version: int, reason: REASON, by: BY) -> None:
    """Go back to an earlier version."""
    from engine.actions import lexicon

    _say(by, lambda step: lexicon.restore(step, version, reason))


def _say(by: str, change: Any) -> None:
    """Make a change as the person with that account, and say which version it made."""
    from engine import clock
    from engine.actions.rules_in_force import rules_in_force
    from engine.actions.step import Step
    from engine.cli.opened import opened_database
    from engine.store.database import work

    with opened_database(), work() as session:
        step = Step(session, _actor(session, by), clock.now(), rules_in_force(session))
        version = change(step)
        typer.echo(f"已生效：第 {version.id} 版。")


def _actor(session: Any, username: str) -> "Actor":
    from engine.actions.actor import Actor
    from engine.actions.people import account_by_name
    from engine.errors import NotFoundError

    account = account_by_name(session, username)
    if account is None or not account.active:
        message = f"没有账号 {username}，或已停用。"
        raise NotFoundError(message)
    return Actor.of(account)


def learn() -> None:
    """Learn now, as the nightly job does."""
    from engine import clock
    from engine.actions.learning import OUTCOMES, learn_now
    from engine.cli.opened import opened_database

    with opened_database():
        outcome, tickets = learn_now(clock.now())
    typer.echo(f"已确认的工单 {tickets} 件：{OUTCOMES[outcome]}")


def heat(days: SPAN = DAYS, as_json: JSON = False) -> None:
    """Print how many tickets each row and unit got."""
    from engine import clock
    from engine.cli.opened import opened_database
    from engine.store.database import work
    from engine.store.routing_heat import counted

    with opened_database(), work() as session:
        found = counted(session, _since(days), clock.now())
    if as_json:
        told = {"rows": found.rows, "units": found.units}
        _json({name: [asdict(one) for one in heats] for name, heats in told.items()})
        return
    for title, heats in (("任务", found.rows), ("单位", found.units)):
        typer.echo(f"{title}\t工单\t未办结\t退单\t重办")
        for one in heats:
            counts = (one.total, one.open, one.returned, one.reworked)
            typer.echo("\t".join((one.name, *map(str, counts))))


def coverage(days: SPAN = DAYS, as_json: JSON = False) -> None:
    """Print how much of the unsure tickets the lexicon knows, and the words it does not."""
    from engine import clock
    from engine.actions.routing_in_force import coverage_since
    from engine.cli.opened import opened_database
    from engine.store.database import work

    with opened_database(), work() as session:
        found = coverage_since(session, _since(days), clock.now())
    if as_json:
        _json(asdict(found) | {"share": found.share})
        return
    typer.echo(f"没有把握的工单 {found.texts} 件，其中 {found.share:.0%} 有词库认得的用语")
    for word, times in found.strangers[:40]:
        typer.echo(f"{word}\t{times}")


def _since(days: int) -> datetime:
    from engine import clock

    return clock.now() - timedelta(days=days)


def _json(content: object) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
