"""What became of a missed limit that was moved since (超期已撤销、时限已改): told by the events.

A clock has one breach in the ledger: missed again at its new end, the row tells of that one alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.actions.proofs import missed_at
from engine.actions.taken_back import withdraws
from engine.models import Breach, TicketEventRecord
from engine.terms import BreachJudgement, TicketEvent


@dataclass(frozen=True)
class Revoked:
    """A breach that is none any more: since when it was one, when that ended and why.

    `seq` numbers the event that ended it.
    """

    clock_id: int
    true_at: datetime
    ended_at: datetime
    reason: str
    seq: int


def revoked(records: Iterable[TicketEventRecord]) -> tuple[Revoked, ...]:
    """Return the breaches that were withdrawn or that a moved limit took the place of, in order."""
    missed: dict[int, datetime] = {}
    found = []
    for one in records:
        clock = one.details.get("clock", 0)
        why = _why(one)
        if why and clock in missed:
            found.append(Revoked(clock, missed.pop(clock), one.at, why, one.seq))
        if one.event in (TicketEvent.BREACH, TicketEvent.DEEM_SIGNED) and clock:
            missed[clock] = missed_at(one)
    return tuple(found)


def _why(record: TicketEventRecord) -> str:
    """Return why an event ended an earlier breach of its clock; nothing where it ended none."""
    if withdraws(record):
        return record.reason.partition("的超期记录：")[2]
    if record.event is TicketEvent.BREACH and record.details.get("moved"):
        return record.reason.partition("）：")[2]
    return ""


def before_these(
    records: Iterable[TicketEventRecord], breaches: Iterable[Breach]
) -> Mapping[int, Sequence[Revoked]]:
    """Return by clock what was revoked before what the ledger says of it now."""
    gone = {one.clock_id for one in breaches if one.judgement == BreachJudgement.WITHDRAWN}
    by_clock: dict[int, list[Revoked]] = {}
    for one in revoked(records):
        by_clock.setdefault(one.clock_id, []).append(one)
    shown = {clock: rows[:-1] if clock in gone else rows for clock, rows in by_clock.items()}
    return {clock: rows for clock, rows in shown.items() if rows}
