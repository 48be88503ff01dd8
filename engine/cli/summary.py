"""What `hotline serve` prints once the desks can be reached."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.actions.setup import DemoAccount
    from engine.serving.prefect_server import PrefectServer
    from engine.settings import Settings

SHOWN_HANDLERS = 2


def lines(
    settings: "Settings", var: Path, accounts: "list[DemoAccount]", prefect: "PrefectServer | None"
) -> list[str]:
    """Return the lines: address, accounts, where the mail lands, where to look further."""
    mail = "SMTP 服务器（HOTLINE_SMTP_URL）" if settings.smtp_url else f"目录 {var / 'mailbox'}"
    return [
        "",
        f"[bold]网址[/]    [bold cyan]{settings.link_base}[/]",
        *_accounts(accounts),
        f"[bold]邮件[/]    {mail}",
        f"[bold]日志[/]    {var / 'logs' / 'hotline.log'}",
        *_prefect(settings, prefect),
        "",
        "按 Ctrl-C 停止；数据保留，再次启动时继续使用。",
    ]


def _accounts(accounts: "list[DemoAccount]") -> list[str]:
    if not accounts:
        return []
    handlers = [one for one in accounts if one.role == accounts[-1].role]
    others = [one for one in accounts if one not in handlers]
    shown = [*others, *handlers[:SHOWN_HANDLERS]]
    more = len(handlers) - SHOWN_HANDLERS
    return [
        "[bold]演示账号[/]（演示数据，人名均为虚构）",
        *[f"  {one.username:<14}{one.password:<22}{one.role}  {one.name}" for one in shown],
        *([f"  …… 另有 {more} 个承办单位账号，见管理员页面"] if more > 0 else []),
    ]


def _prefect(settings: "Settings", prefect: "PrefectServer | None") -> list[str]:
    if prefect is None:
        return [f"[bold]Prefect[/] {settings.prefect_api_url}"] if settings.prefect_api_url else []
    page = f"http://127.0.0.1:{prefect.port}（用户 admin，口令在 {prefect.home / 'password'}）"
    moved = (
        "" if prefect.port == settings.prefect_port else f"；端口 {settings.prefect_port} 已占用"
    )
    return [f"[bold]Prefect[/] {page}{moved}"]
