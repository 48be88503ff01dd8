"""What time does to the audit log: it is sealed every few minutes and read through once a day."""

import platform
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.actions.actor import SYSTEM
from engine.actions.audit_key import signing_key
from engine.actions.audit_succession import check_newest
from engine.actions.audit_verify import Told, Verdict
from engine.actions.audit_witness import COMMAND, Reading, read_through, remember
from engine.errors import BadInputError, ConflictError
from engine.models import AuditCheck, AuditSeal
from engine.store import audit as store
from engine.store import chain
from engine.store.database import work

SEAL_OVER = 1000  # rows a seal covers at most: what is missing lies within so few
CHECK_EVERY = timedelta(hours=24)
log = structlog.get_logger()


def seal(now: datetime) -> int:
    """Seal what was written since the last seal in both logs; return how many rows.

    Two machines may seal at once: the second waits and finds nothing left.
    """
    rows = sum(_seal_log(name, now) for name in store.LOGS)
    watch_witness(now)
    return rows


def watch_witness(now: datetime) -> str:
    """Note the newest seals on this machine; return what keeps from it, or is gone, or nothing.

    What is wrong is told at once, as the outcome of a check; that it is mended, by a new one.
    """
    try:
        with work() as session:
            fault = remember(session)
    except BadInputError as error:
        fault = str(error)
    with work() as session:
        last = store.last_check(session)
        if fault and not (last and last.fault):
            store.found_wrong(session, SYSTEM.name, now, _here(fault))
        if not fault and last and last.fault.endswith(_here("")):
            store.ask(session, SYSTEM.name, now)
    if fault:
        log.error("audit_witness_wrong", said=fault)
    return fault


def _here(fault: str) -> str:
    """Say which machine it is that found something wrong: each has a witness of its own."""
    return f"{fault}（机器 {platform.node()}）"


def _seal_log(log: str, now: datetime) -> int:
    with work() as session:
        store.lock_seals(session, log)
        check_newest(session)
        upto = store.sealable(session, log)
        last = store.last_seal(session, log)
        first = last.to_id + 1 if last else 1
        sealed = 0
        while upto >= first:
            found = store.span(session, log, first, upto, SEAL_OVER)
            if not found.rows:
                break
            last = _write(session, log, (first, found.to_id), found, last, now)
            first, sealed = found.to_id + 1, sealed + found.rows
        store.mark(session, log)
        return sealed


def _write(
    session: Session, log: str, span: tuple[int, int], found: store.Span, last: AuditSeal | None,
    now: datetime,
) -> AuditSeal:  # fmt: skip
    over = chain.root(found.links)
    previous = last.link if last else chain.BEGINNING
    link = chain.seal_link(previous, log, span, found.rows, over)
    seal = AuditSeal(
        log=log, from_id=span[0], to_id=span[1], rows=found.rows, root=over, sealed_at=now,
        link=link, signature=signing_key().sign(link),
    )  # fmt: skip
    session.add(seal)
    session.flush()
    return seal


def checks_waiting(now: datetime) -> list[int]:
    """Return the checks that wait; a whole day after the last one the engine asks for one."""
    with work() as session:
        last = store.last_reading(session)
        if last is None or (last.finished_at and now - last.asked_at >= CHECK_EVERY):
            store.ask(session, SYSTEM.name, now)
        return store.open_checks(session)


def carry_out_check(check_id: int, now: datetime) -> str:
    """Carry out a check somebody asked for, and write down how far it is; twice is harmless."""
    with work() as session:
        check = session.get_one(AuditCheck, check_id)
        if check.finished_at is not None:
            return "done"
        check.started_at, check.total = check.started_at or now, store.count(session)
    verdict, fault = _read(lambda count: _note_progress(check_id, count))
    with work() as session:
        check = session.get_one(AuditCheck, check_id, with_for_update=True)
        check.finished_at, check.checked = now, verdict.checked
        check.fault, check.head = fault, verdict.head
    return "broken" if fault else "whole"


def _read(tell: Told) -> tuple[Verdict, str]:
    """Read the log through; where this machine cannot (密钥、见证), say why."""
    try:
        found = read_through(tell)
    except (BadInputError, ConflictError) as error:
        return Verdict(0, ""), _here(str(error))
    return found.verdict, _told(found)


def _told(found: Reading) -> str:
    """Return what is wrong; the log is the same everywhere, the witness is this machine's."""
    own = found.gone or found.unnoted
    return found.verdict.fault or (own and _here(own))


def note_reading(found: Reading, now: datetime) -> None:
    """Write down what reading the log through on the command line came to."""
    with work() as session:
        verdict = found.verdict
        if found.fault:
            store.found_wrong(session, COMMAND, now, _told(found))
        else:
            store.found_whole(session, COMMAND, now, verdict.head, verdict.checked)


def _note_progress(check_id: int, count: int) -> None:
    with work() as session:
        session.get_one(AuditCheck, check_id).checked = count
