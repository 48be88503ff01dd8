"""Queries about earlier tickets on the same matter or object; bounded, by index."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from engine.models import Requester, Ticket, TicketEventRecord
from engine.store.set_aside import not_aside
from engine.store.writing import run
from engine.terms import AsideWork, TicketEvent, TicketStatus

MOST_OF_ONE = 20
MOST_IN_WINDOW = 200
BEGINNING = 300
WAITING = (TicketStatus.ACCEPTED, TicketStatus.TO_BE_DISPATCHED)
# Of one requester by index, the newest first: one number may have brought thousands.
_OF_ONE = (
    "(SELECT ticket_id FROM requester WHERE {0} = %({0})s AND {0} <> ''"
    f" ORDER BY ticket_id DESC LIMIT {2 * MOST_OF_ONE})"
)
_RECENT = (
    "SELECT t.id, t.version, t.accused_unit_id FROM ticket t {}"
    " WHERE t.accepted_at >= %(since)s AND t.id <> %(ticket)s AND t.parent_id IS NULL"
    " AND t.status <> 'voided'"
    " ORDER BY t.accepted_at DESC, t.id DESC LIMIT {}"
)
_MATTERS = """
SELECT t.id, t.number, t.accepted_at,
       coalesce(nullif(r.credit_code, ''), nullif(r.enterprise, ''), r.phone)
FROM ticket t JOIN requester r ON r.ticket_id = t.id WHERE t.id = ANY(%s)
ORDER BY t.accepted_at DESC, t.id DESC
"""
_TEXTS = f"""
SELECT id, concat(title, substr(content, 1, {BEGINNING})) FROM ticket WHERE id = ANY(%s)
"""
_GROUPS = """
SELECT DISTINCT first.id FROM ticket_event e JOIN ticket first
  ON first.id = (e.details ->> 'group')::bigint AND first.accepted_at >= %(since)s
WHERE e.ticket_id = ANY(%(ids)s) AND e.event = 'note' AND e.details ->> 'watch' = 'group'
"""


class Recent(NamedTuple):
    """An earlier ticket as it is looked through: its version tells whether its text is known."""

    id: int
    version: int
    accused_unit_id: int | None


class Matter(NamedTuple):
    """What is told of an earlier ticket; `requester` tells requesters apart."""

    id: int
    number: str
    received_at: datetime
    requester: str


def of_requester(
    session: Session, ticket: Ticket, requester: Requester, since: datetime
) -> list[Recent]:
    """Return the earlier tickets of one requester: same number, enterprise or credit code."""
    known = {name: getattr(requester, name) for name in ("phone", "enterprise", "credit_code")}
    same = " UNION ".join(_OF_ONE.format(name) for name, value in known.items() if value)
    if not same:
        return []
    statement = _RECENT.format(f"JOIN ({same}) mine ON mine.ticket_id = t.id", MOST_OF_ONE)
    found = run(session, statement, {**known, "since": since, "ticket": ticket.id})
    return list(map(Recent._make, found.fetchall()))


def in_window(session: Session, ticket: Ticket, since: datetime) -> list[Recent]:
    """Return the tickets of everybody since a moment, newest first, as many as are compared."""
    values = {"since": since, "ticket": ticket.id}
    found = run(session, _RECENT.format("", MOST_IN_WINDOW), values).fetchall()
    return list(map(Recent._make, found))


def recent(session: Session, since: datetime) -> list[Recent]:
    """Return the tickets of everybody since a moment, to compare a call with that has none yet."""
    values = {"since": since, "ticket": 0}
    return list(map(Recent._make, run(session, _RECENT.format("", MOST_IN_WINDOW), values)))


def matters(session: Session, ids: Sequence[int]) -> list[Matter]:
    """Return what is told of earlier tickets, newest first."""
    return [Matter(*row) for row in run(session, _MATTERS, [list(ids)])] if ids else []


def groups(session: Session, ids: Sequence[int], since: datetime) -> list[int]:
    """Return the groups (群体诉求) those tickets were noted in, by a first ticket since then."""
    return [row[0] for row in run(session, _GROUPS, {"ids": list(ids), "since": since})]


def texts(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the texts of tickets as they are compared: title and the beginning of the content."""
    return dict(run(session, _TEXTS, [list(ids)]).fetchall()) if ids else {}


def children(session: Session, ticket: Ticket) -> Sequence[Ticket]:
    """Return the tickets split off from a ticket."""
    return session.exec(select(Ticket).where(Ticket.parent_id == ticket.id)).all()


def refusals_waiting(session: Session, before: datetime, limit: int) -> Sequence[Ticket]:
    """Return waiting tickets, registered before a moment, whose refusal nobody has decided."""
    query = (
        select(Ticket)
        .where(
            col(Ticket.status).in_(WAITING), col(Ticket.accepted_at) < before,
            _recorded(col(TicketEventRecord.event) == TicketEvent.PROPOSE_REFUSAL),
            ~_recorded(TicketEventRecord.details["deemed_accepted"].astext.is_not(None)),
            not_aside(AsideWork.SILENCE, col(Ticket.id)),
        )
        .order_by(col(Ticket.id))
        .limit(limit)
    )  # fmt: skip
    return session.exec(query).all()


def _recorded(what: ColumnElement[bool]) -> ColumnElement[bool]:
    events = select(TicketEventRecord.id)
    return events.where(TicketEventRecord.ticket_id == col(Ticket.id), what).exists()
