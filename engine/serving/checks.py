"""What must hold before anything is started; each failure is one line that says what to do."""

import errno
import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from engine.errors import BadInputError, UnavailableError

OLDEST_PYTHON = (3, 11)
NOT_POSTGRESQL = "那里听着的不是 PostgreSQL，或它刚刚断开，核对主机和端口"


def require_python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> None:
    """Refuse a Python that is too old.

    Raises:
        UnavailableError: names the version that runs and the one it takes.
    """
    if tuple(version[:2]) < OLDEST_PYTHON:
        have = ".".join(map(str, version))
        message = f"需要 Python 3.11 或更高版本，现在是 {have}。请安装后重试。"
        raise UnavailableError(message)


def require_writable(var: Path, instead: str = "HOTLINE_VAR=/路径") -> Path:
    """Return `var` as an absolute path, made if need be and tried by writing into it.

    `instead` is how the person names another directory.

    Raises:
        UnavailableError: it cannot be written.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=var) as trial:
            trial.write(b"x" * 4096)
            trial.flush()
    except OSError as error:
        reason = said_of(error)
        message = f"不能写入 {var}：{reason}。请换一个可写的目录（{instead}）。"
        raise UnavailableError(message) from error
    return var.resolve()


def said_of(error: OSError) -> str:
    """Return why a file or a directory cannot be used."""
    known = {
        errno.EROFS: "磁盘是只读的",
        errno.EACCES: "没有权限",
        errno.EPERM: "没有权限",
        errno.ENOSPC: "磁盘已满",
        errno.ENOTDIR: "上级不是目录",
        errno.EEXIST: "同名文件不是目录",
        errno.ENOENT: "目录不存在，也不能建立",
        errno.EISDIR: "那是目录，不是文件",
        errno.ENAMETOOLONG: "名字太长",
        errno.ELOOP: "链接绕成了圈",
    }
    return known.get(error.errno or 0, error.strerror or str(error))


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that holds `host:port` and does not listen yet.

    Raises:
        UnavailableError: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    holder = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        holder.bind((host, port))
    except OSError as error:
        holder.close()
        raise UnavailableError(_why_not_bound(error, host, port)) from error
    return holder


def _why_not_bound(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被占用。请关闭占用它的程序，或换一个端口：HOTLINE_PORT={port + 80}。"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"没有权限使用端口 {port}。请换一个 1024 以上的端口：HOTLINE_PORT=8000。"
    return f"不能使用地址 {host}:{port}（{error.strerror or error}）。请检查 HOTLINE_HOST。"


def free_port(host: str, wanted: int) -> int:
    """Return `wanted` if it is free on `host`, else any free port."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((host, port))
            except OSError:
                continue
            return int(trial.getsockname()[1])
    message = f"{host} 上没有空闲端口。"
    raise UnavailableError(message)


def only_one(var: Path, instead: str = "HOTLINE_VAR") -> IO[str]:
    """Hold the lock of this directory; it goes with the process, even a killed one.

    Raises:
        UnavailableError: another `hotline serve` or `hotline demo` works in the same `var`.
    """
    holder = (var / "serve.lock").open("a+", encoding="ascii")
    try:
        _lock(holder)
    except OSError as error:
        holder.seek(0)
        who = holder.read().strip() or "?"
        holder.close()
        message = (
            f"{var} 正由另一个 hotline 使用（进程 {who}）。请先停掉它，或换一个目录（{instead}）。"
        )
        raise UnavailableError(message) from error
    holder.truncate(0)
    holder.write(str(os.getpid()))
    holder.flush()
    return holder


def require_own_secrets(examples: Sequence[str]) -> None:
    """Refuse to work on a managed database with secrets that stand in the example file.

    Raises:
        BadInputError: names the lines to change, never what they say.
    """
    if examples:
        message = (
            f"{'、'.join(examples)} 还是示例文件里的值（CHANGE-ME…），人人知道。"
            "请在环境文件（hotline.env 或 .env）的这几行换成自己的值，再启动。"
        )
        raise BadInputError(message)


def require_database(url: str) -> None:
    """Try a connection to the managed PostgreSQL at `url`.

    Raises:
        BadInputError: it is not the address of a PostgreSQL.
        UnavailableError: nobody answers there, or the sign-in is refused.
    """
    import psycopg

    _require_address(url)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise UnavailableError(_why_no_database(str(error).strip())) from error


def _require_address(url: str) -> None:
    """Refuse what is no address of a PostgreSQL, in words that repeat nothing of it.

    A password with @ or : in it ends as a host or a port, and libpq would name those.
    """
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(url)
    except Error:
        given = {"host": "@"}
    host, port = str(given.get("host") or ""), str(given.get("port") or "")
    right = url.startswith(("postgresql://", "postgres://"))
    if not right or "@" in host or not (port.isdigit() or not port):
        message = (
            "HOTLINE_DATABASE_URL 应如 postgresql://用户:口令@主机:5432/库；"
            "口令里的 @ : / 要写成 %40 %3A %2F。"
        )
        raise BadInputError(message)


def _why_no_database(said: str) -> str:
    causes = {
        "password authentication failed": "用户名或口令不对",
        "no password supplied": "没有写口令",
        "does not exist": "没有这个库或这个用户",
        "Connection refused": "那里没有 PostgreSQL 在听，核对主机和端口",
        "resolve host": "主机名查不到",
        "translate host": "主机名查不到",
        "timeout": "没有应答，查网络和防火墙",
        "pg_hba.conf": "那台服务器的 pg_hba.conf 不让这台机器进",
        "connection slots": "连接数用完了",
        "too many clients": "连接数用完了",
        "invalid response to SSL negotiation": NOT_POSTGRESQL,
        "expected authentication request": NOT_POSTGRESQL,
        "server closed the connection": NOT_POSTGRESQL,
    }
    cause = next((words for mark, words in causes.items() if mark in said), "")
    first = said.splitlines()[0] if said else ""
    named = f"{cause}（{first}）" if cause else first
    return f"连不上 HOTLINE_DATABASE_URL 所指的数据库：{named}"


def _lock(holder: IO[str]) -> None:
    import fcntl

    fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
