"""`hotline webhooks`: who is pushed to and how it goes, what did not arrive, pushing again."""

from datetime import datetime
from typing import Annotated

import typer

from engine.cli.opened import opened_database


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    webhooks = typer.Typer(help="事件推送：查看、列未送达、补发。", no_args_is_help=True)
    webhooks.command("list", help="列出推送对象和状态。")(show)
    webhooks.command("dead", help="列出用尽重试仍未送达的。")(dead)
    webhooks.command("replay", help="补发：默认补发未送达的；--since 补发某时刻以来的全部。")(
        replay
    )
    app.add_typer(webhooks, name="webhooks")


def show() -> None:
    """Print every subscription: number, state, name, address, what waits and what is dead."""
    from engine.store import webhooks
    from engine.store.database import work
    from engine.terms import DeliveryState

    with opened_database(), work() as session:
        counts = webhooks.counts(session)
        lines = [
            f"{one.id}  {one.stopped.label if one.stopped else '推送中'}  {one.name}  {one.url}"
            f"  {one.format.label}  待发 {counts.get((one.id, DeliveryState.PENDING), 0)}"
            f"  未送达 {counts.get((one.id, DeliveryState.DEAD), 0)}"
            for one in webhooks.subscriptions(session)
        ]
    typer.echo("\n".join(lines) or "还没有推送对象。管理员在“事件推送”页建立。")


def dead(
    number: Annotated[int, typer.Argument(help="推送编号（hotline webhooks list）")],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 100,
) -> None:
    """Print what did not arrive, newest first: event, ticket, attempts, the last error."""
    from engine.store import webhooks
    from engine.store.database import work
    from engine.terms import DeliveryState

    with opened_database(), work() as session:
        webhooks.subscription(session, number)
        found = webhooks.newest(session, number, limit, DeliveryState.DEAD)
        lines = [
            f"{one.id}  {ticket or '试发'}  {record.event.label if record else ''}"
            f"  试过 {one.attempts} 次  {one.last_error}"
            for one, record, ticket in found
        ]
    typer.echo("\n".join(lines) or "没有未送达的。")


def replay(
    number: Annotated[int, typer.Argument(help="推送编号（hotline webhooks list）")],
    since: Annotated[
        datetime | None,
        typer.Option(
            help="补发这一时刻（北京时间）以来的全部事件",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        ),
    ] = None,
) -> None:
    """Owe a subscriber events again: those that are dead, or all since a moment."""
    from engine import clock
    from engine.actions import webhooks
    from engine.actions.background import system_step
    from engine.rules.shanghai import SHANGHAI
    from engine.store.database import work

    with opened_database(), work() as session:
        step = system_step(session, clock.now())
        if since is None:
            count = webhooks.replay_dead(step, number)
        else:
            count = webhooks.replay_since(step, number, since.replace(tzinfo=SHANGHAI))
    typer.echo(f"已排入补发：{count} 件，由定时任务推送。")
