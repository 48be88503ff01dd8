"""Queries about findings (认定): one, those of a breach or ticket, those that wait."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, or_, select

from engine.errors import NotFoundError
from engine.models import Account, Breach, Finding, Ticket, Unit
from engine.rules.findings import said_of
from engine.terms import ClockKind, FindingKind, FindingState, Indicator, Role


@dataclass(frozen=True)
class FindingRow:
    """A finding with its ticket, the clock kind of its breach, its unit and its proposer."""

    finding: Finding
    ticket: Ticket
    clock_kind: ClockKind | None
    unit: Unit | None
    proposer: str

    @property
    def about(self) -> str:
        """Return what was judged: the limit that was missed, or the indicator (剔除)."""
        if self.clock_kind is not None:
            return self.clock_kind.label
        return f"指标统计：{Indicator.parse(self.finding.indicator).label}"

    @property
    def said(self) -> str:
        """Return what was decided, in words."""
        return said_of(self.finding.kind, self.finding.state)


def _rows() -> Any:
    columns: tuple[Any, ...] = (Finding, Ticket, Breach.kind, Unit, Account.name)
    return (
        select(*columns)
        .join(Ticket, col(Ticket.id) == col(Finding.ticket_id))
        .join(Breach, col(Breach.id) == col(Finding.breach_id), isouter=True)
        .join(Unit, col(Unit.id) == col(Finding.unit_id), isouter=True)
        .join(Account, col(Account.id) == col(Finding.proposed_by_id))
    )


def one(session: Session, finding_id: int, *, lock: bool = False) -> Finding:
    """Return a finding, locked if wanted.

    Raises:
        NotFoundError: there is none.
    """
    query = select(Finding).where(Finding.id == finding_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        message = "没有这条认定。"
        raise NotFoundError(message)
    return found


def row(session: Session, finding_id: int) -> FindingRow:
    """Return a finding with what belongs to it.

    Raises:
        NotFoundError: there is none.
    """
    found = session.exec(_rows().where(Finding.id == finding_id)).one_or_none()
    if found is None:
        message = "没有这条认定。"
        raise NotFoundError(message)
    return FindingRow(*found)


def of_breach(session: Session, breach_id: int) -> Sequence[Finding]:
    """Return every finding of a breach, oldest first."""
    query = select(Finding).where(Finding.breach_id == breach_id)
    return session.exec(query.order_by(col(Finding.id))).all()


def excluded(session: Session, ticket_id: int) -> Sequence[Finding]:
    """Return every exclusion of a ticket, oldest first."""
    query = select(Finding).where(Finding.ticket_id == ticket_id, col(Finding.breach_id).is_(None))
    return session.exec(query.order_by(col(Finding.id))).all()


def standing(session: Session, breach_id: int, state: FindingState) -> Finding | None:
    """Return the one finding of a breach that waits or is in force."""
    query = select(Finding).where(Finding.breach_id == breach_id, Finding.state == state)
    return session.exec(query).one_or_none()


def exclusion_standing(
    session: Session, ticket_id: int, indicator: str, unit_id: int | None
) -> Finding | None:
    """Return the exclusion of a unit's case from an indicator that waits or is in force."""
    query = select(Finding).where(
        Finding.ticket_id == ticket_id, col(Finding.breach_id).is_(None),
        Finding.indicator == indicator, col(Finding.unit_id).is_not_distinct_from(unit_id),
        col(Finding.state).in_((FindingState.PROPOSED, FindingState.IN_FORCE)),
    )  # fmt: skip
    return session.exec(query).one_or_none()


def may_decide(session: Session, took_part: Collection[int | None]) -> list[str]:
    """Return the names of the active supervisors who took no part in a finding."""
    query = select(Account.name).where(
        Account.role == Role.SUPERVISOR, col(Account.active),
        col(Account.id).not_in({one for one in took_part if one is not None}),
    )  # fmt: skip
    return list(session.exec(query.order_by(col(Account.id))).all())


def waiting(session: Session, limit: int = 100) -> list[FindingRow]:
    """Return what waits for another supervisor: proposals and appeals, oldest first."""
    appealed = col(Finding.appealed_at).is_not(None) & col(Finding.appeal_ruled_at).is_(None)
    query = _rows().where(or_(Finding.state == FindingState.PROPOSED, appealed))
    return [FindingRow(*found) for found in session.exec(query.order_by(Finding.id).limit(limit))]


def to_appeal(session: Session, unit_id: int, today: date) -> list[FindingRow]:
    """Return the decisions that a unit may still appeal, those that close first in front.

    What it has appealed stays there until somebody has ruled on it.
    """
    excused = (col(Finding.kind) == FindingKind.EXCUSED) & (
        col(Finding.state) == FindingState.IN_FORCE
    )
    open_ = col(Finding.appealed_at).is_(None) & (col(Finding.appeal_until) >= today) & ~excused
    waits = col(Finding.appealed_at).is_not(None) & col(Finding.appeal_ruled_at).is_(None)
    query = _rows().where(
        Finding.unit_id == unit_id, or_(open_, waits),
        col(Finding.state).in_((FindingState.IN_FORCE, FindingState.REFUSED)),
    )  # fmt: skip
    found = session.exec(query.order_by(col(Finding.appeal_until), Finding.id).limit(50))
    return [FindingRow(*one) for one in found]


def names(session: Session, ids: set[int | None]) -> dict[int, str]:
    """Return the names of accounts by their ids."""
    query = select(Account.id, Account.name).where(col(Account.id).in_(ids - {None}))
    return dict(session.exec(query).all())


def exclusions(session: Session, limit: int = 200) -> list[FindingRow]:
    """Return the tickets left out of the figures, and those proposed to be, newest first."""
    query = _rows().where(col(Finding.breach_id).is_(None)).order_by(col(Finding.id).desc())
    return [FindingRow(*found) for found in session.exec(query.limit(limit))]
