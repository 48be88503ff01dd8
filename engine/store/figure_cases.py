"""The cases behind every indicator (指标口径), counted by one query as they stood at a moment.

What was known at `at` is read from what is written once: a stop, an attempt or a finding after `at`
has not happened, and a clock that was changed later says what it said then (`Clock.past`).
A case with a limit counts once its limit is over, done early or not at all: else a running period
would count what was answered early and leave out what is still open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from engine.rules.indicators import Count
from engine.rules.shanghai import end_of_day
from engine.store.clock_past import OF_CLOCK, SAID_THEN
from engine.store.demonstration import TOLD, demonstrating
from engine.terms import CallbackState, ClockKind, Indicator

AGAIN = "重新计时"  # why a callback's clock stopped that starts anew once the unit has worked again
WAITS, EVALUATED = "待诉求人评价", "诉求人已评价"  # the requester is asked first by link
# With this reason an assignment ends when nothing was taken from its unit. What is taken from it
# after a limit was over (改派、撤回) leaves that limit missed.
CLOSED = "办结"
SENT_BACK = "退单"  # while the hotline rules on a return, its unit's clock stands: nothing is done
LIMITS = [one.value for one in (ClockKind.SIGN_FOR, ClockKind.FIRST_CONTACT, ClockKind.HANDLING,
                                ClockKind.CALLBACK, ClockKind.PROMISE)]  # fmt: skip
DEEMED = "视为签收"  # with this reason a wait for a signature ended where its limit did (H-11)
ANSWERED = "已答复"  # with this reason a unit's clock stops when it has answered
REWORK = "rework.limit"  # the rule of a handling clock that runs for a rework (重办)

_CLOCKS = """
c AS MATERIALIZED (
  SELECT c.id, c.ticket_id, c.assignment_id, c.kind, c.started_at, c.certificate ->> 'rule' AS rule,
{said_then}
  FROM clock c{of_its_past}  WHERE c.kind = ANY(:limits){of_clock}
    AND c.started_at < :at
    AND (c.due_on BETWEEN :since AND :until OR (:past AND c.past <> '[]'))
), due AS MATERIALIZED (
  SELECT * FROM c WHERE due_on BETWEEN :since AND :until AND due_at <= :at
)"""
# On a provisional date nobody is late (house/H-08): the ledger has no breach of it either.
_LIMITS = """
limits AS (
  SELECT d.id AS clock_id, d.due_on AS day, d.ticket_id, a.unit_id,
         CASE WHEN d.kind = 'handling' AND d.rule = :rework THEN 'rework' ELSE d.kind END AS kind,
         COALESCE(CASE d.kind WHEN 'sign_for' THEN a.signed_at < d.due_at AND a.signed_at < :at
                              WHEN 'first_contact' THEN a.contacted_at < d.due_at
                                                        AND a.contacted_at < :at
                              ELSE d.stopped_at < d.due_at END, false) AS good,
         COALESCE(d.stopped_at, :at) >= d.due_at AS over, d.certain
  FROM due d JOIN assignment a ON a.id = d.assignment_id
  WHERE NOT (d.kind = 'handling' AND d.stop_reason = :sent_back
             AND COALESCE(d.stopped_at < d.due_at, false))
    AND (a.ended_at IS NULL OR a.ended_at >= LEAST(d.due_at, :at) OR a.end_reason = :closed)
)"""
# OFFSET 0 keeps each of these a look-up for one ticket, whatever the planner believes of dates and
# kinds: by any other index it walks the whole period again for every case.
_ITS_CLOCKS, _ITS_CALLS, _ITS_EVENTS, _ITS_RETURNS = (
    f"(SELECT * FROM {table} WHERE ticket_id = {of}.ticket_id OFFSET 0)" for table, of in
    (("clock", "d"), ("callback_attempt", "d"), ("ticket_event", "d"), ("return_request", "a"))
)  # fmt: skip
# A callback whose clock began anew before anybody called is made once the unit has worked again;
# one that was late by then is owed for good.
_CALLS = f"""
calls AS MATERIALIZED (
  SELECT d.due_on AS day, d.ticket_id, lead.unit_id, lead.task_rows, said.person,
         d.stopped_at IS NOT NULL AND d.stop_reason <> :again AS done,
         d.stopped_at IS NOT NULL AND d.stop_reason = :exhausted AS exhausted,
         COALESCE(said.unhappy, false) OR COALESCE(own.outcome <> 'solved', false) AS unhappy,
         COALESCE(own.outcome = 'solved', false) AS claimed,
         EXISTS (SELECT 1 FROM {_ITS_EVENTS} e
                 WHERE e.event = 'order_rework' AND e.at >= d.started_at AND e.at < :at
                 AND e.at <= COALESCE(d.stopped_at, :at)) AS reworked
  FROM due d
  JOIN LATERAL (
    SELECT a.unit_id, a.task_rows FROM assignment a WHERE a.ticket_id = d.ticket_id
      AND a.role = 'lead' AND a.dispatched_at <= d.started_at ORDER BY a.id DESC LIMIT 1
  ) lead ON true
  LEFT JOIN LATERAL (
    SELECT w.outcome FROM answer w WHERE w.ticket_id = d.ticket_id
      AND w.answered_at <= d.started_at ORDER BY w.id DESC LIMIT 1
  ) own ON true
  CROSS JOIN LATERAL (
    SELECT COALESCE(max(x.stopped_at), '-infinity') AS since FROM {_ITS_CLOCKS} x
    WHERE x.kind = 'callback' AND x.id < d.id
      AND x.stop_reason <> :again
  ) before
  CROSS JOIN LATERAL (
    SELECT bool_or(t.solved <> 'solved' OR t.satisfaction = 'dissatisfied') AS unhappy,
           COALESCE(bool_or(t.at >= d.started_at AND t.channel = ANY(:human)
                            AND t.result = ANY(:reaching)), false) AS person
    FROM {_ITS_CALLS} t WHERE t.at > before.since
      AND t.at < :at AND t.at <= COALESCE(d.stopped_at, :at)
  ) said
  WHERE d.kind = 'callback' AND (d.stopped_at IS NULL OR d.stop_reason = ANY(:done)
    OR (d.stop_reason = :again AND d.stopped_at >= d.due_at)
    OR (d.stop_reason = :waits AND NOT EXISTS (
          SELECT 1 FROM {_ITS_CLOCKS} x WHERE x.kind = 'callback'
            AND x.id > d.id AND x.started_at < :at)
        AND EXISTS (SELECT 1 FROM {_ITS_CALLS} t
                    WHERE t.channel = 'web' AND t.at >= d.stopped_at AND t.at < :at)))
)"""
_SENT = f"""
sent AS (
  SELECT (a.dispatched_at AT TIME ZONE 'Asia/Shanghai')::date AS day, a.ticket_id, a.unit_id,
         CASE WHEN a.contacted_at < :at
              THEN extract(epoch FROM a.contacted_at - a.dispatched_at) / 60 END AS minutes,
         EXISTS (SELECT 1 FROM {_ITS_RETURNS} r WHERE r.assignment_id = a.id
                 AND r.requested_at < :at) AS returned
  FROM assignment a
  WHERE a.role = 'lead'{{of_assignment}} AND a.dispatched_at >= :from AND a.dispatched_at < :to
    AND a.dispatched_at < :at
)"""
_HEARD = """
heard AS (
  SELECT (t.at AT TIME ZONE 'Asia/Shanghai')::date AS day, t.ticket_id, lead.unit_id,
         said.contacted, said.solved, said.satisfaction
  FROM callback_attempt t
  JOIN LATERAL (
    SELECT l.contacted, l.solved, l.satisfaction FROM callback_attempt l
    WHERE l.callback_id = t.callback_id AND l.solved IS NOT NULL AND l.at < :at
    ORDER BY l.id DESC LIMIT 1
  ) said ON true
  JOIN LATERAL (
    SELECT a.unit_id FROM assignment a WHERE a.ticket_id = t.ticket_id AND a.role = 'lead'
      AND a.dispatched_at <= t.at ORDER BY a.id DESC LIMIT 1
  ) lead ON true
  WHERE t.at >= :from AND t.at < :to AND t.at < :at AND t.solved IS NOT NULL{of_attempt}
    AND NOT EXISTS (SELECT 1 FROM callback_attempt e WHERE e.callback_id = t.callback_id
                    AND e.id < t.id AND e.solved IS NOT NULL)
)"""
# A promise counts once somebody has looked, or its day is over and nobody said it was kept.
_PROMISES = """
promised AS (
  SELECT d.due_on AS day, d.ticket_id, p.unit_id, d.id AS clock_id,
         COALESCE(d.stopped_at < d.due_at AND seen.result = 'met', false) AS kept,
         seen.result IS NOT DISTINCT FROM 'not_met' AS broken
  FROM due d JOIN promise p ON p.clock_id = d.id
  LEFT JOIN LATERAL (
    SELECT v.result FROM verification v WHERE v.promise_id = p.id AND v.at < :at
    ORDER BY v.id DESC LIMIT 1
  ) seen ON true
  WHERE d.kind = 'promise'
    AND (seen.result IS NOT NULL OR COALESCE(d.stopped_at, :at) >= d.due_at)
)"""
_CASES = """
excused AS (
  SELECT b.clock_id FROM finding f JOIN breach b ON b.id = f.breach_id
  WHERE f.kind = 'excused' AND f.effective_at < :at AND (f.ended_at IS NULL OR f.ended_at >= :at)
), cases AS (
  SELECT i.name AS indicator, day, ticket_id, unit_id, (good = i.wanted)::int::numeric AS hit,
         0 AS part, NOT good AND clock_id IN (SELECT clock_id FROM excused) AS excused
  FROM limits JOIN (VALUES
    ('sign_for', 'signed_on_time', true), ('first_contact', 'responded_on_time', true),
    ('handling', 'answered_on_time', true), ('handling', 'breached', false),
    ('rework', 'rework_on_time', true)
  ) i (kind, name, wanted) USING (kind)
  WHERE good OR certain AND (over OR kind IN ('handling', 'rework'))
  UNION ALL SELECT 'response_time', day, ticket_id, unit_id, minutes, 0, false
  FROM sent WHERE minutes IS NOT NULL
  UNION ALL SELECT 'returned', day, ticket_id, unit_id, returned::int, 0, false FROM sent
  UNION ALL SELECT 'contacted', day, ticket_id, unit_id, contacted::int, 0, false
  FROM heard WHERE contacted IS NOT NULL
  UNION ALL SELECT 'solved', day, ticket_id, unit_id, (solved = 'solved')::int, 0, false FROM heard
  UNION ALL SELECT 'satisfied', day, ticket_id, unit_id, (satisfaction = 'satisfied')::int,
                   (satisfaction = 'basically_satisfied')::int, false
  FROM heard WHERE satisfaction IS NOT NULL AND satisfaction <> 'not_evaluated'
  UNION ALL SELECT 'called_back', day, ticket_id, unit_id, done::int, exhausted::int, false
  FROM calls
  UNION ALL SELECT 'human_called_back', day, ticket_id, unit_id,
                   (done AND (person OR exhausted))::int, exhausted::int, false
  FROM calls WHERE unhappy
  UNION ALL SELECT 'reworked', day, ticket_id, unit_id, reworked::int, 0, false FROM calls
  UNION ALL SELECT 'arrears_verified', day, ticket_id, unit_id, (done AND person)::int, 0, false
  FROM calls WHERE claimed AND task_rows @> ANY(CAST(:verified AS jsonb[]))
  UNION ALL SELECT 'promise_kept', day, ticket_id, unit_id, kept::int, 0,
                   NOT kept AND NOT broken AND clock_id IN (SELECT clock_id FROM excused)
  FROM promised
)"""
_JUDGED = f"""
judged AS (
  SELECT x.*, EXISTS (
    SELECT 1 FROM (SELECT * FROM finding WHERE ticket_id = x.ticket_id OFFSET 0) f
    WHERE f.kind = 'excluded' AND (f.indicator = x.indicator OR (f.indicator, x.indicator) IN
           (('answered_on_time', 'breached'), ('breached', 'answered_on_time')))
      AND (f.unit_id IS NULL OR f.unit_id = x.unit_id) AND f.effective_at < :at
      AND (f.ended_at IS NULL OR f.ended_at >= :at)) AS left_out
  FROM cases x JOIN ticket t ON t.id = x.ticket_id WHERE {TOLD}
)
SELECT indicator, day, unit_id, count(*) AS n, sum(hit) AS hit, sum(part) AS part,
       count(*) FILTER (WHERE NOT left_out) AS fair_n,
       COALESCE(sum(CASE WHEN excused THEN 1 - hit ELSE hit END) FILTER (WHERE NOT left_out), 0)
         AS fair_hit,
       COALESCE(sum(part) FILTER (WHERE NOT left_out), 0) AS fair_part
FROM judged GROUP BY indicator, day, unit_id
"""
_PARTS = (_CLOCKS, _LIMITS, _CALLS, _SENT, _HEARD, _PROMISES, _CASES)
_WHOLE = {"of_clock": "", "of_assignment": "", "of_attempt": ""}
_ONE = {"of_clock": " AND c.ticket_id = :ticket", "of_assignment": " AND a.ticket_id = :ticket",
        "of_attempt": " AND t.ticket_id = :ticket"}  # fmt: skip


def _with(of: Mapping[str, str], ask: str) -> Any:
    parts = ", ".join(_PARTS).format(**of, said_then=SAID_THEN, of_its_past=OF_CLOCK)
    return text(f"WITH {parts}{ask}")


_QUERY = _with(_WHOLE, f", {_JUDGED}")
_KEEP = text(f"""
INSERT INTO figure_day (indicator, day, unit_id, n, hit, part, fair_n, fair_hit, fair_part)
{_QUERY.text}""")
# Whose cases those of one ticket are; the same query tells, so that it cannot say another.
_WHOSE = _with(_ONE, " SELECT DISTINCT unit_id FROM cases WHERE indicator = :indicator ORDER BY 1")


@dataclass(frozen=True, kw_only=True)
class AskedCases:
    """Which days are asked for, as known when, and what counts as a person's callback.

    `known_later` is whether more may have happened since `at`: then changed clocks are looked at.
    """

    since: date
    until: date
    at: datetime
    known_later: bool
    human: tuple[str, ...]
    reaching: tuple[str, ...]
    verified: tuple[int, ...]


@dataclass(frozen=True)
class DayCount:
    """How many cases of an indicator a unit had on a day, raw and adjusted."""

    indicator: Indicator
    day: date
    unit_id: int
    raw: Count
    fair: Count


def counted(session: Session, asked: AskedCases) -> Iterator[DayCount]:
    """Yield the counts of every indicator, day and unit as they stood at `asked.at`."""
    for row in session.connection().execute(_QUERY, _values(asked)):
        yield DayCount(
            Indicator.parse(row.indicator), row.day, row.unit_id,
            Count(row.n, float(row.hit), row.part),
            Count(row.fair_n, float(row.fair_hit), row.fair_part),
        )  # fmt: skip


def keep_counted(session: Session, asked: AskedCases) -> None:
    """Write the counts of `counted` as summaries of their days, for which there are none."""
    session.connection().execute(_KEEP, _values(asked))


def units_of(
    session: Session, asked: AskedCases, ticket_id: int, indicator: Indicator
) -> list[int]:
    """Return the units that a ticket's cases of an indicator belong to."""
    values = _values(asked) | {"ticket": ticket_id, "indicator": indicator.value}
    return [row[0] for row in session.connection().execute(_WHOSE, values)]


def _values(asked: AskedCases) -> dict[str, Any]:
    return {
        "since": asked.since, "until": asked.until, "at": asked.at, "past": asked.known_later,
        "from": end_of_day(asked.since - timedelta(days=1)), "to": end_of_day(asked.until),
        "human": list(asked.human), "reaching": list(asked.reaching),
        "verified": [f"[{row}]" for row in asked.verified],
        "exhausted": CallbackState.EXHAUSTED.label, "waits": WAITS,
        "done": [CallbackState.REACHED.label, CallbackState.EXHAUSTED.label, EVALUATED],
        "again": AGAIN, "closed": CLOSED, "rework": REWORK, "sent_back": SENT_BACK,
        "limits": LIMITS, **demonstrating(),
    }  # fmt: skip
