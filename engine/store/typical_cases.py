"""Typical cases (典型案例) proposed for a bulletin: facts alone, never a text of anybody's."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from engine.rules.shanghai import end_of_day
from engine.terms import TicketKind

MOST = 10
# Reports and what was asked to be kept secret are in no bulletin.
_OPEN = "t.kind <> 'report' AND NOT t.confidential AND NOT t.demonstration"
_GOOD = text(f"""
SELECT t.number, t.kind, u.name AS unit, c.started_at AS since, c.stopped_at AS until
FROM ticket t JOIN unit u ON u.id = t.lead_unit_id
JOIN LATERAL (SELECT * FROM clock c WHERE c.ticket_id = t.id AND c.kind = 'handling'
              ORDER BY c.id LIMIT 1) c ON true
JOIN LATERAL (SELECT * FROM callback b WHERE b.ticket_id = t.id ORDER BY b.id DESC LIMIT 1) b
  ON true
WHERE {_OPEN} AND t.closed_at >= :since AND t.closed_at < :until AND t.status = 'closed'
  AND t.reworks = 0 AND t.returns = 0 AND b.solved = 'solved' AND b.satisfaction = 'satisfied'
  AND c.stopped_at < c.due_at
ORDER BY c.stopped_at - c.started_at, t.id LIMIT :most
""")
_BAD = text(f"""
SELECT t.number, t.kind, u.name AS unit, b.true_at AS since, c.stopped_at AS until
FROM breach b JOIN ticket t ON t.id = b.ticket_id JOIN unit u ON u.id = b.unit_id
JOIN clock c ON c.id = b.clock_id
WHERE {_OPEN} AND b.kind = 'handling' AND b.true_at > :since AND b.true_at <= :until
  AND b.judgement <> 'excused'
ORDER BY COALESCE(c.stopped_at, :until) - b.true_at DESC, t.id LIMIT :most
""")


@dataclass(frozen=True)
class TypicalCase:
    """A case that may be told: of which kind, by which unit, over which days; `good` or not."""

    number: str
    kind: TicketKind
    unit: str
    since: datetime
    until: datetime | None
    good: bool


def typical_cases(session: Session, since: date, until: date) -> list[TypicalCase]:
    """Return the cases proposed for a period: the quickest that pleased, the latest answers."""
    days = {"since": end_of_day(since - timedelta(days=1)), "until": end_of_day(until),
            "most": MOST}  # fmt: skip
    run = session.connection().execute
    return [
        TypicalCase(row.number, TicketKind.parse(row.kind), row.unit, row.since, row.until, good)
        for query, good in ((_GOOD, True), (_BAD, False)) for row in run(query, days)
    ]  # fmt: skip
