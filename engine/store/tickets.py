"""Queries about tickets, their units and their history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select

from engine.errors import NotFoundError
from engine.models import (
    Answer,
    Assignment,
    Callback,
    CallbackAttempt,
    HeldDispatch,
    OutboxMessage,
    Requester,
    ReturnRequest,
    Ticket,
    TicketEventRecord,
    Unit,
)
from engine.store.questions import Question
from engine.store.reading import read_rows
from engine.store.writing import run
from engine.terms import AssignmentRole, ReturnRuling, TicketEvent, TicketStatus

TOUCHING = (
    TicketEvent.JUDGE_BREACH, TicketEvent.UNDELIVERED, TicketEvent.SETTLE_BY_PANEL,
    TicketEvent.CALLBACK_ATTEMPT, TicketEvent.EVALUATE,
)  # fmt: skip
"""What may take a letter's ground away, beside a breach that was moved."""


def ticket_by_number(session: Session, number: str, *, lock: bool = False) -> Ticket:
    """Return the ticket with that number, locked for this transaction when asked.

    Raises:
        NotFoundError: there is none.
    """
    query = select(Ticket).where(Ticket.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    ticket = session.exec(query).one_or_none()
    if ticket is None:
        message = f"没有工单 {number}。请核对工单号。"
        raise NotFoundError(message)
    return ticket


def lock_ticket(session: Session, ticket_id: int) -> Ticket:
    """Return the ticket with that id, locked for this transaction."""
    query = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def lock_free(session: Session, ticket_ids: Iterable[int]) -> Sequence[Ticket]:
    """Return those tickets that nobody else has locked, locked for this transaction."""
    rest = "WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED"
    return read_rows(session, Ticket, rest, [sorted(set(ticket_ids))])


def ticket_by_external_id(session: Session, source: str, external_id: str) -> Ticket | None:
    """Return the ticket that a source system knows by `external_id`, if it was taken in."""
    query = select(Ticket).where(Ticket.source == source, Ticket.external_id == external_id)
    return session.exec(query).one_or_none()


def number_by_external_id(session: Session, source: str, external_id: str) -> str | None:
    """Return the number of the ticket that a source system knows by `external_id`."""
    found = run(session, *external(source, external_id)).fetchone()
    return found[0] if found else None


def external(source: str, external_id: str) -> Question:
    """Return what `number_by_external_id` asks."""
    statement = "SELECT number FROM ticket WHERE source = %s AND external_id = %s"
    return Question(statement, [source, external_id])


def next_number(session: Session, prefix: str) -> tuple[int, str]:
    """Return the id and the number of the next ticket of a day: prefix, at least four digits.

    The id is known before the row is written, for what is sealed is bound to it. The day's count is
    held until the transaction ends: ask for it last.
    """
    statement = (
        "INSERT INTO number_series (prefix, last) VALUES (%s, 1)"
        " ON CONFLICT (prefix) DO UPDATE SET last = number_series.last + 1"
        " RETURNING last, nextval('ticket_id_seq')"
    )
    last, ticket_id = run(session, statement, [prefix]).fetchone() or (0, 0)
    return ticket_id, f"{prefix}{last:04d}"


def requester_of(session: Session, ticket: Ticket) -> Requester:
    """Return who brought the ticket."""
    return session.get_one(Requester, ticket.id)


def current_lead(session: Session, ticket: Ticket) -> Assignment | None:
    """Return the lead unit's open assignment, if there is one."""
    query = select(Assignment).where(
        Assignment.ticket_id == ticket.id,
        Assignment.role == AssignmentRole.LEAD,
        col(Assignment.ended_at).is_(None),
    )
    return session.exec(query).one_or_none()


def open_assignments(session: Session, ticket: Ticket) -> Sequence[Assignment]:
    """Return every open assignment of a ticket, lead first."""
    query = (
        select(Assignment)
        .where(Assignment.ticket_id == ticket.id, col(Assignment.ended_at).is_(None))
        .order_by(col(Assignment.role).desc(), col(Assignment.id))
    )
    return session.exec(query).all()


def assignments(session: Session, ticket: Ticket) -> Sequence[Assignment]:
    """Return every assignment a ticket ever had, oldest first."""
    query = select(Assignment).where(Assignment.ticket_id == ticket.id)
    return session.exec(query.order_by(col(Assignment.id))).all()


def events(session: Session, ticket: Ticket) -> Sequence[TicketEventRecord]:
    """Return what happened to a ticket, oldest first."""
    query = select(TicketEventRecord).where(TicketEventRecord.ticket_id == ticket.id)
    return session.exec(query.order_by(col(TicketEventRecord.seq))).all()


def evidence_touched(session: Session, ticket_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return of these tickets when something last came that may leave a letter without its ground.

    A breach was judged or its limit moved, a mail turned out not to have arrived, a requester was
    heard, the panel found the matter settled.
    """
    event, moved = col(TicketEventRecord.event), cast("Any", TicketEventRecord.details)["moved"]
    query = select(TicketEventRecord.ticket_id, func.max(TicketEventRecord.at)).where(
        col(TicketEventRecord.ticket_id).in_(ticket_ids),
        or_(event.in_(TOUCHING), and_(event == TicketEvent.BREACH, moved.as_boolean())),
    )  # fmt: skip
    return dict(session.exec(query.group_by(col(TicketEventRecord.ticket_id))).all())


def returns_by_unit(session: Session, ticket: Ticket, unit_id: int) -> int:
    """Return how often a unit has sent this ticket back."""
    query = select(func.count()).where(
        ReturnRequest.ticket_id == ticket.id, ReturnRequest.unit_id == unit_id
    )
    return session.exec(query).one()


def pending_return(session: Session, ticket: Ticket) -> ReturnRequest | None:
    """Return the return that waits for a ruling, if any."""
    query = select(ReturnRequest).where(
        ReturnRequest.ticket_id == ticket.id, ReturnRequest.ruling == ReturnRuling.PENDING
    )
    return session.exec(query).one_or_none()


def return_requests(session: Session, ticket: Ticket) -> Sequence[ReturnRequest]:
    """Return every return of a ticket, oldest first."""
    query = select(ReturnRequest).where(ReturnRequest.ticket_id == ticket.id)
    return session.exec(query.order_by(col(ReturnRequest.id))).all()


def ruling_told_by(session: Session, mail: OutboxMessage) -> ReturnRequest | None:
    """Return the ruled return that a mail told its unit of: both were written at one moment."""
    query = select(ReturnRequest).where(
        ReturnRequest.ticket_id == mail.ticket_id, ReturnRequest.unit_id == mail.unit_id,
        ReturnRequest.ruled_at == mail.created_at,
    )  # fmt: skip
    return session.exec(query).first()


def upheld_returns(session: Session, ticket: Ticket) -> Sequence[ReturnRequest]:
    """Return the returns of a ticket that were upheld (退单获准), oldest first."""
    found = return_requests(session, ticket) if ticket.returns else ()
    return [one for one in found if one.ruling is ReturnRuling.UPHELD]


def carries_merged(session: Session, ticket: Ticket) -> bool:
    """Return whether another ticket was merged into this one."""
    statement = "SELECT 1 FROM ticket WHERE merged_into_id = %s LIMIT 1"
    return run(session, statement, [ticket.id]).fetchone() is not None


def last_answer(session: Session, ticket: Ticket) -> Answer | None:
    """Return the newest answer of a ticket, if any."""
    query = select(Answer).where(Answer.ticket_id == ticket.id)
    return session.exec(query.order_by(col(Answer.id).desc()).limit(1)).one_or_none()


def answers(session: Session, ticket: Ticket) -> Sequence[Answer]:
    """Return all answers of a ticket, oldest first."""
    query = select(Answer).where(Answer.ticket_id == ticket.id)
    return session.exec(query.order_by(col(Answer.id))).all()


def last_callback(session: Session, ticket: Ticket) -> Callback | None:
    """Return the newest callback duty of a ticket, if any."""
    query = select(Callback).where(Callback.ticket_id == ticket.id)
    return session.exec(query.order_by(col(Callback.id).desc()).limit(1)).one_or_none()


def callbacks(session: Session, ticket: Ticket) -> Sequence[Callback]:
    """Return every callback duty of a ticket, oldest first."""
    query = select(Callback).where(Callback.ticket_id == ticket.id)
    return session.exec(query.order_by(col(Callback.id))).all()


def attempts(session: Session, callback: Callback) -> Sequence[CallbackAttempt]:
    """Return the attempts made under a callback duty, oldest first."""
    query = select(CallbackAttempt).where(CallbackAttempt.callback_id == callback.id)
    return session.exec(query.order_by(col(CallbackAttempt.id))).all()


def unit_by_name(session: Session, name: str) -> Unit:
    """Return the unit with that name, slug or alias.

    Raises:
        NotFoundError: the registry has no such unit.
    """
    wanted = name.strip()
    rest = "WHERE name = %s OR slug = %s OR aliases @> jsonb_build_array(%s::text) LIMIT 1"
    unit = next(iter(read_rows(session, Unit, rest, [wanted] * 3)), None)
    if unit is None:
        how = "请用任务清单里的名称；名录随任务清单更新，页面上不能加单位。"
        message = f"单位名录里没有“{wanted}”。{how}"
        raise NotFoundError(message)
    return unit


def units(session: Session) -> Sequence[Unit]:
    """Return every active unit in registry order."""
    query = select(Unit).where(col(Unit.active)).order_by(col(Unit.id))
    return session.exec(query).all()


def still_unrouted(session: Session, ticket_ids: Sequence[int]) -> Sequence[int]:
    """Return which of these tickets routing has not looked at, in their order."""
    statement = "SELECT id FROM ticket WHERE id = ANY(%s::bigint[]) AND status = 'accepted'"
    found = {one for (one,) in run(session, statement, [list(ticket_ids)])}
    return [one for one in ticket_ids if one in found]


def unrouted(session: Session, limit: int) -> Sequence[int]:
    """Return the ids of accepted tickets that routing has not looked at, oldest first.

    What may still be taken back is left out: its release sees to it.
    """
    held = select(HeldDispatch.ticket_id).where(HeldDispatch.ticket_id == col(Ticket.id))
    query = (
        select(Ticket.id)
        .where(Ticket.status == TicketStatus.ACCEPTED, Ticket.routing_error == "", ~held.exists())
        .order_by(col(Ticket.id))
        .limit(limit)
    )
    return session.exec(query).all()
