"""What each unit owed and did in a period, counted from handling clocks that fell due in it.

Days are kept as summaries (`UnitDay`) by the same flow as the indicators. While that flow runs a
look adds them up and says since when they are; where it stands still, what may have changed since
is counted anew.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session, col, delete, func, select

from engine.models import Unit, UnitDay
from engine.rules.ranking import UnitFigures
from engine.store.demonstration import TOLD, demonstrating
from engine.store.figure_cases import CLOSED, REWORK, SENT_BACK
from engine.store.figure_days import kept_lately, mark, touched

OVERLAP = timedelta(minutes=10)  # what a slow transaction wrote is committed by then
COUNTS = ("due", "in_time", "excused", "left_out", "left_out_good", "deemed_signed", "returned",
          "reworked")  # fmt: skip
# A matter counts once its limit is over, answered early or not at all, as the indicator's do; one
# that was returned, or handed to another unit before its limit, is not the first one's. Whatever
# became of a ticket since, a return, a rework and a missed signature are those of the unit that
# returned, whose answer was done again, that did not sign. OFFSET 0 keeps each join a look-up for
# each clock.
_COUNTED = text(f"""
WITH c AS (
  SELECT c.due_on AS day, c.unit_id, c.stopped_at < c.due_at AS good, b.judgement,
         (c.due_status = 'confirmed' OR c.stopped_at < c.due_at)
           AND NOT COALESCE(c.stopped_at < c.due_at AND c.stop_reason = :sent_back, false)
           AND (a.ended_at IS NULL OR a.ended_at >= c.due_at OR a.end_reason = :closed) AS owed,
         EXISTS (SELECT 1 FROM (SELECT * FROM finding WHERE ticket_id = c.ticket_id OFFSET 0) f
                 WHERE kind = 'excluded' AND state = 'in_force'
                 AND (unit_id IS NULL OR unit_id = c.unit_id)
                 AND indicator IN ('answered_on_time', 'breached')) AS left_out,
         a.deemed_signed AND EXISTS (
           SELECT 1 FROM (SELECT * FROM clock WHERE assignment_id = c.assignment_id OFFSET 0) s
           JOIN breach x ON x.clock_id = s.id WHERE s.kind = 'sign_for') AS deemed,
         t.returns > 0 AND EXISTS (SELECT 1 FROM return_request r WHERE r.ticket_id = c.ticket_id
                                   AND r.assignment_id = c.assignment_id) AS returned,
         t.reworks > 0 AND EXISTS (
           SELECT 1 FROM (SELECT * FROM ticket_event WHERE ticket_id = c.ticket_id OFFSET 0) e
           WHERE e.event = 'order_rework' AND e.at >= a.dispatched_at
             AND (a.ended_at IS NULL OR e.at < a.ended_at)) AS reworked
  FROM clock c
  CROSS JOIN LATERAL (SELECT deemed_signed, dispatched_at, ended_at, end_reason FROM assignment
                      WHERE id = c.assignment_id OFFSET 0) a
  CROSS JOIN LATERAL (SELECT returns, reworks, demonstration FROM ticket
                      WHERE id = c.ticket_id OFFSET 0) t
  LEFT JOIN LATERAL (SELECT judgement FROM breach WHERE clock_id = c.id OFFSET 0) b ON true
  WHERE c.kind = 'handling' AND c.due_on = ANY(:days) AND c.state <> 'superseded'
    AND c.due_at <= :now AND c.certificate ->> 'rule' <> :rework AND c.unit_id IS NOT NULL
    AND {TOLD}
)
SELECT day, unit_id, count(*) FILTER (WHERE owed) AS due,
       count(*) FILTER (WHERE owed AND good) AS in_time,
       count(*) FILTER (WHERE owed AND good IS NOT TRUE AND judgement = 'excused') AS excused,
       count(*) FILTER (WHERE owed AND left_out) AS left_out,
       count(*) FILTER (WHERE owed AND left_out AND (good OR judgement = 'excused'))
         AS left_out_good,
       count(*) FILTER (WHERE deemed) AS deemed_signed,
       count(*) FILTER (WHERE returned) AS returned,
       count(*) FILTER (WHERE reworked) AS reworked
FROM c GROUP BY day, unit_id
HAVING count(*) FILTER (WHERE owed OR deemed OR returned OR reworked) > 0
""")
_KEEP = text(f"INSERT INTO unit_day (day, unit_id, {', '.join(COUNTS)}) {_COUNTED.text}")


def keep_days(session: Session, days: Sequence[date], now: datetime) -> None:
    """Put what units owed on some days, as it stands now, in the place of what was kept."""
    session.exec(delete(UnitDay).where(col(UnitDay.day).in_(days)))
    session.connection().execute(_KEEP, _values(days, now))


def _count(session: Session, days: Sequence[date], now: datetime) -> Sequence[Row[Any]]:
    return session.connection().execute(_COUNTED, _values(days, now)).all()


def _values(days: Sequence[date], now: datetime) -> dict[str, Any]:
    return {
        "days": list(days),
        "now": now,
        "rework": REWORK,
        "closed": CLOSED,
        "sent_back": SENT_BACK,
        **demonstrating(),
    }


def unit_figures(session: Session, since: date, until: date, now: datetime) -> list[UnitFigures]:
    """Return the figures of every unit with a matter due in the period, in registry order.

    They are as of `kept_lately`, or as of now where nothing was kept lately.
    """
    if kept_lately(session, now) is not None:
        return _together(session, list(_kept(session, since, until, set())))
    kept = mark(session)
    span = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    if kept is None:
        return _together(session, _count(session, span, now))
    anew = set(touched(session, kept - OVERLAP, now)) & set(span)
    live = _count(session, sorted(anew), now) if anew else ()
    return _together(session, [*_kept(session, since, until, anew), *live])


def _kept(session: Session, since: date, until: date, without: set[date]) -> Iterator[Any]:
    columns: list[Any] = [UnitDay.unit_id]
    columns += [func.sum(getattr(UnitDay, name)).label(name) for name in COUNTS]
    query = select(*columns).where(
        col(UnitDay.day).between(since, until), col(UnitDay.day).not_in(without)
    )
    yield from session.execute(query.group_by(col(UnitDay.unit_id)))


def _together(session: Session, rows: Sequence[Any]) -> list[UnitFigures]:
    sums: dict[int, dict[str, int]] = {}
    for row in rows:
        mine = sums.setdefault(row.unit_id, dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            mine[name] += int(getattr(row, name))
    units = session.exec(select(Unit).where(col(Unit.id).in_(sums)).order_by(col(Unit.id)))
    return [_figures(one.name, sums[one.id]) for one in units]


def _figures(name: str, found: dict[str, Any]) -> UnitFigures:
    return UnitFigures(name, **found)
