"""The ledger of breaches (超期台账): filtered, page by page, never shortened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Integer, func, literal, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from engine.errors import NotFoundError
from engine.models import Account, Breach, Clock, Ticket, Unit
from engine.rules.shanghai import end_of_day, shanghai_moment
from engine.store.clock_past import OF_CLOCK, SAID_THEN
from engine.store.demonstration import TOLD, demonstrating
from engine.store.figure_cases import CLOSED, REWORK
from engine.store.light import among, light_clocks
from engine.store.paging import key_of, newest_first
from engine.terms import BreachJudgement, ClockKind, TicketEvent, TicketKind

PAGE = 30
MOST_COUNTED = 1000  # the ledger says 1000+
AT_A_TIME = 1000

# The late answers that the indicator counts (超期率): reworks have a limit and indicator of their
# own, and what was taken from a unit before its limit is none of its.
_BY_ROW = text(f"""
SELECT cited.row::int, count(*)
FROM (SELECT clock_id FROM breach
      WHERE kind = 'handling' AND true_at > :since AND true_at <= :until) b
CROSS JOIN LATERAL (
  SELECT c.ticket_id, c.assignment_id, c.certificate ->> 'rule' AS rule, {SAID_THEN}
  FROM (SELECT * FROM clock WHERE id = b.clock_id OFFSET 0) c {OF_CLOCK}) d
CROSS JOIN LATERAL (SELECT * FROM assignment WHERE id = d.assignment_id OFFSET 0) a
CROSS JOIN LATERAL (SELECT demonstration FROM ticket WHERE id = d.ticket_id OFFSET 0) t
CROSS JOIN jsonb_array_elements_text(a.task_rows) cited(row)
WHERE {TOLD} AND d.rule <> :rework AND d.certain AND d.due_at > :since AND d.due_at <= :until
  AND (d.stopped_at IS NULL OR d.stopped_at >= d.due_at)
  AND (a.ended_at IS NULL OR a.ended_at >= d.due_at OR a.end_reason = :closed)
GROUP BY 1
""")


@dataclass(frozen=True)
class BreachFilter:
    """What the ledger is asked for: unit, kind of limit and of ticket, days missed, judgement.

    `rows` are rows of the task list; a breach fits when its ticket cited one of them.
    """

    unit_id: int | None = None
    kind: ClockKind | None = None
    ticket_kind: TicketKind | None = None
    since: date | None = None
    until: date | None = None
    judgement: BreachJudgement | None = None
    rows: tuple[int, ...] | None = None


BY = (col(Breach.true_at), col(Breach.id))


@dataclass(frozen=True)
class BreachRow:
    """One line of the ledger of breaches."""

    breach: Breach
    ticket: Ticket
    clock: Clock
    unit: Unit | None
    judge: str


def _rows() -> Any:
    columns: tuple[Any, ...] = (Breach, Ticket, Clock, Unit, Account.name)
    return _joined(select(*columns))


def _joined(query: Any) -> Any:
    return (
        query.join(Ticket, col(Ticket.id) == col(Breach.ticket_id))
        .join(Clock, col(Clock.id) == col(Breach.clock_id))
        .join(Unit, col(Unit.id) == col(Breach.unit_id), isouter=True)
        .join(Account, col(Account.id) == col(Breach.judged_by_id), isouter=True)
    )


def _filtered(query: Any, wanted: BreachFilter) -> Any:
    if wanted.unit_id is not None:
        query = query.where(Breach.unit_id == wanted.unit_id)
    if wanted.kind is not None:
        query = query.where(Breach.kind == wanted.kind)
    if wanted.ticket_kind is not None:
        its = aliased(Ticket)
        of_kind = select(its.id).where(
            its.id == col(Breach.ticket_id), its.kind == wanted.ticket_kind
        )
        query = query.where(of_kind.exists())
    if wanted.since is not None:
        query = query.where(Breach.true_at > shanghai_moment(wanted.since, time(0)))
    if wanted.until is not None:
        # A limit that ran out at 24:00 of the last day was missed on that day.
        end = shanghai_moment(wanted.until + timedelta(days=1), time(0))
        query = query.where(Breach.true_at <= end)
    if wanted.judgement is not None:
        stored = "" if wanted.judgement is BreachJudgement.OPEN else wanted.judgement.value
        query = query.where(Breach.judgement == stored)
    if wanted.rows is not None:
        query = query.where(_cited().overlap(literal(wanted.rows, ARRAY(Integer))))
    return query


def _cited() -> Any:
    """Return the rows a breach cites as an array, of which there is an index and a count."""
    return func.hotline_rows(Breach.task_rows, type_=ARRAY(Integer))


def _row(found: Any) -> BreachRow:
    breach, ticket, clock, unit, judge = found
    return BreachRow(breach, ticket, clock, unit, judge or "")


def page(
    session: Session, wanted: BreachFilter, after: str = "", limit: int = PAGE
) -> tuple[Sequence[BreachRow], str]:
    """Return a page of the ledger, last missed first, and the key of the next."""
    newest = newest_first(_filtered(select(Breach.id), wanted), *BY, after).limit(limit + 1)
    ids = session.exec(newest).all()
    query = _rows().where(among(Breach.id, ids[:limit])).options(*light_clocks())
    rows = [_row(one) for one in session.exec(query.order_by(*(one.desc() for one in BY)))]
    last = rows[-1].breach if len(ids) > limit else None
    return rows, key_of(last.true_at, last.id) if last else ""


def count(session: Session, wanted: BreachFilter) -> int:
    """Return how many breaches fit; counting stops past `MOST_COUNTED`."""
    some = _filtered(select(Breach.id), wanted).limit(MOST_COUNTED + 1).subquery()
    return int(session.exec(select(func.count()).select_from(some)).one())


def stop_words(reason: str) -> str:
    """Return why a clock stopped, in words; an older version wrote the event's code."""
    known = {one.value: one.label for one in (TicketEvent.REDISPATCH, TicketEvent.DESIGNATE)}
    return known.get(reason, reason)


@dataclass(frozen=True)
class LedgerLine:
    """One line of the ledger as an export writes it, with what its certificate says of itself."""

    breach_id: int
    clock_id: int
    assignment_id: int | None
    ticket_id: int
    number: str
    demonstration: bool
    ticket_kind: TicketKind
    rows: list[int]
    kind: ClockKind
    unit: str | None
    due_on: date
    true_at: datetime
    detected_at: datetime
    stopped_at: datetime | None
    stop_reason: str
    limit: str
    limit_unit: str
    citation: dict[str, Any] | None
    rules_version: str
    calendar_version: str
    judgement: str = ""
    judgement_reason: str = ""

    @property
    def withdrawn(self) -> bool:
        """Return whether it was no breach after all."""
        return self.judgement == BreachJudgement.WITHDRAWN

    @property
    def ruled(self) -> str:
        """Return what the system says of it."""
        return BreachJudgement.WITHDRAWN.label if self.withdrawn else "超期"

    @property
    def stopped_by(self) -> str:
        """Return why the clock stopped, in words."""
        return stop_words(self.stop_reason)


def _proved(name: str) -> Any:
    proof: Any = col(Clock.certificate)
    return proof[name].astext


def every(session: Session, wanted: BreachFilter) -> Iterator[LedgerLine]:
    """Yield every breach that fits, oldest first, a few at a time and no more than is written."""
    proof: Any = col(Clock.certificate)
    columns: tuple[Any, ...] = (
        Breach.id, Clock.id, Clock.assignment_id, Ticket.id, Ticket.number, Ticket.demonstration,
        Ticket.kind, Ticket.task_rows, Breach.kind, Unit.name, Clock.due_on, Breach.true_at,
        Breach.detected_at, Clock.stopped_at, Clock.stop_reason, _proved("limit"), _proved("unit"),
        proof["citation"], _proved("rules_version"), _proved("calendar_version"),
        Breach.judgement, Breach.judgement_reason,
    )  # fmt: skip
    query = _filtered(_joined(select(*columns).select_from(Breach)), wanted)
    found = session.execute(query.order_by(col(Breach.id)).execution_options(yield_per=AT_A_TIME))
    for row in found:
        yield LedgerLine(*row)


def breached_rows(session: Session, since: date, until: date, at: datetime) -> dict[int, int]:
    """Return how many answers were late in a period, by the rows of the list they were sent for.

    They are the late ones of the indicator (超期率), as they stood at a moment.
    """
    values = {
        "since": shanghai_moment(since, time(0)), "until": min(end_of_day(until), at), "at": at,
        "rework": REWORK, "closed": CLOSED, **demonstrating(),
    }  # fmt: skip
    return {one[0]: one[1] for one in session.connection().execute(_BY_ROW, values)}


def breach(session: Session, breach_id: int) -> BreachRow:
    """Return one line of the ledger.

    Raises:
        NotFoundError: there is no such breach.
    """
    found = session.exec(_rows().where(Breach.id == breach_id)).one_or_none()
    if found is None:
        message = "没有这条超期记录。"
        raise NotFoundError(message)
    return _row(found)
