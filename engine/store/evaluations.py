"""Queries about evaluation links (评价链接)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from engine.models import Callback, EvaluationLink
from engine.store.set_aside import not_aside
from engine.terms import AsideWork


def by_hash(session: Session, secret_hash: bytes) -> EvaluationLink | None:
    """Return the link whose secret has that hash, as it now stands."""
    query = select(EvaluationLink).where(EvaluationLink.secret_hash == secret_hash)
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def open_links(session: Session, callback: Callback) -> Sequence[EvaluationLink]:
    """Return the links of a callback that are neither used nor closed."""
    query = select(EvaluationLink).where(
        EvaluationLink.callback_id == callback.id,
        col(EvaluationLink.used_at).is_(None),
        col(EvaluationLink.closed_at).is_(None),
    )
    return session.exec(query).all()


def evaluated(session: Session, callback: Callback) -> bool:
    """Return whether this round of a callback was evaluated by a link already."""
    query = select(EvaluationLink.id).where(
        EvaluationLink.callback_id == callback.id,
        col(EvaluationLink.used_at) >= callback.opened_at,
    )
    return session.exec(query).first() is not None


def expired(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return the links whose window ended without an evaluation, oldest first."""
    query = (
        select(EvaluationLink.id)
        .where(
            col(EvaluationLink.expires_at) <= now,
            col(EvaluationLink.used_at).is_(None),
            col(EvaluationLink.closed_at).is_(None),
            not_aside(AsideWork.WINDOW, col(EvaluationLink.id)),
        )
        .order_by(col(EvaluationLink.expires_at), col(EvaluationLink.id))
        .limit(limit)
    )
    return session.exec(query).all()
