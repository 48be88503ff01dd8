"""What this machine saw last of the audit log (见证): beside its key, not in the database.

Who removes the newest rows together with their seals leaves a log that is whole in itself, and so
does a restored backup. The newest seals that were seen here are noted when sealing and verifying;
the database must still hold them, or somebody says why not.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from engine.actions.audit import Note, note
from engine.actions.audit_key import key_file
from engine.actions.audit_verify import Told, Verdict, verify
from engine.actions.background import system_step
from engine.actions.stated import stated
from engine.errors import BadInputError, ConflictError
from engine.models import AuditSeal
from engine.models.base import LARGEST_ID
from engine.secret_files import put
from engine.store import audit as store
from engine.store.database import work

STREAM, ACCEPTED = "reference:audit-witness", "accept_restored"
LONGEST_REASON = 500
WRITABLE = 0o222
COMMAND = "hotline audit"  # who a check on the command line is said to be by


@dataclass(frozen=True)
class Seen:
    """The newest seal of a log that was seen here."""

    id: int
    to_id: int
    link: str


@dataclass(frozen=True)
class Reading:
    """A check on this machine: what the log says itself, what was seen before, what is gone.

    `unnoted` says why what is seen now could not be noted.
    """

    verdict: Verdict
    before: Mapping[str, Seen]
    gone: str
    unnoted: str = ""

    @property
    def fault(self) -> str:
        """Return what is wrong, or nothing."""
        return self.verdict.fault or self.gone or self.unnoted


def witness_file() -> Path:
    """Return where it is noted."""
    return key_file().with_suffix(".witness.json")


def seen() -> dict[str, Seen]:
    """Return what was seen of each log; nothing where nothing was yet.

    Raises:
        BadInputError: the file cannot be read.
    """
    try:
        found = json.loads(witness_file().read_bytes())
        return {name: _seen(**one) for name, one in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        message = f"审计链的见证 {witness_file()} 读不出来：从备份放回，或移走后重新核验。"
        raise BadInputError(message) from error


def _seen(id: int, to_id: int, link: str) -> Seen:
    if not (0 < id <= LARGEST_ID and isinstance(link, str)):
        raise ValueError
    return Seen(id, to_id, link)


def standing(session: Session) -> dict[str, Seen]:
    """Return the newest seal of each log that the database holds."""
    newest = {name: store.last_seal(session, name) for name in store.LOGS}
    return {name: Seen(one.id, one.to_id, one.link.hex()) for name, one in newest.items() if one}


def missing(session: Session, before: Mapping[str, Seen]) -> str:
    """Return which seal that was seen the database does not hold any more, or nothing."""
    for name, one in before.items():
        seal = session.get(AuditSeal, one.id)
        if seal is None or (seal.log, seal.link.hex()) != (name, one.link):
            name_of = f"本机见过的封存 {one.id}（{name}，到 id {one.to_id}）"
            return (f"{name_of}库里没有了：末尾的记录连同封存被删掉，"
                    "或者这是恢复出来的较早的库。")  # fmt: skip
    return ""


def remember(session: Session) -> str:
    """Note the newest seals, unless one that was seen is gone; return which.

    Raises:
        BadInputError: the file cannot be read or written.

    What was seen is read first, the seals by statements of their own after it: another process may
    have sealed and noted more meanwhile.
    """
    before = seen()
    gone = missing(session, before)
    now = standing(session)
    if not gone and now != before:
        _write(now)
    return gone


def _write(now: Mapping[str, Seen]) -> None:
    content = json.dumps({name: asdict(one) for name, one in now.items()}, indent=1)
    try:
        put(witness_file(), content.encode())
    except OSError as error:
        raise BadInputError(_unwritable(error.strerror or "")) from error


def _unwritable(why: str) -> str:
    path = witness_file()
    said = f"（{why}）" if why else ""
    return (f"审计链的见证 {path} 写不进去{said}：把目录 {path.parent} 交给运行程序的账号，"
            "并看磁盘满没满。")  # fmt: skip


def trouble(session: Session) -> str:
    """Return what is wrong with this machine's note as it stands, or nothing; changes nothing."""
    try:
        gone = missing(session, seen())
    except BadInputError as error:
        return str(error)
    return gone or _kept_from()


def _kept_from() -> str:
    """Return what would keep the programs from noting: the directory's owner runs them."""
    path, folder = witness_file(), witness_file().parent
    if not folder.exists():
        return ""
    if not (os.access(folder, os.W_OK) and folder.stat().st_mode & WRITABLE):
        return _unwritable("")
    if path.exists() and path.stat().st_uid != folder.stat().st_uid:
        return (f"审计链的见证 {path} 和它的目录不是同一个属主，程序可能读不出来："
                f"chown --reference={folder} {path}")  # fmt: skip
    return ""


def read_through(tell: Told = lambda _count: None) -> Reading:
    """Verify the log, compare it with what was seen here, and note what is seen now if all fits."""
    before = seen()
    with work() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        verdict = verify(session, tell)
        gone = missing(session, before)
    unnoted = "" if verdict.fault or gone else _noted()
    return Reading(verdict, before, gone, unnoted)


def _noted() -> str:
    """Note what is seen now; return why that cannot be done."""
    try:
        with work() as session:
            remember(session)
    except BadInputError as error:
        return str(error)
    return ""


def accept(reason: str, now: datetime) -> Mapping[str, Seen]:
    """Go on with a database older than what was seen (认可恢复的库); the log says so and why.

    The log was read through for that: whoever asks how it stands is told at once.

    Raises:
        BadInputError: no reason, or the file cannot be written.
        ConflictError: the log itself is not whole, or nothing that was seen is gone.
    """
    words = "请写明为什么库比本机见过的旧，例如“硬盘损坏，从前一天的备份恢复”。"
    stated(reason, "reason", words, LONGEST_REASON)
    found = read_through()
    if found.verdict.fault:
        message = f"审计链本身对不上，不能认可：{found.verdict.fault}"
        raise ConflictError(message)
    if not found.gone:
        message = "本机见过的封存都在库里，没有什么要认可的。"
        raise ConflictError(message)
    _write(found.before)  # where that cannot be, nothing is said to be accepted
    with work() as session:
        stands = standing(session)
        store.found_whole(session, COMMAND, now, found.verdict.head, found.verdict.checked)
        details = {"reason": reason.strip(), "seen": _told(found.before), "stands": _told(stands)}
        note(session, system_step(session, now).actor, now, Note(STREAM, ACCEPTED, details))
    _write(stands)
    return stands


def _told(seals: Mapping[str, Seen]) -> list[str]:
    return [f"{name} {one.id} → {one.to_id} {one.link}" for name, one in seals.items()]
