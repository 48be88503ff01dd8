"""Queries of the JSON API: pages by key, the feed of events, repeated requests, health."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from engine.models import (
    Assignment,
    Heartbeat,
    Ticket,
    TicketEventRecord,
    Unit,
)
from engine.store.feed_fence import settled
from engine.store.questions import Question
from engine.store.reading import read_rows
from engine.store.writing import run
from engine.terms import TicketKind


class Followed(NamedTuple):
    """An event with its ticket's number, and whether that is a report or confidential."""

    record: TicketEventRecord
    number: str
    secret: bool


def events_after(session: Session, after: int, limit: int) -> Sequence[Followed]:
    """Return events of all tickets in their order, none ever to be followed by one with a lower id.

    A follower gets each event once, however transactions interleave: see `store.feed_fence`.
    """
    found = session.exec(event_page(after, settled(session), limit))
    return [Followed(*row) for row in found]


def event_page(after: int, upto: int, limit: int) -> Select[TicketEventRecord, str, bool]:
    """Return what `events_after` asks: a walk along the key, begun at the cursor."""
    secret = or_(col(Ticket.confidential), col(Ticket.kind) == TicketKind.REPORT)
    return (
        select(TicketEventRecord, Ticket.number, secret)
        .join(Ticket, col(Ticket.id) == col(TicketEventRecord.ticket_id))
        .where(col(TicketEventRecord.id) > after, col(TicketEventRecord.id) <= upto)
        .order_by(col(TicketEventRecord.id))
        .limit(limit)
    )


def units_by_id(session: Session, ids: Iterable[int | None]) -> dict[int, Unit]:
    """Return the units with those ids."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rest = "WHERE id = ANY(%s::bigint[])"
    return {unit.id: unit for unit in read_rows(session, Unit, rest, [list(wanted)])}


def assignments_made_at(session: Session, ticket: Ticket, at: datetime) -> Sequence[Assignment]:
    """Return the assignments of a ticket dispatched at exactly that moment, lead first."""
    query = select(Assignment).where(
        Assignment.ticket_id == ticket.id, Assignment.dispatched_at == at
    )
    return session.exec(query.order_by(col(Assignment.role).desc(), col(Assignment.id))).all()


def open_assignments_of(session: Session, tickets: Sequence[Ticket]) -> Sequence[Assignment]:
    """Return the open assignments of several tickets, leads first."""
    query = select(Assignment).where(
        col(Assignment.ticket_id).in_([ticket.id for ticket in tickets]),
        col(Assignment.ended_at).is_(None),
    )
    return session.exec(query.order_by(col(Assignment.role).desc(), col(Assignment.id))).all()


def lock_names(session: Session, names: Iterable[str]) -> None:
    """Make requests that share a name wait for each other until this transaction ends."""
    wanted = list(names)
    if wanted:
        run(session, *locking(wanted))


def locking(names: Iterable[str]) -> Question:
    """Return what `lock_names` asks."""
    statement = (
        "SELECT pg_advisory_xact_lock(hashtextextended(name, 12345))"
        " FROM unnest(%s::text[]) AS name"
    )
    return Question(statement, [sorted(names)])


class Recorded(NamedTuple):
    """What was recorded under a name: which ticket, for which body, when."""

    name: str
    ticket_id: int
    body_hash: str
    created_at: datetime


def records_of(session: Session, api_key_id: int, names: Sequence[str]) -> dict[str, Recorded]:
    """Return what was recorded under names: a `key:` belongs to one API key, others to all.

    Of several records of one external id, made as keys were renewed, the oldest counts.
    """
    if not names:
        return {}
    found: dict[str, Recorded] = {}
    for row in run(session, *recorded(api_key_id, names)):
        found.setdefault(row[0], Recorded(*row))
    return found


def recorded(api_key_id: int, names: Sequence[str]) -> Question:
    """Return what `records_of` asks; each name has its place, so that one plan does for all."""
    places = ", ".join("%s" for _ in names)
    statement = (
        "SELECT key, ticket_id, body_hash, created_at FROM idempotency_record"
        f" WHERE key IN ({places}) AND (api_key_id = %s OR key NOT LIKE 'key:%%') ORDER BY id"
    )
    return Question(statement, [*names, api_key_id])


def heartbeats(session: Session) -> Sequence[Heartbeat]:
    """Return when each recurring job last ran."""
    return session.exec(select(Heartbeat).order_by(col(Heartbeat.name))).all()


def revision(session: Session) -> str:
    """Return the migration that the database stands at; empty when it was never migrated."""
    table = session.connection().execute(text("SELECT to_regclass('alembic_version')")).scalar()
    if table is None:
        return ""
    found = session.connection().execute(text("SELECT version_num FROM alembic_version"))
    return str(found.scalar() or "")
