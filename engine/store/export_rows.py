"""Rows of an export as they come out of the database, a few at a time.

Of a requester only the sealed name is read, so that it can be taken out of what people wrote.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import distinct
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from engine.models import Account, Callback, CallbackAttempt, Clock, Requester, Ticket, Unit
from engine.rules.shanghai import shanghai_moment
from engine.store.desk_filters import TicketFilter, in_order, selected
from engine.terms import ClockKind, ClockState

AT_A_TIME = 1000
WHO: tuple[Any, ...] = (Requester.ticket_id, Requester.name_sealed, Requester.plain_name)
TICKET_COLUMNS: tuple[Any, ...] = (
    Ticket.number, Ticket.kind, Ticket.urgency, Ticket.status, Ticket.title, Ticket.confidential,
    Unit.name, Ticket.accepted_at, Clock.due_on, Clock.due_at, Clock.due_status, Clock.stopped_at,
    Ticket.closed_at, Ticket.returns, Ticket.reworks, Ticket.task_rows, Ticket.demonstration, *WHO,
)  # fmt: skip
CALLBACK_COLUMNS: tuple[Any, ...] = (
    Ticket.number, Ticket.kind, Ticket.confidential, Unit.name, Callback.round,
    Callback.human_required, Callback.why, Callback.state, CallbackAttempt.at,
    CallbackAttempt.channel, CallbackAttempt.result, CallbackAttempt.contacted,
    CallbackAttempt.solved, CallbackAttempt.satisfaction, CallbackAttempt.words, Account.name,
    Ticket.demonstration, *WHO,
)  # fmt: skip


def tickets(
    session: Session, wanted: TicketFilter, now: datetime, most: int | None
) -> Iterator[Any]:
    """Yield the tickets that fit, with their requester's clock and which of all were missed."""
    some = selected(wanted, now).limit(most).subquery()
    query = (
        select(*(*TICKET_COLUMNS, _missed(now)))
        .join(some, some.c.id == col(Ticket.id))
        .join(Requester, col(Requester.ticket_id) == col(Ticket.id), isouter=True)
        .join(Unit, col(Unit.id) == col(Ticket.lead_unit_id), isouter=True)
        .join(
            Clock,
            (col(Clock.ticket_id) == col(Ticket.id)) & (col(Clock.kind) == ClockKind.REQUESTER),
            isouter=True,
        )
        .order_by(*in_order(wanted, some))
    )
    return iter(session.execute(query.execution_options(yield_per=AT_A_TIME)))


def _missed(now: datetime) -> Any:
    """Return the kinds of a ticket's limits that were or are missed, whatever became of them."""
    one: Any = aliased(Clock)
    kinds: Any = select(func.array_agg(distinct(one.kind))).where(
        one.ticket_id == col(Ticket.id),
        col(one.state).in_([ClockState.RUNNING, ClockState.STOPPED]),
        func.coalesce(one.stopped_at, now) >= one.due_at,
    )  # fmt: skip
    return kinds.correlate(Ticket).scalar_subquery()


def callbacks(session: Session, unit_id: int | None, since: date, until: date) -> Iterator[Any]:
    """Yield the attempts to reach requesters of a period, oldest first."""
    begin = shanghai_moment(since, time(0))
    end = shanghai_moment(until + timedelta(days=1), time(0))
    query = (
        select(*CALLBACK_COLUMNS)
        .join(Callback, col(Callback.id) == col(CallbackAttempt.callback_id))
        .join(Ticket, col(Ticket.id) == col(CallbackAttempt.ticket_id))
        .join(Requester, col(Requester.ticket_id) == col(Ticket.id), isouter=True)
        .join(Unit, col(Unit.id) == col(Ticket.lead_unit_id), isouter=True)
        .join(Account, col(Account.id) == col(CallbackAttempt.by_id), isouter=True)
        .where(col(CallbackAttempt.at) >= begin, col(CallbackAttempt.at) < end)
        .order_by(col(CallbackAttempt.id))
    )
    if unit_id is not None:
        query = query.where(col(Ticket.lead_unit_id) == unit_id)
    return iter(session.execute(query.execution_options(yield_per=AT_A_TIME)))
