"""Where tickets stand now (升级阶梯、各单位在办): kept by the flow of the figures, or counted.

Both counts look at every running clock or every ticket in hand, so a page asks for what is kept;
only where nothing was kept lately does it count for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, text
from sqlmodel import Session, col, delete, insert, select

from engine.models import Clock, StandingCount, Ticket
from engine.store import desk_views
from engine.store.figure_days import kept_lately
from engine.terms import ClockState, Rung, TicketStatus

# An array of the running clocks is one walk along the index: neither a look-up for each of them,
# nor every rung ever taken. A ticket counts once, where it stands highest.
_RUNGS = text(
    "SELECT top, count(*) FROM (SELECT max(array_position(CAST(:ladder AS text[]), "
    "CAST(rung AS text))) AS top FROM rung_taken "
    "WHERE clock_id = ANY(ARRAY(SELECT id FROM clock WHERE state = 'running')) "
    "GROUP BY ticket_id) AS stands GROUP BY top"
)
WITH_UNIT = (TicketStatus.DISPATCHED, TicketStatus.SIGNED_FOR, TicketStatus.IN_PROGRESS,
             TicketStatus.REWORK, TicketStatus.SUPERVISED)  # fmt: skip
RUNG, UNIT = "rung", "unit"


@dataclass(frozen=True)
class Load:
    """How much a unit has in hand, and how much of it is late."""

    name: str
    total: int
    bad: int


@dataclass(frozen=True)
class Standing:
    """Where tickets stood at a moment: on which rung of the ladder, in which unit's hands.

    Rungs count tickets with a running clock, each at its highest; units come with most late first.
    """

    at: datetime
    rungs: Mapping[Rung, int]
    units: list[Load]


def standing(session: Session, now: datetime) -> Standing:
    """Return where tickets stand, as kept lately, or counted now where nothing was."""
    at = kept_lately(session, now)
    kept = _kept(session) if at is not None else {}
    if at is None or not kept:
        return Standing(now, _rungs(session), _named(session, _units(session, now)))
    rungs = {Rung.parse(key): one.total for (what, key), one in kept.items() if what == RUNG}
    units = {int(key): one for (what, key), one in kept.items() if what == UNIT}
    return Standing(at, rungs, _named(session, units))


def _kept(session: Session) -> dict[tuple[str, str], Load]:
    found = session.exec(select(StandingCount))
    return {(one.what, one.key): Load("", one.total, one.bad) for one in found}


def keep(session: Session, now: datetime) -> None:
    """Put where tickets stand now in the place of what was kept."""
    session.exec(delete(StandingCount))
    rows = [{"what": RUNG, "key": rung.value, "total": count, "bad": 0}
            for rung, count in _rungs(session).items()]  # fmt: skip
    rows += [{"what": UNIT, "key": str(unit), "total": one.total, "bad": one.bad}
             for unit, one in _units(session, now).items()]  # fmt: skip
    if rows:
        session.execute(insert(StandingCount), rows)


def _named(session: Session, loads: Mapping[int, Load]) -> list[Load]:
    units = desk_views.units_by_id(session, loads)
    named = [replace(one, name=units[unit].name) for unit, one in loads.items()]
    return sorted(named, key=lambda one: (-one.bad, -one.total, one.name))


def _rungs(session: Session) -> dict[Rung, int]:
    ladder = list(Rung)
    found = session.connection().execute(_RUNGS, {"ladder": [one.value for one in ladder]})
    return {ladder[top - 1]: count for top, count in found}


def _units(session: Session, now: datetime) -> dict[int, Load]:
    query = (
        select(Ticket.lead_unit_id, func.count())
        .where(col(Ticket.status).in_(WITH_UNIT), col(Ticket.lead_unit_id).is_not(None))
        .group_by(col(Ticket.lead_unit_id))
    )
    held = {unit: count for unit, count in session.exec(query) if unit is not None}
    late = _late_by_unit(session, now)
    return {one: Load("", held[one], min(late.get(one, 0), held[one])) for one in held}


def _late_by_unit(session: Session, now: datetime) -> dict[int | None, int]:
    query = (
        select(Clock.unit_id, func.count(func.distinct(Clock.ticket_id)))
        .where(
            Clock.state == ClockState.RUNNING, Clock.due_at <= now,
            # of these only a unit's own has a unit; so it is one look at what is late
            col(Clock.kind).in_(desk_views.ANSWERING), col(Clock.unit_id).is_not(None),
        )
        .group_by(col(Clock.unit_id))
    )  # fmt: skip
    return dict(session.exec(query).all())
