"""Looks an installation over (安装体检) from its own machine; changes nothing, starts nothing."""

import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from engine.delivery.imap import ImapMailbox
from engine.delivery.messages import address_of
from engine.delivery.smtp import SmtpSender
from engine.errors import EngineError
from engine.serving import examined_files, examined_fonts
from engine.serving.checks import require_database
from engine.serving.examined_database import examine_database
from engine.serving.findings import Finding, apart, broken, fine, look
from engine.settings import Settings
from engine.store.database import connect

PATIENCE = 5
TLS = {"smtps", "smtp+starttls"}


Probe = Callable[[], Iterable[Finding]]


def examine(
    settings: Settings, now: datetime, ask: Callable[[], datetime] | None = None
) -> Iterator[Finding]:
    """Yield every finding, the parts of this machine first, then those it talks to.

    `ask` reads the clock once more beside the database's: to get there may take seconds.
    Each part is looked at apart, so one that cannot be looked at hides no other.
    """
    probes: tuple[tuple[str, Probe], ...] = (
        ("数据目录", lambda: examined_files.disk(settings)),
        ("公文字体", lambda: examined_fonts.fonts(settings)),
        ("审计密钥", lambda: (examined_files.audit_key(),)),
        ("个人信息密钥", lambda: (examined_files.people_keys(),)),
        ("附件目录", lambda: examined_files.attachments(settings)),
        ("证书文件", lambda: examined_files.authorities(settings)),
        ("示例口令", lambda: _secrets(settings)),
        ("邮件里的链接", lambda: (_links(settings),)),
        ("发信", lambda: (_mail(settings),)),
        ("发件人", lambda: _sender(settings)),
        ("收信", lambda: (_replies(settings),)),
        ("数据库", lambda: _database(settings, now, ask or (lambda: now))),
        ("流程引擎 Prefect", lambda: (_prefect(settings),)),
    )
    for what, probe in probes:
        yield from apart(what, probe)


def _secrets(settings: Settings) -> Iterator[Finding]:
    if not settings.examples:
        return
    words = f"{'、'.join(settings.examples)} 还是示例文件里的值，人人知道"
    todo = "在环境文件的这几行换成自己的值；连着正式数据库时，网页和定时任务都不肯启动。"
    yield broken("示例口令", words, todo)


def _links(settings: Settings) -> Finding:
    todo = "设 HOTLINE_BASE_URL 为承办单位打得开的地址，如 https://hotline.example。"
    if settings.base_url:
        parts = urlsplit(settings.base_url)
        if parts.scheme in {"https", "http"} and parts.hostname:
            return fine("邮件里的链接", settings.link_base)
        return broken("邮件里的链接", f"{settings.base_url} 不以 https:// 开头，点不开", todo)
    return look("邮件里的链接", f"{settings.link_base}，别的机器打不开", todo)


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        todo = "设 HOTLINE_SMTP_URL；在此之前邮件只放进 var/mailbox。"
        return look("发信", "没有设 SMTP 服务器", todo)
    try:
        sender = SmtpSender(settings.smtp_url)
        sender.server = replace(sender.server, timeout=min(sender.server.timeout, PATIENCE))
        sender.try_out()
    except EngineError as error:
        return broken("发信", str(error), "检查 HOTLINE_SMTP_URL、口令和网络。")
    safe = "，加密" if sender.server.scheme in TLS else "，不加密"
    entered = "，登录成功" if sender.server.user else ""
    return fine("发信", f"{sender.server.host} 有应答{safe}{entered}")


def _sender(settings: Settings) -> Iterator[Finding]:
    try:
        address_of(settings.mail_from)
    except EngineError:
        todo = "设 HOTLINE_MAIL_FROM，如 12345专线 <hotline@hotline.example>。"
        yield broken("发件人", f"{settings.mail_from} 不是邮件地址，一封也发不出", todo)


def _replies(settings: Settings) -> Finding:
    if settings.imap_url is None:
        if settings.reply_to:
            return fine(
                "收信", f"由邮件服务器交给 hotline mail receive，回信地址 {settings.reply_to}"
            )
        todo = "设 HOTLINE_IMAP_URL，或由邮件服务器交来，见 docs/operations.md“Replies by e-mail”。"
        return look("收信", "没有设收信邮箱，单位直接回复的邮件没有人收", todo)
    try:
        with ImapMailbox(settings.imap_url.get_secret_value()) as mailbox:
            waiting = len(mailbox.unread())
    except EngineError as error:
        return broken("收信", f"打不开收信邮箱：{error}", "检查 HOTLINE_IMAP_URL、口令和网络。")
    return fine("收信", "邮箱打得开" + ("，有未读的信" if waiting else ""))


def _database(settings: Settings, now: datetime, ask: Callable[[], datetime]) -> Iterator[Finding]:
    url = settings.database_url or _embedded(settings)
    if not url:
        todo = "先运行 hotline serve；体检不启动内置数据库。"
        yield look("数据库", "内置数据库没有在运行", todo)
        return
    todo = "检查 HOTLINE_DATABASE_URL、口令和网络。"
    try:
        if settings.database_url:
            require_database(settings.database_url)
    except EngineError as error:
        yield broken("数据库", str(error), todo)
        return
    database = connect(url, pool_size=1, connect_args={"connect_timeout": PATIENCE})
    try:
        yield from examine_database(database, settings, now, ask)
    except (EngineError, SQLAlchemyError) as error:
        said = str(error.__cause__ or error).strip().splitlines()[0]
        yield broken("数据库", f"看到一半断了：{said}", todo)
    finally:
        database.dispose()


def _embedded(settings: Settings) -> str:
    """Return the address of the embedded PostgreSQL, if it runs."""
    from engine.store.embedded import running_address

    return running_address(settings.var)


def _prefect(settings: Settings) -> Finding:
    base = settings.prefect_api_url or f"http://127.0.0.1:{settings.prefect_port}/api"
    try:
        with urllib.request.urlopen(f"{base.rstrip('/')}/health", timeout=PATIENCE):
            return fine("流程引擎 Prefect", f"{base} 有应答")
    except (OSError, ValueError):
        todo = (
            "hotline serve 会自己启动它；分布式部署检查 prefect server 和 HOTLINE_PREFECT_API_URL。"
        )
        words = f"{base} 没有应答；派单、督办照常由定时任务直接执行"
        return look("流程引擎 Prefect", words, todo)
