"""Typical cases (典型案例) proposed for a bulletin: facts alone, never a text of anybody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from engine.rules.shanghai import end_of_day
from engine.store.bad_cases import LOOKED_AT, OPEN, bad_cases
from engine.store.clock_past import OF_CLOCK, SAID_THEN
from engine.store.demonstration import demonstrating
from engine.store.figure_cases import ANSWERED, REWORK
from engine.terms import CaseGround, Indicator, TicketKind

AROUND = timedelta(days=21)  # what is answered and closed in a period was due by then
EACH_DAY = 40
MOST_BROUGHT_FORWARD = 31  # days by which a supervisor's decision makes a limit earlier, at most
# The quickest of the answers due on each day, looked up one after the other. A day's are read from
# an index that has them by how long they took, however many there were; the limits stand in the
# text because a plan made for any limit would sort the whole day.
_GOOD = text(f"""
SELECT t.number, t.kind, t.accepted_at, a.task_rows, u.name AS unit, c.started_at AS since,
       c.stopped_at AS until
FROM (SELECT q.* FROM generate_series(:first, CAST(:last AS timestamp), '1 day') d(day)
      CROSS JOIN LATERAL (
        SELECT id, ticket_id, assignment_id, started_at, stopped_at,
               stopped_at - started_at AS took FROM clock
        WHERE kind = 'handling' AND due_on = d.day::date AND stopped_at < due_at
          AND stopped_at >= :since AND stopped_at < :until
        ORDER BY stopped_at - started_at, ticket_id LIMIT {EACH_DAY}) q
      ORDER BY q.took, q.ticket_id LIMIT {LOOKED_AT}) c
CROSS JOIN LATERAL (SELECT * FROM ticket WHERE id = c.ticket_id OFFSET 0) t
CROSS JOIN LATERAL (SELECT * FROM assignment WHERE id = c.assignment_id OFFSET 0) a
CROSS JOIN LATERAL (SELECT name FROM unit WHERE id = a.unit_id OFFSET 0) u
CROSS JOIN LATERAL (SELECT solved, satisfaction FROM callback WHERE ticket_id = t.id
                    ORDER BY id DESC LIMIT 1) b
WHERE {OPEN} AND t.closed_at >= :since AND t.closed_at < :until AND t.status = 'closed'
  AND t.reworks = 0 AND t.returns = 0 AND b.solved = 'solved' AND b.satisfaction = 'satisfied'
  AND NOT EXISTS (SELECT 1 FROM clock x WHERE x.ticket_id = c.ticket_id AND x.kind = 'handling'
                  AND x.id < c.id)
ORDER BY c.took, c.ticket_id LIMIT :most
""")
# Excused, or left out of the figures by two persons: no example of lateness any more.
_TAKEN_BACK = """
SELECT 1 FROM finding f LEFT JOIN breach x ON x.id = f.breach_id
WHERE f.ticket_id = {ticket} AND f.effective_at < :at AND (f.ended_at IS NULL OR f.ended_at >= :at)
  AND (f.kind = 'excused' AND x.kind = 'handling'
       OR f.kind = 'excluded' AND f.indicator IN ('answered_on_time', 'breached'))
"""
# Late answers and what is not answered yet, by what each clock said then: one that was changed
# since need not have its breach where it was missed. What ended in another way (改派、撤回) was not
# answered, and a rework has a limit of its own: a bulletin has no true sentence for either.
_BAD = text(f"""
SELECT t.number, t.kind, t.accepted_at, a.task_rows, u.name AS unit, b.due_at AS since,
       b.stopped_at AS until
FROM (SELECT x.*, COALESCE(x.stopped_at, :at) - x.due_at AS late
      FROM (SELECT clock_id AS id FROM breach
            WHERE kind = 'handling' AND true_at > :since AND true_at <= :until
            UNION SELECT id FROM clock WHERE :past AND kind = 'handling' AND past <> '[]'
                                         AND due_on > CAST(:first AS date) - {MOST_BROUGHT_FORWARD}
           ) missed
      CROSS JOIN LATERAL (
        SELECT c.ticket_id, c.assignment_id, c.started_at, c.certificate ->> 'rule' AS rule,
        {SAID_THEN} FROM (SELECT * FROM clock WHERE id = missed.id OFFSET 0) c {OF_CLOCK}) x
      WHERE x.started_at < :at AND x.due_at > :since AND x.due_at <= :until AND x.certain
        AND x.rule <> :rework AND (x.stopped_at IS NULL
                                   OR x.stopped_at >= x.due_at AND x.stop_reason = :answered)
      ORDER BY late DESC, x.ticket_id LIMIT {LOOKED_AT}) b
CROSS JOIN LATERAL (SELECT * FROM ticket WHERE id = b.ticket_id OFFSET 0) t
CROSS JOIN LATERAL (SELECT * FROM assignment WHERE id = b.assignment_id OFFSET 0) a
CROSS JOIN LATERAL (SELECT name FROM unit WHERE id = a.unit_id OFFSET 0) u
WHERE {OPEN}
  AND NOT EXISTS ({_TAKEN_BACK.format(ticket="t.id")})
ORDER BY b.late DESC, t.id LIMIT :most
""")


@dataclass(frozen=True)
class TypicalCase:
    """A case that may be told: of which kind, by which unit, over which days, on which ground.

    It stood so at a moment `at`; `until` is None where it was not answered by then. `rows` are
    those of the task list it cites.
    """

    number: str
    kind: TicketKind
    unit: str
    since: datetime
    until: datetime | None
    ground: CaseGround
    at: datetime
    accepted_at: datetime
    rows: tuple[int, ...] = ()

    @property
    def good(self) -> bool:
        """Return whether it is told in a unit's favour."""
        return self.ground is CaseGround.PLEASED


def typical_cases(
    session: Session, days: tuple[date, date], most: int, at: datetime, *, past: bool
) -> list[TypicalCase]:
    """Return the cases proposed for a period: the quickest that pleased, the latest answers.

    And what requesters called unsolved or bad, what was done again for it, returns in vain. They
    are told as they stood at a moment; what came later is not looked at. `past` is whether anything
    may have come: then changed clocks are looked at too.

    There are at most `most` of each; a ticket may be told on several grounds, the first of these
    before the others.
    """
    since, until = days
    values: dict[str, Any] = {"since": end_of_day(since - timedelta(days=1)), "at": at,
            "until": min(end_of_day(until), at), "first": since, "last": until + AROUND,
            "most": most, "rework": REWORK, "answered": ANSWERED, "past": past,
            **demonstrating()}  # fmt: skip
    run = session.connection().execute
    usual = ((_GOOD, CaseGround.PLEASED), (_BAD, CaseGround.LATE))
    found = [_case(row, ground, at) for query, ground in usual for row in run(query, values)]
    worse = bad_cases(session, values["since"], values["until"], most, at)
    return found + [_case(row, CaseGround.parse(row.ground), at) for row in worse]


def _case(row: Any, ground: CaseGround, at: datetime) -> TypicalCase:
    kind = TicketKind.parse(row.kind)
    return TypicalCase(row.number, kind, row.unit, row.since, row.until, ground, at,
                       row.accepted_at, tuple(row.task_rows or ()))  # fmt: skip


# What was left out of these figures by two persons tells of its ground no more.
_CALLED_BACK = (Indicator.SOLVED, Indicator.SATISFIED, Indicator.REWORKED)
RESTS_ON = {
    CaseGround.LATE: (Indicator.ANSWERED_ON_TIME, Indicator.BREACHED),
    CaseGround.PLEASED: (Indicator.ANSWERED_ON_TIME, Indicator.BREACHED, *_CALLED_BACK),
    CaseGround.UNSOLVED: _CALLED_BACK, CaseGround.DISSATISFIED: _CALLED_BACK,
    CaseGround.REWORKED: _CALLED_BACK, CaseGround.RETURN_REFUSED: (Indicator.RETURNED,),
}  # fmt: skip


def taken_back(session: Session, cases: Mapping[str, CaseGround], at: datetime) -> list[str]:
    """Return which of those tickets may not be told on their ground any more at a moment.

    An excused or withdrawn breach takes lateness away, and nothing else that is told of a ticket.
    """
    found: list[str] = []
    for ground in dict.fromkeys(cases.values()):
        numbers = [number for number, told in cases.items() if told is ground]
        values = {"numbers": numbers, "at": at, "late": ground is CaseGround.LATE,
                  "indicators": [one.value for one in RESTS_ON[ground]]}  # fmt: skip
        found += [row.number for row in session.connection().execute(_GONE, values)]
    return sorted(found)


_GONE = text("""
SELECT number FROM ticket t WHERE number = ANY(:numbers)
  AND (EXISTS (SELECT 1 FROM finding f LEFT JOIN breach x ON x.id = f.breach_id
               WHERE f.ticket_id = t.id AND f.effective_at < :at
                 AND (f.ended_at IS NULL OR f.ended_at >= :at)
                 AND (f.kind = 'excluded' AND f.indicator = ANY(:indicators)
                      OR :late AND f.kind = 'excused' AND x.kind = 'handling'))
       OR :late AND EXISTS (SELECT 1 FROM breach WHERE ticket_id = t.id AND kind = 'handling'
                            AND judgement = 'withdrawn' AND judged_at < :at))
""")
