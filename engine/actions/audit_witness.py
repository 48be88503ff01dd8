"""What this machine saw last of the audit log (见证): beside its key, not in the database.

Who removes the newest rows together with their seals leaves a log that is whole in itself, and so
does a restored backup. The newest seals that were seen here are noted when sealing and verifying;
the database must still hold them, or somebody says why not.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlmodel import Session

from engine.actions.audit import Note, note
from engine.actions.audit_key import key_file
from engine.actions.audit_verify import Told, Verdict, verify
from engine.actions.background import system_step
from engine.actions.stated import stated
from engine.errors import BadInputError, ConflictError
from engine.models import AuditSeal
from engine.secret_files import put
from engine.store import audit as store
from engine.store.database import work

STREAM, ACCEPTED = "reference:audit-witness", "accept_restored"
LONGEST_REASON = 500
log = structlog.get_logger()


@dataclass(frozen=True)
class Seen:
    """The newest seal of a log that was seen here."""

    id: int
    to_id: int
    link: str


@dataclass(frozen=True)
class Reading:
    """A check on this machine: what the log says itself, what was seen before, what is gone."""

    verdict: Verdict
    before: Mapping[str, Seen]
    gone: str


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
        return {name: Seen(**one) for name, one in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        message = f"审计链的见证 {witness_file()} 读不出来：从备份放回，或移走后重新核验。"
        raise BadInputError(message) from error


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
        log.warning("audit_witness_not_written", error=error.strerror)


def read_through(tell: Told = lambda _count: None) -> Reading:
    """Verify the log, compare it with what was seen here, and note what is seen now if all fits."""
    before = seen()
    with work() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        verdict = verify(session, tell)
        gone = missing(session, before)
    if not verdict.fault and not gone:
        with work() as session:
            remember(session)
    return Reading(verdict, before, gone)


def accept(reason: str, now: datetime) -> Mapping[str, Seen]:
    """Go on with a database older than what was seen (认可恢复的库); the log says so and why.

    Raises:
        BadInputError: no reason.
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
    with work() as session:
        stands = standing(session)
        details = {"reason": reason.strip(), "seen": _told(found.before), "stands": _told(stands)}
        note(session, system_step(session, now).actor, now, Note(STREAM, ACCEPTED, details))
    _write(stands)
    return stands


def _told(seals: Mapping[str, Seen]) -> list[str]:
    return [f"{name} {one.id} → {one.to_id} {one.link}" for name, one in seals.items()]
