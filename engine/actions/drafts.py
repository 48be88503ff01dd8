"""Keeps what somebody has typed and not yet sent (草稿): on the server, per form."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from engine.models import Draft

CALL = "call-"
LONGEST = 200_000  # characters; a technical limit of this system


def is_call(form_id: str) -> bool:
    """Return whether a form is that of a call (登记工单)."""
    return form_id.startswith(CALL) and form_id.removeprefix(CALL).isalnum()


def save_draft(
    session: Session, account_id: int, form_id: str, fields: dict[str, Any], now: datetime
) -> bool:
    """Keep the fields of a form; false when they are too long to be a form's."""
    if sum(len(str(value)) for value in fields.values()) > LONGEST:
        return False
    values = {"fields": fields, "updated_at": now}
    statement = insert(Draft).values(account_id=account_id, form_id=form_id, **values)
    session.exec(
        statement.on_conflict_do_update(index_elements=["account_id", "form_id"], set_=values)
    )
    return True


def drop_draft(session: Session, account_id: int, form_id: str) -> None:
    """Forget a draft, if there is one."""
    statement = delete(Draft).where(
        col(Draft.account_id) == account_id, col(Draft.form_id) == form_id
    )
    session.exec(statement)


def clear_call_drafts(session: Session, account_id: int) -> None:
    """Forget every draft of a call: they hold a requester's name and number."""
    statement = delete(Draft).where(
        col(Draft.account_id) == account_id, col(Draft.form_id).startswith(CALL)
    )
    session.exec(statement)


def draft(session: Session, account_id: int, form_id: str) -> Draft | None:
    """Return a person's own draft of a form."""
    query = select(Draft).where(Draft.account_id == account_id, Draft.form_id == form_id)
    return session.exec(query).one_or_none()


def call_drafts(session: Session, account_id: int) -> Sequence[Draft]:
    """Return a person's drafts of calls, newest first."""
    query = select(Draft).where(Draft.account_id == account_id, col(Draft.form_id).startswith(CALL))
    return session.exec(query.order_by(col(Draft.updated_at).desc()).limit(10)).all()
