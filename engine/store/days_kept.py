"""What was taken in by day and what became of weeks (早知道), kept by the flow of the figures.

Only days and weeks that are over are kept; what comes in for one afterwards has it counted again.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from engine.rules.early_sight import History
from engine.rules.shanghai import end_of_day, shanghai_date
from engine.store.demonstration import TOLD, demonstrating

SETTLED = timedelta(hours=1)  # what was begun before midnight is committed by then
BACK, WEEKS_BACK = timedelta(days=830), 26  # nine quarters; twenty-one weeks are looked at
LATE = 64  # ids are given before commits: some way back is looked at again
_RIGHT = "EXISTS (SELECT FROM figure_mark WHERE demonstration = :demonstrating)"
_TO_COUNT = text("""
SELECT day::date FROM generate_series(:first, CAST(:last AS timestamp), '1 day') day
WHERE NOT EXISTS (SELECT FROM taken_in_day k WHERE k.day = day.day::date)
UNION SELECT (accepted_at AT TIME ZONE 'Asia/Shanghai')::date FROM ticket WHERE id > :seen
UNION SELECT (t.accepted_at AT TIME ZONE 'Asia/Shanghai')::date FROM (
        SELECT DISTINCT ticket_id FROM ticket_event WHERE at > :since
        AND event IN ('route', 'dispatch', 'redispatch', 'designate', 'uphold_return') OFFSET 0
      ) e JOIN ticket t ON t.id = e.ticket_id
""")
_FORGET = text("DELETE FROM taken_in_day WHERE day = ANY(:days)")
_COUNT = text(f"""
INSERT INTO taken_in_day (day, row, total)
SELECT d.day, 0, count(t.id) FROM unnest(CAST(:days AS date[])) d(day) LEFT JOIN ticket t
  ON t.accepted_at >= d.day::timestamp AT TIME ZONE 'Asia/Shanghai'
 AND t.accepted_at < (d.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AND {TOLD}
GROUP BY d.day
UNION ALL
SELECT d.day, cited.row::bigint, count(*) FROM unnest(CAST(:days AS date[])) d(day) JOIN ticket t
  ON t.accepted_at >= d.day::timestamp AT TIME ZONE 'Asia/Shanghai'
 AND t.accepted_at < (d.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AND {TOLD},
 jsonb_array_elements_text(t.task_rows) cited(row)
GROUP BY 1, 2
""")
_DAYS = text(f"SELECT day, row, total FROM taken_in_day WHERE day BETWEEN :first AND :last"
             f" AND {_RIGHT}")  # fmt: skip
_WEEKS = text(f"""
SELECT w.monday, u.name, w.opened, w.late FROM open_week w LEFT JOIN unit u ON u.id = w.unit_id
WHERE w.monday >= :first AND {_RIGHT}
""")
_WEEK = text(
    "INSERT INTO open_week SELECT :monday, id, :opened, :late FROM unit WHERE name = :name"
)


def taken_in(session: Session, first: date, last: date) -> dict[date, dict[int, int]]:
    """Return what is kept of days: how many tickets cited which row, all of them under row 0."""
    found: dict[date, dict[int, int]] = {}
    values = {"first": first, "last": last, **demonstrating()}
    for day, row, total in session.connection().execute(_DAYS, values):
        found.setdefault(day, {})[row] = total
    return found


def weeks(session: Session, first: date) -> dict[date, dict[str, History]]:
    """Return what is kept of weeks from a Monday on, by unit; one that had none is empty."""
    found: dict[date, dict[str, History]] = {}
    values = {"first": first, **demonstrating()}
    for monday, name, opened, late in session.connection().execute(_WEEKS, values):
        of = found.setdefault(monday, {})
        if name is not None:
            of[name] = History(opened, late)
    return found


def keep_days(session: Session, since: datetime | None, seen: int, now: datetime) -> None:
    """Count the days that are over and not kept, or for which something came in since.

    `seen` is the newest ticket that was there at `since`.
    """
    if since is None:
        session.connection().execute(text("DELETE FROM taken_in_day"))
    last = shanghai_date(now - SETTLED) - timedelta(days=1)
    values = {"first": last - BACK, "last": last, "seen": max(seen - LATE, 0),
              "since": since or end_of_day(last)}  # fmt: skip
    found = session.connection().execute(_TO_COUNT, values)
    days = [row[0] for row in found if last - BACK <= row[0] <= last]
    session.connection().execute(_FORGET, {"days": days})
    session.connection().execute(_COUNT, {"days": days, **demonstrating()})


def keep_weeks(
    session: Session, since: datetime | None, made: Mapping[date, Mapping[str, History]]
) -> None:
    """Keep what became of weeks that were counted; all that was kept goes where nothing is right.

    A week that is over stays as it was counted.
    """
    run = session.connection().execute
    if since is None:
        run(text("DELETE FROM open_week"))
    for monday, units in made.items():
        run(text("INSERT INTO open_week VALUES (:monday, 0, 0, 0)"), {"monday": monday})
        rows: list[dict[str, Any]] = [
            {"monday": monday, "name": name, "opened": one.open, "late": one.late}
            for name, one in units.items()
        ]
        if rows:
            run(_WEEK, rows)
