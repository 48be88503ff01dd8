"""Queries of the audit log (审计链): its ends, its spans, and reading it through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from engine.models import AuditCheck, AuditEntry, AuditSeal, Ticket, TicketEventRecord
from engine.store.chain import BEGINNING, words_digest
from engine.store.retention import STREAM as RETENTION
from engine.store.row_security import as_house
from engine.store.writing import run
from engine.terms import TicketStatus

EVENTS, ENTRIES = "ticket_event", "audit_entry"
LOGS = (EVENTS, ENTRIES)
TABLES: dict[str, type[TicketEventRecord] | type[AuditEntry]] = {
    EVENTS: TicketEventRecord, ENTRIES: AuditEntry,
}  # fmt: skip
READ_AT_ONCE = 5000
LAST = "last_event"
WORDS_TAKEN_OUT = "words_taken_out"


def last_entry(session: Session, stream: str) -> tuple[int, bytes]:
    """Return the number and link of a stream's last entry; the stream is locked till the end.

    Asking for the transaction's id first gives it one before it takes a row id: see `sealable`.
    """
    lock = text("SELECT pg_current_xact_id(), pg_advisory_xact_lock(hashtextextended(:name, 77))")
    session.connection().execute(lock, {"name": stream})
    query = select(AuditEntry.seq, AuditEntry.link).where(AuditEntry.stream == stream)
    found = session.exec(query.order_by(col(AuditEntry.seq).desc()).limit(1)).first()
    return (found[0], found[1]) if found else (0, BEGINNING)


def last_event(session: Session, ticket: Ticket) -> tuple[int, bytes]:
    """Return the number and link of a ticket's last event; the ticket must be locked."""
    known: dict[str, tuple[int, bytes]] = session.info.get(LAST, {})
    if ticket.number in known:
        return known[ticket.number]
    statement = "SELECT seq, link FROM ticket_event WHERE ticket_id = %s ORDER BY seq DESC LIMIT 1"
    with as_house(session):
        found = run(session, statement, [ticket.id]).fetchone()
    return (found[0], found[1]) if found else (0, BEGINNING)


def read_last_events(session: Session, tickets: Sequence[Ticket]) -> None:
    """Read the last events of many locked tickets at once: `last_event` need not ask for each."""
    numbers = {one.id: one.number for one in tickets}
    statement = (
        "SELECT asked.id, seq, link FROM unnest(%s::bigint[]) AS asked (id), LATERAL (SELECT seq, "
        "link FROM ticket_event WHERE ticket_id = asked.id ORDER BY seq DESC LIMIT 1) AS last"
    )
    found = run(session, statement, [list(numbers)])
    last: dict[str, tuple[int, bytes]] = session.info.setdefault(LAST, {})
    last.update((numbers[one], (seq, link)) for one, seq, link in found)


def remember(session: Session, ticket: Ticket, event: TicketEventRecord) -> None:
    """Remember a ticket's last event until the transaction ends: the next one need not look."""
    session.info.setdefault(LAST, {})[ticket.number] = (event.seq, event.link)


def lock_seals(session: Session, log: str) -> None:
    """Let nobody else seal this log until the transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 78))")
    session.connection().execute(lock, {"name": log})


def last_seal(session: Session, log: str) -> AuditSeal | None:
    """Return the newest seal of a log."""
    query = select(AuditSeal).where(AuditSeal.log == log).order_by(col(AuditSeal.id).desc())
    return session.exec(query.limit(1)).first()


def sealable(session: Session, log: str) -> int:
    """Return up to which id no running transaction can add a row any more; 0 while unknown.

    Ids are given before commits: a row with a smaller id may appear later. So an earlier run
    marked the highest id and which transactions were running; once those have ended it is safe.
    """
    query = text(
        "SELECT to_id FROM audit_mark WHERE log = :log "
        "AND running_from <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    )
    return session.connection().execute(query, {"log": log}).scalar() or 0


def mark(session: Session, log: str) -> None:
    """Mark the highest id now, for the next seal."""
    statement = text(
        "INSERT INTO audit_mark (log, to_id, running_from) "
        "SELECT :log, coalesce(max(id), 0), "
        "pg_snapshot_xmax(pg_current_snapshot())::text::bigint "
        f"FROM {TABLES[log].__tablename__} "
        "ON CONFLICT (log) DO UPDATE "
        "SET to_id = excluded.to_id, running_from = excluded.running_from"
    )
    session.connection().execute(statement, {"log": log})


@dataclass(frozen=True)
class Span:
    """What lies in a range of ids: how many rows, the last id, all links end to end."""

    rows: int
    to_id: int
    links: bytes


def span(session: Session, log: str, first: int, upto: int, limit: int) -> Span:
    """Return the next `limit` rows of a log from id `first` up to `upto`."""
    table = TABLES[log]
    query = select(table.id, table.link).where(col(table.id).between(first, upto))
    found = session.exec(query.order_by(col(table.id)).limit(limit)).all()
    last = found[-1][0] if found else upto
    return Span(len(found), last, b"".join(link for _, link in found))


def events_in_order(session: Session) -> Iterator[tuple[TicketEventRecord, str]]:
    """Yield every ticket event with its ticket's number, stream by stream."""
    order = (col(TicketEventRecord.ticket_id), col(TicketEventRecord.seq))
    yield from _streamed(session, _events().order_by(*order))


def events_by_id(session: Session) -> Iterator[tuple[TicketEventRecord, str]]:
    """Yield every ticket event with its ticket's number, in the order of the seals."""
    yield from _streamed(session, _events().order_by(col(TicketEventRecord.id)))


def _events() -> Any:
    joined = col(Ticket.id) == col(TicketEventRecord.ticket_id)
    return select(TicketEventRecord, Ticket.number).join(Ticket, joined)


def entries_in_order(session: Session) -> Iterator[tuple[AuditEntry, str]]:
    """Yield every audit entry with its stream, stream by stream."""
    query = select(AuditEntry, AuditEntry.stream)
    yield from _streamed(session, query.order_by(col(AuditEntry.stream), col(AuditEntry.seq)))


def entries_by_id(session: Session) -> Iterator[tuple[AuditEntry, str]]:
    """Yield every audit entry with its stream, in the order of the seals."""
    query = select(AuditEntry, AuditEntry.stream)
    yield from _streamed(session, query.order_by(col(AuditEntry.id)))


def _streamed(session: Session, query: Any) -> Iterator[Any]:
    options = {"yield_per": READ_AT_ONCE}
    for row in session.execute(query, execution_options=options):
        yield row
        session.expunge(row[0])


def seals(session: Session, log: str) -> list[AuditSeal]:
    """Return every seal of a log, oldest first."""
    query = select(AuditSeal).where(AuditSeal.log == log).order_by(col(AuditSeal.id))
    return list(session.exec(query).all())


def count(session: Session) -> int:
    """Return how many rows both logs have."""
    return sum(session.exec(select(func.count()).select_from(TABLES[log])).one() for log in LOGS)


def headless(session: Session) -> tuple[str, str] | None:
    """Return a ticket whose last event does not explain its status, and that status."""
    last = (
        select(TicketEventRecord.to_status)
        .where(TicketEventRecord.ticket_id == Ticket.id)
        .order_by(col(TicketEventRecord.seq).desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(Ticket.number, Ticket.status).where(last.is_distinct_from(Ticket.status))
    found = session.exec(query.order_by(col(Ticket.id)).limit(1)).first()
    if found is None:
        return None
    return found[0], TicketStatus.parse(found[1]).label


def words_left(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the digest of the words that some events have now."""
    record = TicketEventRecord
    query = select(record.id, record.reason, record.details).where(col(record.id).in_(ids))
    return {one: words_digest({"reason": reason, "details": details}).hex()
            for one, reason, details in session.exec(query.order_by(col(record.id)))}  # fmt: skip


def taken_out(session: Session) -> dict[int, str]:
    """Return the events whose words retention took out, each with the digest of what it left.

    Only its own stream says so. Entries of older versions have no digests: "".
    """
    found: dict[int, str] = {}
    for one in details_of(session, RETENTION, WORDS_TAKEN_OUT):
        if one["log"] == EVENTS:
            ids = one["ids"]
            found.update(zip(ids, one.get("digests") or [""] * len(ids), strict=False))
    return found


def details_of(session: Session, stream: str, action: str) -> list[dict[str, Any]]:
    """Return the particulars of one kind of change in one stream, oldest first."""
    query = select(AuditEntry.details).where(
        AuditEntry.stream == stream, AuditEntry.action == action
    )
    return [dict(one) for one in session.exec(query.order_by(col(AuditEntry.seq)))]


def open_checks(session: Session) -> list[int]:
    """Return the checks nobody has finished."""
    query = select(AuditCheck.id).where(col(AuditCheck.finished_at).is_(None))
    return list(session.exec(query.order_by(col(AuditCheck.id))).all())


def last_check(session: Session) -> AuditCheck | None:
    """Return the check that came to an end last: how the log stands."""
    query = select(AuditCheck).where(col(AuditCheck.finished_at).is_not(None))
    newest = query.order_by(col(AuditCheck.finished_at).desc(), col(AuditCheck.id).desc())
    return session.exec(newest.limit(1)).first()


def running_check(session: Session) -> AuditCheck | None:
    """Return the check that waits or runs."""
    query = select(AuditCheck).where(col(AuditCheck.finished_at).is_(None))
    return session.exec(query.order_by(col(AuditCheck.id)).limit(1)).first()


def last_reading(session: Session) -> AuditCheck | None:
    """Return the newest check that reads the whole log, ended or not."""
    reads = col(AuditCheck.started_at).is_not(None) | col(AuditCheck.finished_at).is_(None)
    query = select(AuditCheck).where(reads).order_by(col(AuditCheck.id).desc())
    return session.exec(query.limit(1)).first()


def found_whole(session: Session, by: str, now: datetime, head: str, checked: int) -> None:
    """Write down that somebody read the whole log through just now and found nothing wrong."""
    session.add(AuditCheck(asked_at=now, asked_by=by, started_at=now, finished_at=now, head=head,
                           checked=checked, total=checked))  # fmt: skip


def found_wrong(session: Session, by: str, now: datetime, fault: str) -> None:
    """Write down what somebody found wrong without reading the whole log."""
    session.add(AuditCheck(asked_at=now, asked_by=by, finished_at=now, fault=fault))


def ask(session: Session, by: str, now: datetime) -> AuditCheck:
    """Ask for a check of the whole log; one that waits already is enough."""
    waiting = open_checks(session)
    if waiting:
        return session.get_one(AuditCheck, waiting[0])
    check = AuditCheck(asked_at=now, asked_by=by)
    session.add(check)
    session.flush()
    return check
