"""What a sweep reads of a whole chunk of tickets at once (预读), so that no ticket asks by itself.

Everything is read after the tickets were locked, and kept true while they are worked on.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar, cast

from sqlmodel import Session

from engine.models import OutboxMessage, Unit
from engine.store.reading import read_rows
from engine.store.writing import run
from engine.terms import ClockKind, Rung

T = TypeVar("T")
KINDS = {kind.value: kind for kind in ClockKind}
RUNGS = {rung.value: rung for rung in Rung}

AHEAD = "read_ahead"
LADDER = "clock:"
# The status so written lets PostgreSQL look for the tickets, not through all mail that waits.
HELD = (
    "WHERE ticket_id = ANY(%s::bigint[]) AND status || '' = 'pending' "
    f"AND starts_with(key, '{LADDER}') AND claimed_until IS NULL "
    "ORDER BY id FOR UPDATE SKIP LOCKED"
)


class Climbed(NamedTuple):
    """What is asked of a rung that was climbed; as of `RungTaken`."""

    clock_id: int
    rung: Rung
    due_on: date
    fell_due_at: datetime
    detected_at: datetime


@dataclass
class Ahead:
    """A chunk's tickets: rungs climbed, kinds of clocks, unsent ladder mails; the units.

    `units` are kept so that the session, which holds rows weakly, need not ask for them again.
    """

    rungs: dict[int, list[Climbed]]
    kinds: dict[int, dict[int, ClockKind]]
    held: dict[int, list[OutboxMessage]]
    units: dict[int, Unit]
    answers: dict[Hashable, Any] = field(default_factory=dict)


def ahead_of(session: Session, ticket_id: int) -> Ahead | None:
    """Return what was read ahead, if the ticket is of the chunk."""
    found: Ahead | None = session.info.get(AHEAD)
    return found if found is not None and ticket_id in found.rungs else None


def asked_once(session: Session, question: Hashable, ask: Callable[[], T]) -> T:
    """Return the answer to a question that is the same for every ticket of a chunk."""
    found: Ahead | None = session.info.get(AHEAD)
    if found is None:
        return ask()
    if question not in found.answers:
        found.answers[question] = ask()
    return cast("T", found.answers[question])


def unit_of(session: Session, unit_id: int | None) -> Unit | None:
    """Return a unit, which need not be asked for while a chunk is climbed."""
    found: Ahead | None = session.info.get(AHEAD)
    if found is not None and unit_id in found.units:
        return found.units[unit_id]
    return session.get(Unit, unit_id) if unit_id else None


def read_ahead(session: Session, ticket_ids: Sequence[int]) -> None:
    """Read what climbing asks of these locked tickets; it is known until the transaction ends."""
    ids = list(ticket_ids)
    session.info[AHEAD] = Ahead(
        _rungs(session, ids), _kinds(session, ids), _held(session, ids),
        {unit.id: unit for unit in read_rows(session, Unit, "", [])},
    )  # fmt: skip


def _rungs(session: Session, ids: list[int]) -> dict[int, list[Climbed]]:
    statement = (
        "SELECT ticket_id, clock_id, rung, due_on, fell_due_at, detected_at FROM rung_taken "
        "WHERE ticket_id = ANY(%s::bigint[]) ORDER BY fell_due_at, id"
    )
    found: dict[int, list[Climbed]] = {one: [] for one in ids}
    for ticket_id, clock_id, rung, *when in run(session, statement, [ids]):
        found[ticket_id].append(Climbed(clock_id, RUNGS[rung], *when))
    return found


def _kinds(session: Session, ids: list[int]) -> dict[int, dict[int, ClockKind]]:
    found: dict[int, dict[int, ClockKind]] = {one: {} for one in ids}
    statement = "SELECT ticket_id, id, kind FROM clock WHERE ticket_id = ANY(%s::bigint[])"
    for ticket_id, clock_id, kind in run(session, statement, [ids]):
        found[ticket_id][clock_id] = KINDS[kind]
    return found


def _held(session: Session, ids: list[int]) -> dict[int, list[OutboxMessage]]:
    found: dict[int, list[OutboxMessage]] = {}
    for row in read_rows(session, OutboxMessage, HELD, [ids]):
        found.setdefault(row.ticket_id or 0, []).append(row)
    return found
