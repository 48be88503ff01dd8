"""The kept summaries of the indicators by day and month: what to count again, written, read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select

from engine.models import FigureDay, FigureMark, FigureMonth, Ticket
from engine.rules.indicators import Count
from engine.rules.shanghai import shanghai_date
from engine.store.demonstration import demonstrating
from engine.store.figure_cases import LIMITS, AskedCases, keep_counted
from engine.terms import Indicator

LATELY = timedelta(minutes=10)  # kept every two
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
_COUNTS = "n, hit, part, fair_n, fair_hit, fair_part"
_ADDED = ", ".join(f"sum({name})" for name in _COUNTS.split(", "))
_ADDED_UP = text(f"""
INSERT INTO figure_month (month, indicator, unit_id, {_COUNTS})
SELECT :month, indicator, unit_id, {_ADDED}
FROM figure_day WHERE day >= :month AND day < :after GROUP BY indicator, unit_id
""")


def mark(session: Session) -> datetime | None:
    """Return up to when the summaries are right; None before they were ever made.

    Those with demonstration tickets are not right where such do not count, nor the other way round.
    """
    query = select(FigureMark.up_to).where(FigureMark.id == 1, _of_this_kind())
    return session.exec(query).one_or_none()


def _of_this_kind() -> Any:
    return col(FigureMark.demonstration).is_(demonstrating()["demonstrating"])


def kept_lately(session: Session, now: datetime) -> datetime | None:
    """Return up to when the summaries are right, if lately: a page then counts nothing itself.

    None where they were never made, or where the flow that keeps them stands still.
    """
    at = mark(session)
    return at if at is not None and now - at <= LATELY else None


def seen(session: Session) -> int:
    """Return the newest ticket there was when the summaries were made."""
    return session.exec(select(FigureMark.seen).where(FigureMark.id == 1)).one_or_none() or 0


def set_mark(session: Session, up_to: datetime) -> None:
    """Write up to when the summaries are right, and which ticket is the newest."""
    newest = session.exec(select(func.coalesce(func.max(Ticket.id), 0))).one()
    marked = {"up_to": up_to, "demonstration": demonstrating()["demonstrating"], "seen": newest}
    statement = insert(FigureMark).values(id=1, **marked)
    session.exec(statement.on_conflict_do_update(index_elements=["id"], set_=marked))


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


def count_again(session: Session, asked: AskedCases) -> None:
    """Put new counts in the place of those of some days."""
    session.exec(delete(FigureDay).where(col(FigureDay.day).between(asked.since, asked.until)))
    keep_counted(session, asked)


def add_up(session: Session, days: Iterable[date]) -> None:
    """Make the sums of the months anew that some days lie in."""
    for month in sorted({one.replace(day=1) for one in days}):
        session.exec(delete(FigureMonth).where(col(FigureMonth.month) == month))
        session.connection().execute(_ADDED_UP, {"month": month, "after": _next_month(month)})


@dataclass(frozen=True)
class Sums:
    """Counts of an indicator, raw and adjusted."""

    raw: Count
    fair: Count


_RIGHT = "EXISTS (SELECT FROM figure_mark WHERE demonstration = :demonstrating)"
# A period's whole months by month, its other days by day.
_KEPT = f"""(
  SELECT indicator, unit_id, {_COUNTS} FROM figure_day
  WHERE day BETWEEN :since AND :until AND (day < :first OR day >= :after)
  UNION ALL SELECT indicator, unit_id, {_COUNTS} FROM figure_month
  WHERE month >= :first AND month < :after
) kept"""
_SUMS = text(f"SELECT indicator, {_ADDED} FROM {_KEPT} WHERE {_RIGHT} GROUP BY indicator")
_BY_UNIT = f"SELECT unit_id, indicator, {_ADDED} FROM {_KEPT} WHERE {_RIGHT}"
_OF_ALL = text(f"{_BY_UNIT} GROUP BY unit_id, indicator")
_OF_ONE = text(f"{_BY_UNIT} AND indicator = :only GROUP BY unit_id, indicator")
_MONTHS = text(f"""
SELECT month, unit_id, indicator, {_ADDED} FROM figure_month
WHERE month >= :first AND month < :after AND {_RIGHT}
GROUP BY GROUPING SETS ((unit_id, indicator), (month, indicator))
""")
BySums = Mapping[Indicator, Sums]


def sums(session: Session, since: date, until: date) -> BySums:
    """Return the kept counts of a period of the whole district."""
    found = session.connection().execute(_SUMS, _values(since, until))
    return {Indicator.parse(row[0]): _sums(row[1:]) for row in found}


def by_unit(
    session: Session, since: date, until: date, only: Indicator | None = None
) -> Mapping[int, BySums]:
    """Return the kept counts of a period unit by unit, of all indicators or of one."""
    query, values = (_OF_ONE, {"only": only.value}) if only else (_OF_ALL, {})
    found: dict[int, dict[Indicator, Sums]] = {}
    for row in session.connection().execute(query, _values(since, until) | values):
        found.setdefault(row[0], {})[Indicator.parse(row[1])] = _sums(row[2:])
    return found


def by_month(
    session: Session, since: date, until: date
) -> tuple[Mapping[int, BySums], Mapping[date, BySums]]:
    """Return the kept counts of whole months together by unit, and by month: read at once."""
    units: dict[int, dict[Indicator, Sums]] = {}
    months: dict[date, dict[Indicator, Sums]] = {}
    for row in session.connection().execute(_MONTHS, _values(since, until)):
        month, unit, indicator = row[0], row[1], Indicator.parse(row[2])
        of = units.setdefault(unit, {}) if month is None else months.setdefault(month, {})
        of[indicator] = _sums(row[3:])
    return units, months


def _values(since: date, until: date) -> dict[str, Any]:
    first, after = whole_months(since, until)
    return {"since": since, "until": until, "first": first, "after": after, **demonstrating()}


def whole_months(since: date, until: date) -> tuple[date, date]:
    """Return the first days of the first whole month of a period and of the one after the last.

    They are the same where it has no whole month.
    """
    first = since if since.day == 1 else _next_month(since)
    after = (until + timedelta(days=1)).replace(day=1)
    return first, max(first, after)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _sums(values: Sequence[Any]) -> Sums:
    n, hit, part, fair_n, fair_hit, fair_part = values
    return Sums(Count(int(n), float(hit), int(part)),
                Count(int(fair_n), float(fair_hit), int(fair_part)))  # fmt: skip
