"""What early sight is told from (热力、趋势、重复诉求、到期预测): counts, numbers, no requester."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from engine.rules.early_sight import History
from engine.rules.shanghai import end_of_day, shanghai_date, shanghai_moment
from engine.store import days_kept
from engine.store.days_kept import SETTLED
from engine.store.demonstration import TOLD, demonstrating

WEEK = timedelta(days=7)
FRESH = timedelta(minutes=10)
# By day: what was taken in on a day that is over is counted once and remembered.
_DAY = text(f"""
SELECT NULL::int AS row, count(*) FROM ticket t
WHERE t.accepted_at >= :since AND t.accepted_at < :until AND {TOLD}
UNION ALL
SELECT cited.row::int, count(*) FROM ticket t, jsonb_array_elements_text(t.task_rows) cited(row)
WHERE t.accepted_at >= :since AND t.accepted_at < :until AND {TOLD} GROUP BY 1
""")
SEEN, LATE = "newest ticket seen", 64
_NEWEST = text("SELECT max(id), NULL FROM ticket")
_LATE = text("""
SELECT max(id), array_agg(DISTINCT (accepted_at AT TIME ZONE 'Asia/Shanghai')::date)
                FILTER (WHERE accepted_at < :today)
FROM ticket WHERE id > :seen
""")
_REPEATED = text(f"""
SELECT count(*), array_agg(t.number ORDER BY t.id DESC) FROM ticket t
CROSS JOIN LATERAL (SELECT phone_mark FROM requester WHERE ticket_id = t.id OFFSET 0) q
WHERE t.accepted_at > :since AND t.kind <> 'report' AND NOT t.confidential
  AND q.phone_mark IS NOT NULL AND {TOLD}
GROUP BY q.phone_mark HAVING count(*) >= :least ORDER BY 1 DESC, max(t.id) DESC LIMIT 15
""")
_DUE = text(f"""
SELECT u.name, count(*) FROM clock c JOIN unit u ON u.id = c.unit_id
CROSS JOIN LATERAL (SELECT demonstration FROM ticket WHERE id = c.ticket_id OFFSET 0) t
WHERE {TOLD} AND c.state = 'running' AND c.kind = 'handling' AND c.due_at > :now
  AND c.due_at <= :until
GROUP BY u.name
""")
_WEEK = text(f"""
SELECT u.name, count(*), count(*) FILTER (WHERE c.stopped_at IS NULL OR c.stopped_at >= c.due_at)
FROM clock c JOIN unit u ON u.id = c.unit_id
CROSS JOIN LATERAL (SELECT demonstration FROM ticket WHERE id = c.ticket_id OFFSET 0) t
WHERE {TOLD} AND c.kind = 'handling' AND c.due_on BETWEEN :first AND :last
  AND c.started_at <= :monday AND (c.stopped_at IS NULL OR c.stopped_at > :monday)
GROUP BY u.name
""")
# As many of each day, so that a busy time is not cut shorter than a quiet one beside it.
_TITLES = text(f"""
SELECT t.title, d.day >= :middle
FROM generate_series(:first, CAST(:last AS timestamp), '1 day') d(day)
CROSS JOIN LATERAL (
  SELECT t.title FROM ticket t
  WHERE t.accepted_at >= d.day AT TIME ZONE 'Asia/Shanghai'
    AND t.accepted_at < (d.day + interval '1 day') AT TIME ZONE 'Asia/Shanghai'
    AND t.accepted_at <= :now AND t.kind <> 'report' AND NOT t.confidential AND {TOLD}
  ORDER BY t.accepted_at DESC, t.id DESC LIMIT :most
) t
""")


@dataclass(frozen=True)
class Repeated:
    """Somebody who came again and again: how often, and the numbers of the tickets."""

    times: int
    numbers: Sequence[str]


@dataclass(frozen=True)
class Day:
    """What was taken in on a day: how many tickets, and how many cited which row of the list."""

    total: int
    rows: Mapping[int, int]


def days_taken_in(session: Session, now: datetime, days: int) -> list[Day]:
    """Return what was taken in on the last days, today first."""
    today = shanghai_date(now)
    return _days(session, today - timedelta(days=days - 1), today, now)[::-1]


def taken_in_on(session: Session, since: date, until: date, now: datetime) -> list[Day]:
    """Return what was taken in on each day of a period that has begun, oldest first."""
    return _days(session, since, min(until, shanghai_date(now)), now)


def _days(session: Session, first: date, last: date, now: datetime) -> list[Day]:
    """Return days as they are kept; those that are not, today with them, are counted."""
    _forget_late(session, shanghai_date(now))
    kept = days_kept.taken_in(session, first, last)
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [_of_rows(kept[day]) if day in kept else _day(session, day, now) for day in span]


def _of_rows(found: Mapping[int, int]) -> Day:
    return Day(found.get(0, 0), {row: count for row, count in found.items() if row})


def _forget_late(session: Session, today: date) -> None:
    """Forget the days that a ticket came in for afterwards: it was received then, written now.

    Ids are given before commits: some way back is looked at again for what was committed late.
    """
    remembered: dict[object, Any] = session.info["database"].remembered
    seen: int = remembered.get(SEEN, 0)
    values = {"seen": max(seen - LATE, 0), "today": end_of_day(today - timedelta(days=1))}
    newest, days = session.connection().execute(_LATE if seen else _NEWEST, values).one()
    remembered[SEEN] = newest or seen
    for day in days or ():
        remembered.pop(("taken in", day), None)


def _day(session: Session, day: date, now: datetime) -> Day:
    remembered: dict[object, Day] = session.info["database"].remembered
    key = ("taken in", day)
    if key in remembered:
        return remembered[key]
    ends = end_of_day(day)
    values = {"since": end_of_day(day - timedelta(days=1)), "until": ends, **demonstrating()}
    found: dict[int | None, int] = {}
    for row, count in session.connection().execute(_DAY, values):
        found[row] = count
    total = found.pop(None, 0)
    made = Day(total, {row: count for row, count in found.items() if row is not None})
    if now >= ends + SETTLED:
        remembered[key] = made
    return made


def heat(session: Session, now: datetime, weeks: int) -> dict[tuple[int, int], int]:
    """Return how many tickets cited a row of the list, by row and by weeks ago."""
    found: Counter[tuple[int, int]] = Counter()
    for ago, day in enumerate(days_taken_in(session, now, 7 * weeks)):
        found.update({(row, ago // 7): count for row, count in day.rows.items()})
    return dict(found)


def taken_in(session: Session, now: datetime, weeks: int) -> list[int]:
    """Return how many tickets were taken in, the oldest week first."""
    totals = [0] * weeks
    for ago, day in enumerate(days_taken_in(session, now, 7 * weeks)):
        totals[weeks - 1 - ago // 7] += day.total
    return totals


def repeated(session: Session, since: datetime, least: int) -> list[Repeated]:
    """Return who came again at least so often since a moment; reports are left out.

    Looked up once in ten minutes; numbers of tickets are kept meanwhile, nobody's telephone.
    """
    remembered: dict[object, list[Repeated]] = session.info["database"].remembered
    span = int(since.timestamp() // FRESH.total_seconds())
    key = ("repeated", least)
    told = remembered.get((*key, span))
    if told is None:
        values = {"since": since, "least": least, **demonstrating()}
        told = [Repeated(*row) for row in session.connection().execute(_REPEATED, values)]
        remembered.pop((*key, span - 1), None)
        remembered[*key, span] = told
    return told


def due_by_unit(session: Session, now: datetime, until: datetime) -> dict[str, int]:
    """Return how many answers fall due until a moment, by unit."""
    found = session.connection().execute(_DUE, {"now": now, "until": until, **demonstrating()})
    return {row[0]: row[1] for row in found}


def weeks_by_unit(session: Session, now: datetime, weeks: int) -> list[dict[str, History]]:
    """Return what became of answers open on a Monday and due in its week, the newest week first.

    Only weeks that are over count. A week that is over is kept: what it counts stays.
    """
    today = shanghai_date(now)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=ago) for ago in range(1, weeks + 1)]
    kept = days_kept.weeks(session, mondays[-1])
    return [kept[one] if one in kept else _week(session, one) for one in mondays]


def keep(session: Session, since: datetime | None, seen: int, now: datetime) -> None:
    """Keep what days and weeks that are over come to; see `engine.store.days_kept`."""
    days_kept.keep_days(session, since, seen, now)
    today = shanghai_date(now - SETTLED)
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=ago) for ago in range(1, days_kept.WEEKS_BACK + 1)]
    kept = days_kept.weeks(session, mondays[-1]) if since is not None else {}
    missing = {one: _counted_week(session, one) for one in mondays if one not in kept}
    days_kept.keep_weeks(session, since, missing)


def _week(session: Session, monday: date) -> dict[str, History]:
    remembered: dict[object, dict[str, History]] = session.info["database"].remembered
    key = ("early sight", monday)
    if key not in remembered:
        remembered[key] = _counted_week(session, monday)
    return remembered[key]


def _counted_week(session: Session, monday: date) -> dict[str, History]:
    values = {"first": monday, "last": monday + timedelta(days=6),
              "monday": shanghai_moment(monday, time(0)), **demonstrating()}  # fmt: skip
    found = session.connection().execute(_WEEK, values)
    return {name: History(opened, late) for name, opened, late in found}


def titles(
    session: Session, now: datetime, days: tuple[int, int], most: int
) -> tuple[list[str], list[str]]:
    """Return titles of the last days and of the days before those, no confidential ones.

    `days` are how many lately and how many before. Of each day there are the newest, `most` of
    them at most.
    """
    today = shanghai_date(now)
    middle = today - timedelta(days=days[0] - 1)
    values = {"first": middle - timedelta(days=days[1]), "middle": middle, "last": today,
              "now": now, "most": most, **demonstrating()}  # fmt: skip
    found = session.connection().execute(_TITLES, values).all()
    return [title for title, late in found if late], [title for title, late in found if not late]
