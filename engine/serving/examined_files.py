"""Looks over what lies on this machine: directories, keys, authorities; makes none of them."""

import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine import keyring
from engine.actions.audit_key import key_file, public_key
from engine.errors import EngineError
from engine.serving.checks import require_writable, said_of
from engine.serving.findings import Finding, broken, fine, look
from engine.settings import Settings

ROOM = 2 * 1024**3
GIVE = "让运行 hotline 的用户读得到它（chown、chmod），上级目录也要进得去。"
FIRST = "第一台机器由 hotline serve 或 hotline migrate 生成，其余机器从那里拷。"


def disk(settings: Settings) -> Iterator[Finding]:
    """Yield whether the data directory can be written, or made, and how much room there is."""
    todo = "换一个可写的目录，设 HOTLINE_VAR。"
    try:
        there = next(one for one in (settings.var, *settings.var.absolute().parents) if _is(one))
        if there == settings.var or not os.access(there, os.W_OK):
            require_writable(settings.var)
    except EngineError as error:
        yield broken("数据目录", str(error), todo)
        return
    except OSError as error:
        yield broken("数据目录", f"{settings.var} 用不了：{said_of(error)}", todo)
        return
    free = shutil.disk_usage(there).free
    stands = "可写" if there == settings.var else "还没有，启动时会建"
    words = f"{settings.var.absolute()}，{stands}，还有 {free / 1024**3:.1f} GB"
    todo = "清理磁盘，或把 HOTLINE_VAR 放到大一些的盘上。"
    yield fine("数据目录", words) if free >= ROOM else look("数据目录", words, todo)


def _is(path: Path) -> bool:
    """Return whether something is there; unlike `exists`, one that may not be looked at raises."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _unreadable(what: str, path: Path) -> Finding | None:
    """Return why a file of keys cannot be read; nothing where it can be."""
    try:
        if not _is(path):  # looking at it would make one, and another than the database's
            return look(what, f"{path} 还没有", FIRST)
        path.read_bytes()
    except OSError as error:
        return broken(what, f"{path} 读不出来：{said_of(error)}", GIVE)
    return None


def audit_key() -> Finding:
    """Return whether the key that signs seals is here and is one."""
    path = key_file()
    if found := _unreadable("审计密钥", path):
        return found
    try:
        return fine("审计密钥", f"公钥 {public_key().hex()[:16]}…")
    except EngineError as error:
        return broken("审计密钥", str(error), "恢复密钥文件的备份；丢了就核验不了以前的封存。")


def people_keys() -> Finding:
    """Return whether the keys of personal data are here and whole."""
    path = keyring.keys_file()
    if found := _unreadable("个人信息密钥", path):
        return found
    try:
        keys = keyring.ring()
    except (EngineError, OSError) as error:
        return broken("个人信息密钥", str(error), "从备份放回原来的密钥文件，或设 HOTLINE_KEYS。")
    return fine("个人信息密钥", f"{path}，{len(keys.keys)} 把，用 {keys.writing} 加密")


def attachments(settings: Settings) -> Iterator[Finding]:
    """Yield whether files can be put where they are to lie; under the data directory they can."""
    folder = settings.attachment_directory
    if folder is None:
        return
    todo = (
        "建好这个目录、挂上共享盘，并让运行 hotline 的用户能写；或改 HOTLINE_ATTACHMENT_DIRECTORY。"
    )
    try:
        if not _is(folder):
            yield broken("附件目录", f"没有 {folder}，附件存不下也打不开", todo)
            return
        with tempfile.TemporaryFile(dir=folder):
            yield fine("附件目录", f"{folder}，可写")
    except OSError as error:
        yield broken("附件目录", f"不能写入 {folder}：{said_of(error)}", todo)


def authorities(settings: Settings) -> Iterator[Finding]:
    """Yield of each file of the site's own authority whether it can be used."""
    for name in ("webhook_ca_file", "oidc_ca_file"):
        file: Path | None = getattr(settings, name)
        if file is None:
            continue
        setting = f"HOTLINE_{name.upper()}"
        why = _no_authority(file)
        todo = f"放一份 PEM 证书在那里，让运行 hotline 的用户读得到，或改 {setting}。"
        yield (broken("证书文件", f"{setting} 所指的 {file} {why}", todo) if why
               else fine("证书文件", f"{setting} 读得出来"))  # fmt: skip


def _no_authority(file: Path) -> str:
    try:
        if not _is(file):
            return "不存在"
        ssl.create_default_context(cafile=str(file))
    except ssl.SSLError:
        return "不是 PEM 证书"
    except OSError as error:
        return f"读不出来：{said_of(error)}"
    return ""
