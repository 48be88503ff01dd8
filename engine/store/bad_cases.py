"""What a bulletin may tell against a unit besides lateness: unsolved, done again, returned in vain.

Facts alone, as they stood at a moment; never a text of anybody's.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from engine.store.demonstration import TOLD, demonstrating
from engine.store.figure_cases import REWORK
from engine.terms import CaseGround

LOOKED_AT = 1000
# Reports and what was asked to be kept secret are in no bulletin.
OPEN = f"t.kind <> 'report' AND NOT t.confidential AND {TOLD}"
_LEFT_OUT = """
NOT EXISTS (SELECT 1 FROM finding f WHERE f.ticket_id = t.id AND f.effective_at < :at
            AND (f.ended_at IS NULL OR f.ended_at >= :at)
            AND f.kind = 'excluded' AND f.indicator IN ({indicators}))
"""
_HAD_IT = """
SELECT unit_id, task_rows FROM assignment WHERE ticket_id = t.id AND role = 'lead'
  AND dispatched_at <= {moment} ORDER BY dispatched_at DESC, id DESC LIMIT 1
"""
# By the panel's word what was left could not be solved by law (依法办结).
_SETTLED = """
SELECT 1 FROM ticket_event e WHERE e.ticket_id = t.id AND e.event = 'settle_by_panel' AND e.at < :at
"""
# What a requester who was reached said last of a callback. A matter the panel closed by law left
# nothing to be solved.
_UNSOLVED = text(f"""
SELECT t.number, t.kind, t.accepted_at, s.task_rows, u.name AS unit, a.at AS since, a.at AS until,
       CASE WHEN again.done THEN '{CaseGround.REWORKED.value}'
            WHEN a.solved = 'not_solved' THEN '{CaseGround.UNSOLVED.value}'
            ELSE '{CaseGround.DISSATISFIED.value}' END AS ground
FROM (SELECT * FROM callback_attempt WHERE at >= :since AND at < :until AND result = 'reached'
        AND (solved = 'not_solved' OR satisfaction = 'dissatisfied')
      ORDER BY at DESC LIMIT {LOOKED_AT}) a
CROSS JOIN LATERAL (SELECT * FROM ticket WHERE id = a.ticket_id OFFSET 0) t
CROSS JOIN LATERAL ({_HAD_IT.format(moment="a.at")}) s
CROSS JOIN LATERAL (SELECT name FROM unit WHERE id = s.unit_id OFFSET 0) u
CROSS JOIN LATERAL (SELECT EXISTS (
  SELECT 1 FROM clock WHERE ticket_id = t.id AND kind = 'handling' AND started_at >= a.at
    AND started_at < :at AND certificate ->> 'rule' = :rework) AS done) again
WHERE {OPEN} AND NOT (t.panel_approved AND EXISTS ({_SETTLED}))
  AND NOT EXISTS (SELECT 1 FROM callback_attempt x WHERE x.ticket_id = t.id AND x.id > a.id
                  AND x.result = 'reached' AND x.at < :at)
  AND {_LEFT_OUT.format(indicators="'solved', 'satisfied', 'reworked'")}
ORDER BY again.done DESC, a.at DESC, a.id DESC LIMIT :most
""")
_RETURNED = text(f"""
SELECT t.number, t.kind, t.accepted_at, s.task_rows, u.name AS unit, r.requested_at AS since,
       r.ruled_at AS until, '{CaseGround.RETURN_REFUSED.value}' AS ground
FROM (SELECT * FROM return_request WHERE ruling = 'rejected'
        AND ruled_at >= :since AND ruled_at < :until
      ORDER BY ruled_at DESC LIMIT {LOOKED_AT}) r
CROSS JOIN LATERAL (SELECT * FROM ticket WHERE id = r.ticket_id OFFSET 0) t
CROSS JOIN LATERAL (SELECT task_rows FROM assignment WHERE id = r.assignment_id OFFSET 0) s
CROSS JOIN LATERAL (SELECT name FROM unit WHERE id = r.unit_id OFFSET 0) u
WHERE {OPEN} AND {_LEFT_OUT.format(indicators="'returned'")}
ORDER BY r.ruled_at DESC, r.id DESC LIMIT :most
""")


def bad_cases(
    session: Session, since: datetime, until: datetime, most: int, at: datetime
) -> list[Any]:
    """Return rows of what requesters called unsolved or bad, and of returns refused, newest first.

    What was done again stands in front. There are at most `most` of each of the two.
    """
    values = {"since": since, "until": until, "at": at, "most": most, "rework": REWORK,
              **demonstrating()}  # fmt: skip
    run = session.connection().execute
    return [row for query in (_UNSOLVED, _RETURNED) for row in run(query, values)]
