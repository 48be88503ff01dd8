"""Keeps what somebody has typed and not yet sent (草稿): on the server, per form.

A draft knows which open page keeps it. Another page that never saw its newest words would wipe
them out: that page is given a draft of its own instead, so that nothing is lost.
"""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, true, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, select

from engine import keyring
from engine.models import Draft
from engine.models.desk import DRAFT_SEALED
from engine.store import attachments

CALL = "call-"
LONGEST = 200_000  # characters; a technical limit of this system
APART = "."
LISTED, FEW = 20, 4


@dataclass(frozen=True)
class Seen:
    """An open page: its own token, and the revision of the draft that it was made from."""

    page: str
    revision: int


def new_call() -> str:
    """Return the id of a fresh form of a call (登记工单)."""
    return f"{CALL}{secrets.token_hex(6)}"


def is_call(form_id: str) -> bool:
    """Return whether a form is that of a call (登记工单)."""
    return form_id.startswith(CALL) and form_id.removeprefix(CALL).isalnum()


def calls_that_begin(session: Session, beginning: str) -> Sequence[str]:
    """Return the ids of all forms of calls, whoever's, that begin like that."""
    query = select(Draft.form_id).where(col(Draft.form_id).startswith(beginning))
    return session.exec(query).all()


def save_draft(
    session: Session, account_id: int, form_id: str, fields: dict[str, Any], now: datetime,
    seen: Seen | None = None,
) -> str:  # fmt: skip
    """Keep the fields of a form and return under which id; nothing when they are too long.

    Without `seen` whatever is there is overwritten.
    """
    if sum(len(str(value)) for value in fields.values()) > LONGEST:
        return ""
    values = {
        "fields": _sealed(fields, account_id, form_id),
        "updated_at": now,
        "page": seen.page if seen else "",
    }
    made = insert(Draft).values(account_id=account_id, form_id=form_id, revision=1, **values)
    kept = made.on_conflict_do_update(
        index_elements=["account_id", "form_id"],
        set_={**values, "revision": Draft.revision + 1},
        where=_knows(seen) if seen else None,
    )
    if session.exec(kept.returning(col(Draft.id))).scalar() is not None:
        return form_id
    return _apart(session, account_id, form_id, values | {"fields": fields})


def typed_in(draft: Draft) -> dict[str, Any]:
    """Return what was typed, as it was kept.

    Raises:
        KeysError: the key it was sealed with is not here.
    """
    sealed = draft.fields.get(DRAFT_SEALED)
    if not isinstance(sealed, str):
        return dict(draft.fields)  # an older version's
    text = keyring.opened(base64.b64decode(sealed), place(draft.account_id, draft.form_id))
    found: dict[str, Any] = json.loads(text)
    return found


def place(account_id: int, form_id: str) -> str:
    """Return where what is typed in a form belongs."""
    return f"draft.fields:{account_id}:{form_id}"


def _sealed(fields: dict[str, Any], account_id: int, form_id: str) -> dict[str, str]:
    """Return the fields as they are kept: whole words about people, so all of it is sealed."""
    text = json.dumps(fields, ensure_ascii=False)
    sealed = keyring.ring().seal(text, place(account_id, form_id))
    return {DRAFT_SEALED: base64.b64encode(sealed).decode()}


def _knows(seen: Seen) -> ColumnElement[bool]:
    """Return whether a page may write over a draft: it kept it last, or has read all of it."""
    return (col(Draft.page) == seen.page) | (col(Draft.revision) == seen.revision)


def _apart(session: Session, account_id: int, form_id: str, values: dict[str, Any]) -> str:
    """Keep a second page's words beside the first's."""
    name = new_call() if is_call(form_id) else _beside(form_id)
    values["fields"] = _sealed(values["fields"], account_id, name)
    session.add(Draft(account_id=account_id, form_id=name, **values))
    session.flush()
    return name


def _beside(form_id: str) -> str:
    return f"{form_id.partition(APART)[0]}{APART}{secrets.token_hex(4)}"


def drop_draft(session: Session, account_id: int, form_id: str) -> None:
    """Forget a draft with the files put to it, if there is one."""
    statement = delete(Draft).where(
        col(Draft.account_id) == account_id, col(Draft.form_id) == form_id
    )
    session.exec(statement)
    attachments.drop_of_forms(session, account_id, [form_id])


def drop_empty(session: Session, account_id: int, form_id: str, seen: Seen | None) -> None:
    """Forget a draft whose words were taken out again; not another page's, nor one with files."""
    if attachments.of_form(session, account_id, form_id):
        return
    mine = _knows(seen) if seen else true()
    session.exec(delete(Draft).where(
        col(Draft.account_id) == account_id, col(Draft.form_id) == form_id, mine,
    ))  # fmt: skip


def drop_before(session: Session, before: datetime) -> int:
    """Forget drafts that nobody has touched since a moment; return how many."""
    return session.exec(delete(Draft).where(col(Draft.updated_at) < before)).rowcount


def clear_call_drafts(session: Session, account_id: int) -> None:
    """Forget every draft of a call: they hold a requester's name and number."""
    statement = delete(Draft).where(
        col(Draft.account_id) == account_id, col(Draft.form_id).startswith(CALL)
    )
    gone = session.exec(statement.returning(col(Draft.form_id))).scalars().all()
    attachments.drop_of_forms(session, account_id, gone)


def draft(session: Session, account_id: int, form_id: str) -> Draft | None:
    """Return a person's own draft of a form."""
    query = select(Draft).where(Draft.account_id == account_id, Draft.form_id == form_id)
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def drafts_of(session: Session, account_id: int, form_id: str) -> Sequence[Draft]:
    """Return a person's drafts of one form, also those that a second page kept; newest first."""
    same = (col(Draft.form_id) == form_id) | col(Draft.form_id).startswith(f"{form_id}{APART}")
    query = select(Draft).where(Draft.account_id == account_id, same)
    return session.exec(query.order_by(col(Draft.updated_at).desc(), col(Draft.id).desc())).all()


def all_drafts(session: Session, account_id: int, after: int = 0) -> tuple[list[Draft], int]:
    """Return what a person has begun and not sent, newest first, and the key of the next page.

    A page begins after the draft `after`; one that is gone meanwhile begins at the first.
    """
    query = select(Draft).where(Draft.account_id == account_id)
    last = session.exec(query.where(Draft.id == after)).one_or_none() if after else None
    place = tuple_(col(Draft.updated_at), col(Draft.id))
    if last is not None:
        query = query.where(place < (last.updated_at, last.id))
    order = (col(Draft.updated_at).desc(), col(Draft.id).desc())
    found = list(session.exec(query.order_by(*order).limit(LISTED + 1)).all())
    return found[:LISTED], found[LISTED - 1].id if len(found) > LISTED else 0


def how_many(session: Session, account_id: int) -> int:
    """Return how many drafts a person has."""
    return session.exec(select(func.count()).where(Draft.account_id == account_id)).one()


def call_drafts(session: Session, account_id: int, but: str) -> tuple[Sequence[Draft], int]:
    """Return a person's newest drafts of calls but for one, and how many there are in all."""
    mine = (
        col(Draft.account_id) == account_id, col(Draft.form_id).startswith(CALL),
        col(Draft.form_id) != but,
    )  # fmt: skip
    newest = select(Draft).where(*mine).order_by(col(Draft.updated_at).desc()).limit(FEW)
    return session.exec(newest).all(), session.exec(select(func.count()).where(*mine)).one()
