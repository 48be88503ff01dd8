"""What people did with past tickets (推演用), without who brought them or what they said."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import text
from sqlmodel import Session

from engine.rules.rehearsal import Life
from engine.rules.shanghai import end_of_day
from engine.store.demonstration import TOLD, demonstrating
from engine.terms import AnswerOutcome, Satisfaction, TicketKind, Urgency

_LIVES = text(f"""
SELECT t.number, t.kind, t.urgency, u.name AS unit, t.accepted_at, a.dispatched_at,
       CASE WHEN NOT a.deemed_signed THEN a.signed_at END AS signed_at, a.contacted_at,
       w.answered_at, CASE WHEN w.review = 'approved' THEN w.reviewed_at END AS approved_at,
       b.done_at AS called_at, w.outcome, b.solved, b.satisfaction
FROM ticket t
JOIN LATERAL (SELECT * FROM assignment a WHERE a.ticket_id = t.id AND a.role = 'lead'
              ORDER BY a.id DESC LIMIT 1) a ON true
JOIN unit u ON u.id = a.unit_id
LEFT JOIN LATERAL (SELECT * FROM answer w WHERE w.ticket_id = t.id AND w.assignment_id = a.id
                   ORDER BY w.id LIMIT 1) w ON true
LEFT JOIN LATERAL (SELECT * FROM callback b WHERE b.ticket_id = t.id ORDER BY b.id LIMIT 1) b
  ON true
WHERE t.accepted_at >= :since AND t.accepted_at < :until AND {TOLD} ORDER BY t.id
""")

_TURNS = text(f"""
SELECT count(*) FROM ticket t
WHERE t.accepted_at >= :since AND t.accepted_at < :until AND {TOLD}
  AND EXISTS (SELECT 1 FROM assignment a WHERE a.ticket_id = t.id)
  AND (t.returns > 0 OR t.reworks > 0 OR EXISTS (
    SELECT 1 FROM ticket_event e WHERE e.ticket_id = t.id
    AND e.event IN ('grant_extension', 'pause', 'redispatch', 'send_back')))
""")


def recorded_lives(session: Session, since: date, until: date) -> Iterator[Life]:
    """Yield the lives of the tickets taken in on some days, as their last unit led them."""
    days = {"since": end_of_day(since - timedelta(days=1)), "until": end_of_day(until),
            **demonstrating()}  # fmt: skip
    for row in session.connection().execute(_LIVES, days):
        fields = dict(row._mapping)
        for name, kind in (("outcome", AnswerOutcome), ("solved", AnswerOutcome),
                           ("satisfaction", Satisfaction)):  # fmt: skip
            fields[name] = kind.parse(fields[name]) if fields[name] else None
        kinds = {"kind": TicketKind.parse(fields["kind"]),
                 "urgency": Urgency.parse(fields["urgency"])}  # fmt: skip
        yield Life(**{**fields, **kinds})


def not_replayed(session: Session, since: date, until: date) -> int:
    """Return how many of those tickets had turns a rehearsal leaves out: it counts without them."""
    days = {"since": end_of_day(since - timedelta(days=1)), "until": end_of_day(until),
            **demonstrating()}  # fmt: skip
    return int(session.connection().execute(_TURNS, days).scalar_one())
