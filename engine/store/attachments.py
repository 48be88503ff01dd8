"""Queries about the files of tickets and of forms not yet sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select

from engine.errors import NotFoundError
from engine.models import Attachment
from engine.store.row_security import as_house


def _of_ticket(ticket_id: int) -> ColumnElement[bool]:
    """Return what holds for a ticket's own files: those kept with a letter are none of them."""
    return (col(Attachment.ticket_id) == ticket_id) & col(Attachment.letter_id).is_(None)


def of_ticket(session: Session, ticket_id: int) -> Sequence[Attachment]:
    """Return the files of a ticket, oldest first; those kept with a letter left out."""
    query = select(Attachment).where(_of_ticket(ticket_id))
    return session.exec(query.order_by(col(Attachment.id))).all()


def with_digest(session: Session, ticket_id: int, sha256: str) -> Attachment | None:
    """Return the file of a ticket with these very bytes, if it has one."""
    query = select(Attachment).where(_of_ticket(ticket_id), Attachment.sha256 == sha256)
    return session.exec(query).first()


def of_letter(session: Session, letter_id: int) -> Sequence[Attachment]:
    """Return the files kept with a letter, oldest first."""
    query = select(Attachment).where(Attachment.letter_id == letter_id)
    return session.exec(query.order_by(col(Attachment.id))).all()


def one_of_letter(session: Session, letter_id: int, attachment_id: int) -> Attachment:
    """Return one file kept with a letter.

    Raises:
        NotFoundError: there is none.
    """
    found = session.get(Attachment, attachment_id)
    if found is None or found.letter_id != letter_id:
        message = "这份函件没有这个附件。"
        raise NotFoundError(message)
    return found


def one(session: Session, ticket_id: int, attachment_id: int) -> Attachment:
    """Return one file of a ticket.

    Raises:
        NotFoundError: the ticket has no such file.
    """
    query = select(Attachment).where(_of_ticket(ticket_id), Attachment.id == attachment_id)
    found = session.exec(query).one_or_none()
    if found is None:
        message = "这张工单没有这个附件。"
        raise NotFoundError(message)
    return found


def _of(account_id: int, form_ids: Iterable[str]) -> ColumnElement[bool]:
    return (
        col(Attachment.ticket_id).is_(None)
        & (col(Attachment.uploaded_by_id) == account_id)
        & col(Attachment.form_id).in_(list(form_ids))
    )


def of_form(session: Session, account_id: int, form_id: str) -> Sequence[Attachment]:
    """Return the files a person has put to a form not yet sent, oldest first."""
    query = select(Attachment).where(_of(account_id, [form_id]))
    return session.exec(query.order_by(col(Attachment.id))).all()


def drop_of_forms(
    session: Session, account_id: int, form_ids: Iterable[str], only: int | None = None
) -> None:
    """Forget the files of forms not yet sent, or one of them; their bytes go with the cleaning."""
    statement = delete(Attachment).where(_of(account_id, form_ids))
    if only is not None:
        statement = statement.where(col(Attachment.id) == only)
    with as_house(session):  # a unit may delete no file at all, not even its own unsent one
        session.exec(statement)


def drop_of_forms_before(session: Session, before: datetime) -> int:
    """Forget the files of forms that were never sent; return how many."""
    statement = delete(Attachment).where(
        col(Attachment.ticket_id).is_(None), col(Attachment.uploaded_at) < before
    )
    return session.exec(statement).rowcount


def write(session: Session, values: dict[str, Any]) -> Attachment | None:
    """Write a file's row, or return nothing when the same bytes are there already."""
    statement = insert(Attachment).values(**values).on_conflict_do_nothing()
    made = session.exec(statement.returning(col(Attachment.id))).scalar()
    return session.get_one(Attachment, made) if made is not None else None


def count(session: Session, ticket_id: int) -> int:
    """Return how many files a ticket has."""
    query = select(func.count()).where(_of_ticket(ticket_id))
    return session.exec(query).one()


def known(session: Session, digests: Sequence[str]) -> set[str]:
    """Return which of those digests any row refers to."""
    query = select(Attachment.sha256).where(col(Attachment.sha256).in_(digests))
    return set(session.exec(query))
