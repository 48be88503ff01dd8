"""What the form of a call asks: whose number it is, what may be the same matter, my own day."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from engine.lifecycle import OPEN
from engine.models import Callback, Requester, Ticket, TicketEventRecord
from engine.store.desk_views import MOST_IN_MENU, PAGE, Line, Page, lines_of, page_of
from engine.terms import CallbackState, TicketStatus

MOST_KNOWN, MOST_READ = 6, 200
MOST = MOST_IN_MENU + 1
SHORTEST = 2
FIRST = 1


def enterprises_of(session: Session, mark: bytes | None) -> Sequence[Requester]:
    """Return who called from a number before, one row an enterprise; `mark` is the number's."""
    if not mark:
        return ()
    return _one_each(session, col(Requester.phone_mark) == mark)


def enterprises_like(session: Session, typed: str, letters: str) -> Sequence[Requester]:
    """Return known enterprises by what is typed so far: pinyin initials, a name, a credit code.

    `letters` are the pinyin initials of what is typed.
    """
    if len(letters) < SHORTEST:
        return ()
    begins: ColumnElement[bool] = col(Requester.initials).like(f"{letters}%")
    if not typed.isascii():
        begins &= col(Requester.enterprise).startswith(typed, autoescape=True)
    found = _one_each(session, begins)
    return found or _one_each(session, col(Requester.credit_code) == typed.upper())


def _one_each(session: Session, which: ColumnElement[bool]) -> Sequence[Requester]:
    """Return the newest row of each enterprise among the newest rows; a busy number has many."""
    query = select(Requester).where(which, Requester.enterprise != "")
    newest = session.exec(query.order_by(col(Requester.ticket_id).desc()).limit(MOST_READ))
    each: dict[str, Requester] = {}
    for one in newest:
        each.setdefault(one.enterprise, one)
    return list(each.values())[:MOST_KNOWN]


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
