"""Queries about clocks, rungs and breaches."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlmodel import Session, col, select

from engine.lifecycle import OPEN
from engine.models import Breach, Clock, RungTaken
from engine.rules.escalation import DueRung
from engine.rules.parameter_tables import WARNINGS
from engine.rules.standing import ASKED_NO_MORE
from engine.store.ahead import Climbed, ahead_of
from engine.store.reading import read_rows
from engine.store.writing import made, run, write_once, write_row
from engine.terms import BreachJudgement, ClockKind, ClockState, Rung

# Two index scans, bounded: paused clocks of open tickets, and running ones.
_DUE = """
(SELECT c.id, {place} AS place, c.next_rung_at FROM clock c {joined}
 WHERE c.state = '{state}' AND c.next_rung_at <= %(now)s AND c.stuck_reason = ''
 ORDER BY c.next_rung_at, c.id LIMIT %(limit)s)
"""
_OPEN = "', '".join(sorted(OPEN))
DUE = (
    "SELECT id FROM ("
    + _DUE.format(
        place=1, state="paused",
        joined=f"JOIN ticket t ON t.id = c.ticket_id AND t.status IN ('{_OPEN}')",
    )
    + "UNION ALL"
    + _DUE.format(place=2, state="running", joined="")
    + ") AS due ORDER BY place, next_rung_at, id LIMIT %(limit)s"
)  # fmt: skip


def running(session: Session, ticket_id: int, kinds: Iterable[ClockKind]) -> Sequence[Clock]:
    """Return the running (or paused) clocks of those kinds on a ticket, oldest first."""
    query = select(Clock).where(
        Clock.ticket_id == ticket_id,
        col(Clock.kind).in_(list(kinds)),
        col(Clock.state).in_([ClockState.RUNNING, ClockState.PAUSED]),
    )
    return session.exec(query.order_by(col(Clock.id))).all()


def replies_running(session: Session, ticket_id: int, letter_id: int) -> Sequence[Clock]:
    """Return the running clocks by which a letter of a ticket must be answered."""
    found = running(session, ticket_id, [ClockKind.RECTIFICATION_REPLY])
    return [one for one in found if one.letter_id == letter_id]


def of_ticket(session: Session, ticket_id: int) -> Sequence[Clock]:
    """Return every clock of a ticket, oldest first."""
    query = select(Clock).where(Clock.ticket_id == ticket_id).order_by(col(Clock.id))
    return session.exec(query).all()


def one(session: Session, ticket_id: int, kind: ClockKind) -> Clock | None:
    """Return the newest clock of a kind on a ticket, if it has one."""
    rest = "WHERE ticket_id = %s AND kind = %s ORDER BY id DESC LIMIT 1"
    return next(iter(read_rows(session, Clock, rest, [ticket_id, kind.value])), None)


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """Return the ids of clocks due at `now`: pauses used up, then rungs, longest due first."""
    return [one for (one,) in run(session, DUE, {"now": now, "limit": limit})]


def tickets_of(session: Session, clock_ids: Sequence[int]) -> Mapping[int, int]:
    """Return the ticket of each of these clocks, in their order."""
    statement = "SELECT id, ticket_id FROM clock WHERE id = ANY(%s::bigint[])"
    found: dict[int, int] = dict(run(session, statement, [list(clock_ids)]).fetchall())
    return {one: found[one] for one in clock_ids if one in found}


def lock_all_due(session: Session, clock_ids: Sequence[int], now: datetime) -> Sequence[Clock]:
    """Return those clocks of locked tickets that are due, locked; as `lock_due` for each."""
    rest = (
        "WHERE id = ANY(%s::bigint[]) AND state IN ('running', 'paused') "
        "AND next_rung_at <= %s FOR UPDATE SKIP LOCKED"
    )
    return read_rows(session, Clock, rest, [list(clock_ids), now])


def lock_due(session: Session, clock_id: int, now: datetime) -> Clock | None:
    """Return the clock locked, or nothing when another sweep has it or it is no longer due.

    A paused clock is due when its pause is used up.
    """
    query = (
        select(Clock)
        .where(
            Clock.id == clock_id,
            col(Clock.state).in_([ClockState.RUNNING, ClockState.PAUSED]),
            col(Clock.next_rung_at) <= now,
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return session.exec(query).one_or_none()


def taken(session: Session, clock: Clock) -> set[Rung]:
    """Return the rungs a clock has climbed; warnings of an earlier due date are none of them.

    A breach has overtaken the warnings before it: an answer that stopped the clock too late, and
    was sent back, wakes none of them. A due date that was set while it was still to come makes
    whatever was climbed for an earlier one moot.
    """
    rows, anew = _of_clock(session, clock), clock.due_since < clock.due_at
    breached = any(row.rung is Rung.BREACH and row.due_on == clock.due_on for row in rows)
    overtaken = set(WARNINGS) if breached else set()
    climbed = {row.rung for row in rows
               if row.due_on == clock.due_on or not (anew or row.rung in WARNINGS)}  # fmt: skip
    return climbed | overtaken


def _of_clock(session: Session, clock: Clock) -> Sequence[RungTaken | Climbed]:
    ahead = ahead_of(session, clock.ticket_id)
    if ahead is not None:
        return [row for row in ahead.rungs[clock.ticket_id] if row.clock_id == clock.id]
    return session.exec(select(RungTaken).where(RungTaken.clock_id == clock.id)).all()


def take_rung(session: Session, clock: Clock, rung: DueRung, now: datetime) -> bool:
    """Claim a rung of a clock; false when somebody has taken it already."""
    row = made(
        RungTaken, clock_id=clock.id, ticket_id=clock.ticket_id, rung=rung.rung,
        due_on=clock.due_on, fell_due_at=rung.at, detected_at=now,
    )  # fmt: skip
    ahead = ahead_of(session, clock.ticket_id)
    if ahead is None:
        return write_once(session, row, "clock_id", "rung", "due_on") is not None
    # Read under the ticket's lock: nobody else can have taken it. If so, the chunk is not written.
    write_row(session, row)
    climbed = Climbed(clock.id, rung.rung, clock.due_on, rung.at, now)
    ahead.rungs[clock.ticket_id].append(climbed)
    return True


def rungs(session: Session, ticket_id: int) -> Sequence[RungTaken | Climbed]:
    """Return every rung climbed on a ticket, in order."""
    ahead = ahead_of(session, ticket_id)
    if ahead is not None:
        return sorted(ahead.rungs[ticket_id], key=lambda row: row.fell_due_at)
    query = select(RungTaken).where(RungTaken.ticket_id == ticket_id)
    return session.exec(query.order_by(col(RungTaken.fell_due_at), col(RungTaken.id))).all()


def kinds(session: Session, ticket_id: int) -> Mapping[int, ClockKind]:
    """Return the kind of every clock of a ticket."""
    ahead = ahead_of(session, ticket_id)
    if ahead is not None:
        return ahead.kinds[ticket_id]
    return {one.id: one.kind for one in of_ticket(session, ticket_id)}


def signed_too_late(session: Session, assignment_id: int) -> bool:
    """Return whether the limit to sign for an assignment was missed (签收超期)."""
    query = select(Breach.id).join(Clock, col(Clock.id) == col(Breach.clock_id))
    mine = Clock.assignment_id == assignment_id
    return session.exec(query.where(mine, Breach.kind == ClockKind.SIGN_FOR)).first() is not None


def withdrawn(session: Session, ticket_id: int) -> AbstractSet[int]:
    """Return the clocks of a ticket whose breach was withdrawn (已撤销)."""
    gone = Breach.judgement == BreachJudgement.WITHDRAWN.value
    query = select(Breach.clock_id).where(Breach.ticket_id == ticket_id, gone)
    return frozenset(session.exec(query).all())


def asked_no_more(session: Session, ticket_id: int) -> AbstractSet[int]:
    """Return the clocks of a ticket that ended as limits of replies asked no more (H-96)."""
    ended = Clock.stop_reason == ASKED_NO_MORE
    return frozenset(session.exec(select(Clock.id).where(Clock.ticket_id == ticket_id, ended)))


def breaches(session: Session, ticket_id: int) -> Sequence[Breach]:
    """Return the breaches of a ticket, oldest first."""
    query = select(Breach).where(Breach.ticket_id == ticket_id)
    return session.exec(query.order_by(col(Breach.true_at))).all()


def breach_of(session: Session, clock_id: int) -> Breach | None:
    """Return the breach of a clock, if it has one."""
    return session.exec(select(Breach).where(Breach.clock_id == clock_id)).one_or_none()
