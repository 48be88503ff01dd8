"""The kept summaries of the indicators: which days must be counted again, written, and read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select

from engine.models import FigureDay, FigureMark
from engine.rules.indicators import Count
from engine.rules.shanghai import shanghai_date
from engine.store.figure_cases import LIMITS, DayCount
from engine.terms import Indicator

# Whatever happens to a ticket is an event of it; its cases lie on the days named here. A limit that
# ends makes a case of it, whatever state its clock is in; one of 24:00 ends on the day after.
_TOUCHED = text("""
WITH t AS (SELECT DISTINCT ticket_id AS id FROM ticket_event WHERE at > :since)
SELECT due_on FROM clock JOIN t ON t.id = ticket_id
UNION SELECT (x.was ->> 'due_on')::date FROM clock JOIN t ON t.id = ticket_id,
             jsonb_array_elements(past) AS x(was)
UNION SELECT (at AT TIME ZONE 'Asia/Shanghai')::date FROM callback_attempt
      JOIN t ON t.id = ticket_id
UNION SELECT (dispatched_at AT TIME ZONE 'Asia/Shanghai')::date FROM assignment
      JOIN t ON t.id = ticket_id
UNION SELECT day::date FROM generate_series(:first, CAST(:last AS timestamp), '1 day') day
      WHERE EXISTS (SELECT FROM clock WHERE kind = ANY(:limits) AND due_on = day::date
                    AND due_at > :since AND due_at <= :now)
ORDER BY 1
""")
_ALL_DAYS = text("""
SELECT min(day), max(day) FROM (
  SELECT min(due_on) AS day FROM clock UNION ALL SELECT max(due_on) FROM clock
  UNION ALL SELECT (min(dispatched_at) AT TIME ZONE 'Asia/Shanghai')::date FROM assignment
  UNION ALL SELECT (max(dispatched_at) AT TIME ZONE 'Asia/Shanghai')::date FROM assignment
  UNION ALL SELECT (max(at) AT TIME ZONE 'Asia/Shanghai')::date FROM callback_attempt) d
""")


def mark(session: Session) -> datetime | None:
    """Return up to when the summaries are right; None before they were ever made."""
    return session.exec(select(FigureMark.up_to).where(FigureMark.id == 1)).one_or_none()


def set_mark(session: Session, up_to: datetime) -> None:
    """Write up to when the summaries are right."""
    statement = insert(FigureMark).values(id=1, up_to=up_to)
    session.exec(statement.on_conflict_do_update(index_elements=["id"], set_={"up_to": up_to}))


def touched(session: Session, since: datetime, now: datetime) -> list[date]:
    """Return the days whose counts may have changed since a moment, oldest first."""
    found = session.connection().execute(_TOUCHED, {
        "since": since, "now": now, "limits": LIMITS,
        "first": shanghai_date(since) - timedelta(days=1), "last": shanghai_date(now),
    })  # fmt: skip
    return [row[0] for row in found if row[0] is not None]


def all_days(session: Session) -> tuple[date, date] | None:
    """Return the first and the last day on which there can be a case."""
    first, last = session.connection().execute(_ALL_DAYS).one()
    return (first, last) if first else None


def replace(session: Session, since: date, until: date, counts: Iterable[DayCount]) -> int:
    """Put new counts in the place of those of some days; return how many rows there are."""
    session.exec(delete(FigureDay).where(col(FigureDay.day).between(since, until)))
    rows = [_row(one) for one in counts]
    if rows:
        session.execute(insert(FigureDay), rows)
    return len(rows)


def _row(one: DayCount) -> dict[str, Any]:
    return {
        "day": one.day, "indicator": one.indicator, "unit_id": one.unit_id, "kind": one.kind,
        "n": one.raw.n, "hit": one.raw.hit, "part": one.raw.part,
        "fair_n": one.fair.n, "fair_hit": one.fair.hit, "fair_part": one.fair.part,
    }  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """Counts of an indicator, raw and adjusted."""

    raw: Count
    fair: Count


_SUMMED: tuple[Any, ...] = tuple(
    func.sum(getattr(FigureDay, name))
    for name in ("n", "hit", "part", "fair_n", "fair_hit", "fair_part")
)


def sums(
    session: Session, since: date, until: date, unit_id: int | None = None
) -> Mapping[Indicator, Sums]:
    """Return the kept counts of a period, of the district or of one unit."""
    query = _within(select(FigureDay.indicator, *_SUMMED), since, until)
    if unit_id is not None:
        query = query.where(FigureDay.unit_id == unit_id)
    found = session.execute(query.group_by(FigureDay.indicator))
    return {row[0]: _sums(row[1:]) for row in found}


def by_unit(session: Session, since: date, until: date) -> Mapping[int, Mapping[Indicator, Sums]]:
    """Return the kept counts of a period unit by unit."""
    query = _within(select(FigureDay.unit_id, FigureDay.indicator, *_SUMMED), since, until)
    found: dict[int, dict[Indicator, Sums]] = {}
    for row in session.execute(query.group_by(FigureDay.unit_id, FigureDay.indicator)):
        found.setdefault(row[0], {})[row[1]] = _sums(row[2:])
    return found


def _within(query: Any, since: date, until: date) -> Any:
    return query.where(col(FigureDay.day).between(since, until))


def _sums(values: Sequence[Any]) -> Sums:
    n, hit, part, fair_n, fair_hit, fair_part = values
    return Sums(Count(int(n), float(hit), int(part)),
                Count(int(fair_n), float(fair_hit), int(fair_part)))  # fmt: skip
