"""What each unit owed and did in a period, counted from handling clocks that fell due in it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from engine.models import Assignment, Breach, Callback, Clock, Ticket, Unit
from engine.rules.ranking import UnitFigures
from engine.terms import ClockKind, ClockState, Satisfaction

REWORK = "rework.limit"
CLOSED = "办结"  # the reason with which an assignment ends when nothing was taken from its unit


def unit_figures(session: Session, since: date, until: date, now: datetime) -> list[UnitFigures]:
    """Return the figures of every unit with a matter due in the period, by name.

    A matter counts once its limit is over or it was answered; one that was returned or handed to
    another unit is not the first one's.
    """
    where = _due_in(since, until, now)
    in_time = col(Clock.stopped_at) < col(Clock.due_at)
    late = or_(col(Clock.stopped_at).is_(None), ~in_time)
    counts = (
        in_time, and_(late, col(Breach.judgement) == "excused"), col(Assignment.deemed_signed),
        col(Ticket.returns) > 0, col(Ticket.reworks) > 0,
    )  # fmt: skip
    columns: list[Any] = [Unit.id, Unit.name, func.count()]
    query = (
        select(*columns, *(func.count().filter(one) for one in counts))
        .select_from(Clock)
        .join(Assignment, col(Assignment.id) == col(Clock.assignment_id))
        .join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .join(Unit, col(Unit.id) == col(Clock.unit_id))
        .join(Breach, col(Breach.clock_id) == col(Clock.id), isouter=True)
        .where(*where)
        .group_by(col(Unit.id), col(Unit.name))
        .order_by(col(Unit.name))
    )
    said = _satisfaction(session, where)
    return [_figures(*row, said.get(row[0], {})) for row in session.execute(query)]


def _figures(_unit: int, name: str, *counted: Any) -> UnitFigures:
    return UnitFigures(name, *counted)


def _due_in(since: date, until: date, now: datetime) -> Sequence[ColumnElement[bool]]:
    rule: Any = col(Clock.certificate)["rule"]
    return (
        col(Clock.kind) == ClockKind.HANDLING,
        col(Clock.due_on).between(since, until),
        or_(col(Clock.state) == ClockState.STOPPED, col(Clock.due_at) <= now),
        col(Clock.state) != ClockState.SUPERSEDED,
        rule.astext != REWORK,
        or_(col(Assignment.ended_at).is_(None), col(Assignment.end_reason) == CLOSED),
    )


def _satisfaction(
    session: Session, where: Sequence[ColumnElement[bool]]
) -> dict[int, dict[Satisfaction, int]]:
    query = (
        select(Clock.unit_id, Callback.satisfaction, func.count())
        .select_from(Clock)
        .join(Assignment, col(Assignment.id) == col(Clock.assignment_id))
        .join(Callback, col(Callback.ticket_id) == col(Clock.ticket_id))
        .where(*where, col(Callback.satisfaction).is_not(None),
               col(Callback.satisfaction) != Satisfaction.NOT_EVALUATED)
        .group_by(col(Clock.unit_id), col(Callback.satisfaction))
    )  # fmt: skip
    found: dict[int, dict[Satisfaction, int]] = {}
    for unit, satisfaction, count in session.execute(query):
        found.setdefault(unit, {})[Satisfaction.parse(satisfaction)] = count
    return found
