"""What the desk of calls asks: what may be the same matter, what was logged on a day."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from engine.lifecycle import OPEN
from engine.models import Callback, Ticket, TicketEventRecord
from engine.store.desk_views import MOST_IN_MENU, PAGE, Line, Page, lines_of, page_of
from engine.terms import CallbackState, TicketStatus

MOST = MOST_IN_MENU + 1
FIRST = 1


def open_lines(session: Session, ids: Sequence[int]) -> tuple[Line, ...]:
    """Return those of some tickets that are still open, as a list shows them, newest first."""
    if not ids:
        return ()
    query = select(Ticket).where(col(Ticket.id).in_(ids), col(Ticket.status).in_(list(OPEN)))
    return lines_of(session, session.exec(query.order_by(col(Ticket.id).desc())).all())


def logged_by(
    session: Session, account_id: int, since: datetime, before: int | None = None,
    which: Sequence[ColumnElement[bool]] = (),
) -> Page:  # fmt: skip
    """Return what somebody has logged since a moment, newest first, down from a key."""
    query = (
        select(Ticket)
        .join(TicketEventRecord, col(TicketEventRecord.ticket_id) == col(Ticket.id))
        .where(
            col(Ticket.accepted_at) >= since, TicketEventRecord.seq == FIRST,
            TicketEventRecord.actor_id == account_id, *which,
        )
    )  # fmt: skip
    if before is not None:
        query = query.where(col(Ticket.id) < before)
    found = session.exec(query.order_by(col(Ticket.id).desc()).limit(PAGE + 1)).all()
    return page_of(session, found, PAGE)


def counted_since(session: Session, since: datetime) -> int:
    """Return how many tickets were taken in since a moment, without those taken back (撤回登记).

    Counting stops past a menu's most.
    """
    kept = col(Ticket.status) != TicketStatus.VOIDED
    return _count(session, select(Ticket.id).where(col(Ticket.accepted_at) >= since, kept))


def human_callbacks_owed(session: Session) -> int:
    """Return how many tickets still owe a person's callback (必须人工回访), not past the most."""
    owed = select(Callback.id).where(
        Callback.state == CallbackState.OWED, col(Callback.human_required)
    )
    return _count(session, owed)


def _count(session: Session, query: SelectOfScalar[int]) -> int:
    return session.exec(select(func.count()).select_from(query.limit(MOST).subquery())).one()
