"""Queries about the district's own rules: the state in force, and changes that wait."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import RuleChange, RulesVersion
from engine.store.questions import Question
from engine.store.writing import run
from engine.terms import RuleChangeKind, RuleChangeState

STAMP = Question("SELECT id, digest FROM rules_version ORDER BY id DESC LIMIT 1")
LOCK = 4_0004  # our advisory lock: one change of the rules at a time


class Stamp(NamedTuple):
    """What tells one state of the rules from another."""

    id: int
    digest: str


def stamp(session: Session) -> Stamp | None:
    """Return id and digest of the state in force: a few microseconds, the end of one index."""
    found = run(session, *STAMP).fetchone()
    return Stamp(*found) if found else None


def states(session: Session, limit: int = 500) -> Sequence[RulesVersion]:
    """Return the states the rules have been in, newest first."""
    query = select(RulesVersion).order_by(col(RulesVersion.id).desc()).limit(limit)
    return session.exec(query).all()


def newest(session: Session) -> RulesVersion | None:
    """Return the state in force; none is the rules as shipped."""
    return next(iter(states(session, 1)), None)


def lock(session: Session) -> None:
    """Let one transaction at a time change the rules."""
    session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})


def change(session: Session, number: int) -> RuleChange:
    """Return a change by its number.

    Raises:
        NotFoundError: there is none.
    """
    found = session.get(RuleChange, number, populate_existing=True)
    if found is None:
        message = f"没有第 {number} 号规则修改。"
        raise NotFoundError(message)
    return found


def open_change(session: Session, subject: str) -> RuleChange | None:
    """Return the change of a subject that waits for a decision, if there is one."""
    query = select(RuleChange).where(
        RuleChange.subject == subject, RuleChange.state == RuleChangeState.PROPOSED
    )
    return session.exec(query).one_or_none()


def waiting(session: Session, kind: RuleChangeKind | None = None) -> Sequence[RuleChange]:
    """Return the changes that wait for a second person, oldest first."""
    query = select(RuleChange).where(RuleChange.state == RuleChangeState.PROPOSED)
    if kind is not None:
        query = query.where(RuleChange.kind == kind)
    return session.exec(query.order_by(col(RuleChange.id))).all()


def changes(
    session: Session, kind: RuleChangeKind, subject: str = "", limit: int = 50
) -> Sequence[RuleChange]:
    """Return changes of one kind, of one subject when it is named, newest first."""
    query = select(RuleChange).where(RuleChange.kind == kind)
    if subject:
        query = query.where(RuleChange.subject == subject)
    return session.exec(query.order_by(col(RuleChange.id).desc()).limit(limit)).all()
