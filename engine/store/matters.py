"""Queries about earlier tickets on the same matter or object; bounded, by index."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from engine.models import Ticket, TicketEventRecord
from engine.models.base import LARGEST_ID
from engine.store.questions import Question
from engine.store.set_aside import not_aside
from engine.store.writing import run
from engine.terms import AsideWork, TicketEvent, TicketStatus

MOST_OF_ONE = 20
MOST_IN_WINDOW = 200
BEGINNING = 300
LATE = 64  # so many ids may commit after a later one before it is missed for a minute
DECLINED = "refusal_declined"  # the detail of a note that sends a proposal back
WAITING = (TicketStatus.ACCEPTED, TicketStatus.TO_BE_DISPATCHED)
# By what a requester is known, and what the index of a column leaves out.
OF_ONE = {
    "phone_mark": "", "enterprise": " AND enterprise <> ''",
    "credit_code": " AND credit_code <> ''",
}  # fmt: skip
# Of one requester by index, the newest first: one number may have brought thousands.
_OF_ONE = (
    "(SELECT ticket_id FROM requester WHERE {0} = %({0})s{1}"
    f" ORDER BY ticket_id DESC LIMIT {2 * MOST_OF_ONE})"
)
_WORDS = f"concat(t.title, substr(t.content, 1, {BEGINNING}))"
_COUNTS = "t.parent_id IS NULL AND t.status <> 'voided'"
_NEWEST = "ORDER BY t.accepted_at DESC, t.id DESC LIMIT"
_RECENT = (
    f"SELECT t.id, t.accepted_at, {_WORDS} FROM ticket t {{}}"
    f" WHERE t.accepted_at >= %(since)s AND {_COUNTS}"
    f" {_NEWEST} {{}}"
)
_WINDOW = (
    f"SELECT t.id, t.accepted_at, {_WORDS} FROM ticket t WHERE {_COUNTS} {_NEWEST} {MOST_IN_WINDOW}"
)
# By primary key, whatever the planner knows: between two bounds it takes ids for few, above one for
# a third of all, and reads a table that it has not counted yet whole. The ids left out, which are
# few or none, are asked for only where there are any: with them each question is planned anew.
_NEWER = (
    f"SELECT t.id, t.accepted_at, {_WORDS} FROM ticket t"
    f" WHERE t.id > %(newest)s AND t.id <= {LARGEST_ID} AND {_COUNTS}"
    f" ORDER BY t.id DESC LIMIT {MOST_IN_WINDOW}"
)
_NOT_KNOWN = (
    f"({_NEWER}) UNION ALL SELECT t.id, t.accepted_at, {_WORDS} FROM ticket t"
    f" WHERE t.id = ANY(%(missed)s::bigint[]) AND {_COUNTS}"
)
_SAID = (
    f"SELECT t.id, t.accepted_at, {_WORDS} FROM ticket t"
    f" WHERE t.id = ANY(%s::bigint[]) AND {_COUNTS}"
    " ORDER BY t.accepted_at DESC, t.id DESC"
)
_OF_ACCUSED = f"""
SELECT id FROM (
  SELECT t.id, t.accused_unit_id FROM ticket t
  WHERE t.accepted_at >= %(since)s AND t.id <> %(ticket)s AND {_COUNTS}
  {_NEWEST} {MOST_IN_WINDOW}) lately
WHERE accused_unit_id = %(unit)s
"""
_MATTERS = """
SELECT t.id, t.number, t.accepted_at,
       coalesce(nullif(r.credit_code, ''), nullif(r.enterprise, ''),
                encode(r.phone_mark, 'hex'), '')
FROM ticket t JOIN requester r ON r.ticket_id = t.id WHERE t.id = ANY(%s::bigint[])
ORDER BY t.accepted_at DESC, t.id DESC
"""
_GROUPS = """
SELECT DISTINCT first.id FROM ticket_event e JOIN ticket first
  ON first.id = (e.details ->> 'group')::bigint AND first.accepted_at >= %(since)s
WHERE e.ticket_id = ANY(%(ids)s) AND e.event = 'note' AND e.details ->> 'watch' = 'group'
"""


class Said(NamedTuple):
    """What an earlier ticket says, as it is compared: title and the beginning of the content."""

    id: int
    accepted_at: datetime
    text: str


class Matter(NamedTuple):
    """What is told of an earlier ticket; `requester` tells requesters apart."""

    id: int
    number: str
    received_at: datetime
    requester: str


class By(NamedTuple):
    """By what a requester is known; the names are those of the columns."""

    phone_mark: bytes | None
    enterprise: str
    credit_code: str


def of_requester(session: Session, ticket: Ticket, by: By, since: datetime) -> list[Said]:
    """Return the earlier tickets of one requester: same number, enterprise or credit code."""
    question = of_requester_question(by, since)
    found = run(session, *question).fetchall() if question else []
    return [Said._make(one) for one in found if one[0] != ticket.id][:MOST_OF_ONE]


def of_requester_question(by: By, since: datetime) -> Question | None:
    """Return what `of_requester` asks; nothing of whom nothing is known."""
    same = " UNION ".join(
        _OF_ONE.format(name, OF_ONE[name]) for name, value in by._asdict().items() if value
    )
    if not same:
        return None
    statement = _RECENT.format(f"JOIN ({same}) mine ON mine.ticket_id = t.id", MOST_OF_ONE + 1)
    return Question(statement, {**by._asdict(), "since": since})


def not_known(known: Collection[int]) -> Question:
    """Return the question for the newest tickets of everybody beyond those known (`Said`).

    Ids are given before commits: those left out some way back are looked for again.
    """
    if not known:
        return Question(_WINDOW)
    newest = max(known)
    missed = [one for one in range(newest - LATE, newest) if one not in known]
    if not missed:
        return Question(_NEWER, {"newest": newest})
    return Question(_NOT_KNOWN, {"newest": newest, "missed": missed})


def said(session: Session, ids: Sequence[int]) -> list[Said]:
    """Return what tickets say now, newest first; what was voided or split off is left out."""
    return list(map(Said._make, run(session, _SAID, [list(ids)]).fetchall())) if ids else []


def of_accused(session: Session, ticket: Ticket, unit_id: int, since: datetime) -> list[int]:
    """Return those of the newest tickets that say the same unit is to blame."""
    values = {"since": since, "ticket": ticket.id, "unit": unit_id}
    return [row[0] for row in run(session, _OF_ACCUSED, values)]


def matters(session: Session, ids: Sequence[int]) -> list[Matter]:
    """Return what is told of earlier tickets, newest first."""
    return [Matter(*row) for row in run(session, _MATTERS, [list(ids)])] if ids else []


def groups(session: Session, ids: Sequence[int], since: datetime) -> list[int]:
    """Return the groups (群体诉求) those tickets were noted in, by a first ticket since then."""
    return [row[0] for row in run(session, _GROUPS, {"ids": list(ids), "since": since})]


def children(session: Session, ticket: Ticket) -> Sequence[Ticket]:
    """Return the tickets split off from a ticket."""
    return session.exec(select(Ticket).where(Ticket.parent_id == ticket.id)).all()


def refusals_waiting(session: Session, before: datetime, limit: int) -> Sequence[Ticket]:
    """Return waiting tickets, registered before a moment, whose refusal nobody has decided."""
    query = (
        select(Ticket)
        .where(
            col(Ticket.status).in_(WAITING), col(Ticket.accepted_at) < before,
            _recorded(col(TicketEventRecord.event) == TicketEvent.PROPOSE_REFUSAL, ~_sent_back()),
            ~_recorded(TicketEventRecord.details["deemed_accepted"].astext.is_not(None)),
            not_aside(AsideWork.SILENCE, col(Ticket.id)),
        )
        .order_by(col(Ticket.id))
        .limit(limit)
    )  # fmt: skip
    return session.exec(query).all()


def _recorded(*what: ColumnElement[bool]) -> ColumnElement[bool]:
    events = select(TicketEventRecord.id)
    return events.where(TicketEventRecord.ticket_id == col(Ticket.id), *what).exists()


def _sent_back() -> ColumnElement[bool]:
    """Return whether a note after an event of the same ticket sent the proposal back (退回提议)."""
    later = aliased(TicketEventRecord)
    return (
        select(later.id)
        .where(
            later.ticket_id == TicketEventRecord.ticket_id,
            col(later.seq) > TicketEventRecord.seq,
            later.details[DECLINED].astext.is_not(None),
        )
        .correlate(TicketEventRecord)
        .exists()
    )


def refusal_words(session: Session, ids: Sequence[int]) -> dict[int, TicketEventRecord]:
    """Return of each of those tickets the newest proposal not to accept it, or its sending back."""
    record = TicketEventRecord
    query = select(record).where(
        col(record.ticket_id).in_(ids),
        (col(record.event) == TicketEvent.PROPOSE_REFUSAL)
        | record.details[DECLINED].astext.is_not(None),
    )
    found = session.exec(query.order_by(col(record.seq))).all() if ids else []
    return {one.ticket_id: one for one in found}
