"""Queries about what belongs to people at their desks: held dispatches, settings, saved views."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, or_, select

from engine.models import Account, HeldDispatch, Preference, SavedView
from engine.terms import Role


def held(session: Session, ticket_id: int) -> HeldDispatch | None:
    """Return to whom a ticket goes once it can no longer be taken back, if it waits for that."""
    return session.get(HeldDispatch, ticket_id)


def held_of(session: Session, ticket_ids: Sequence[int]) -> dict[int, HeldDispatch]:
    """Return the held dispatches of some tickets by their ids."""
    query = select(HeldDispatch).where(col(HeldDispatch.ticket_id).in_(ticket_ids))
    return {one.ticket_id: one for one in session.exec(query)} if ticket_ids else {}


def held_over(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return the tickets that can no longer be taken back and wait to be dispatched."""
    query = select(HeldDispatch.ticket_id).where(HeldDispatch.until <= now)
    return session.exec(query.order_by(col(HeldDispatch.until)).limit(limit)).all()


def let_go(session: Session, ticket_id: int) -> None:
    """Forget a held dispatch: it was carried out, taken back, or made by hand."""
    session.exec(delete(HeldDispatch).where(col(HeldDispatch.ticket_id) == ticket_id))


def preference(session: Session, account_id: int) -> Preference:
    """Return somebody's settings; who never set any has everything on."""
    return session.get(Preference, account_id) or Preference(account_id=account_id)


def prefer(session: Session, account_id: int, *, shortcuts: bool, undo: bool) -> None:
    """Keep somebody's settings."""
    values = {"shortcuts": shortcuts, "undo": undo}
    statement = insert(Preference).values(account_id=account_id, **values)
    session.exec(statement.on_conflict_do_update(index_elements=["account_id"], set_=values))


def saved_views(session: Session, account: Account, path: str = "") -> Sequence[SavedView]:
    """Return the views a person may use, their own and those that supervisors share."""
    sharing = select(Account.id).where(Account.role == Role.SUPERVISOR, col(Account.active))
    shared = col(SavedView.shared) & col(SavedView.account_id).in_(sharing)
    query = select(SavedView).where(or_(col(SavedView.account_id) == account.id, shared))
    if path:
        query = query.where(SavedView.path == path)
    return session.exec(query.order_by(col(SavedView.path), col(SavedView.id)).limit(60)).all()
