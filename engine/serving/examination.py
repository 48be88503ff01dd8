"""Looks an installation over (安装体检) from its own machine; changes nothing, starts nothing."""

import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from engine import keyring
from engine.actions.audit_key import key_file, public_key
from engine.delivery.imap import ImapMailbox
from engine.delivery.messages import address_of
from engine.delivery.smtp import SmtpSender
from engine.documents.fonts import installed_fonts
from engine.errors import EngineError
from engine.serving.checks import require_database, require_writable
from engine.serving.examined_database import examine_database
from engine.serving.findings import Finding, broken, fine, look
from engine.settings import Settings
from engine.store.database import connect

ROOM = 2 * 1024**3
PATIENCE = 5
TLS = {"smtps", "smtp+starttls"}


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield every finding, the parts of this machine first, then those it talks to."""
    yield from _disk(settings)
    yield _fonts()
    yield _audit_key()
    yield _people_keys()
    yield from _secrets(settings)
    yield _links(settings)
    yield _mail(settings)
    yield from _sender(settings)
    yield _replies(settings)
    yield from _database(settings, now)
    yield _prefect(settings)


def _disk(settings: Settings) -> Iterator[Finding]:
    try:
        var = require_writable(settings.var)
    except EngineError as error:
        yield broken("数据目录", str(error), "换一个可写的目录，设 HOTLINE_VAR。")
        return
    free = shutil.disk_usage(var).free
    words = f"{var}，可写，还有 {free / 1024**3:.1f} GB"
    todo = "清理磁盘，或把 HOTLINE_VAR 放到大一些的盘上。"
    yield fine("数据目录", words) if free >= ROOM else look("数据目录", words, todo)


def _fonts() -> Finding:
    try:
        notes = installed_fonts().stand_ins
    except EngineError as error:
        return broken("公文字体", str(error), "运行 make fonts，或设 HOTLINE_FONT_DIRECTORY。")
    if notes:
        todo = "有授权的字体放进 HOTLINE_FONT_DIRECTORY 所指的目录，重启即用。"
        return look("公文字体", "；".join(notes), todo)
    return fine("公文字体", "规定的字体都在")


def _audit_key() -> Finding:
    path = key_file()
    if not path.exists():
        todo = "第一台机器由 hotline serve 或 hotline migrate 生成，其余机器从那里拷。"
        return look("审计密钥", f"{path} 还没有", todo)
    try:
        return fine("审计密钥", f"公钥 {public_key().hex()[:16]}…")
    except EngineError as error:
        return broken("审计密钥", str(error), "恢复密钥文件的备份；丢了就核验不了以前的封存。")


def _people_keys() -> Finding:
    path = keyring.keys_file()
    if not path.exists():
        todo = "第一台机器由 hotline serve 或 hotline migrate 生成，其余机器从那里拷。"
        return look("个人信息密钥", f"{path} 还没有", todo)
    try:
        keys = keyring.ring()
    except (EngineError, OSError) as error:
        return broken("个人信息密钥", str(error), "从备份放回原来的密钥文件，或设 HOTLINE_KEYS。")
    return fine("个人信息密钥", f"{path}，{len(keys.keys)} 把，用 {keys.writing} 加密")


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
            waiting = len(mailbox.unread(1))
    except EngineError as error:
        return broken("收信", f"打不开收信邮箱：{error}", "检查 HOTLINE_IMAP_URL、口令和网络。")
    return fine("收信", "邮箱打得开" + ("，有未读的信" if waiting else ""))


def _database(settings: Settings, now: datetime) -> Iterator[Finding]:
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
        yield from examine_database(database, settings, now)
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
