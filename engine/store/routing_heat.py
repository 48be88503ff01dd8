"""How tickets spread over rows and units (任务热度), and what people made of the proposals.

One look through the tickets of the span answers all of it, and is remembered for some minutes: a
page that is opened again costs the same however many tickets there are.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from engine.models import Ticket, Unit

FRESH = timedelta(minutes=10)
Counts = Counter[str]


@dataclass(frozen=True)
class Heat:
    """How many tickets a row or unit got, how many are open, and how many came back to it."""

    name: str
    total: int
    open: int
    returned: int
    reworked: int


@dataclass(frozen=True)
class Spread:
    """Tickets of a span by row of the list and by unit, hottest first; what routing said of them.

    A row's name is its number and the version of the list: 74@2023-19. `overridden` are those that
    went to another unit than the one proposed first.
    """

    at: datetime
    rows: list[Heat]
    units: list[Heat]
    decided: Counts
    dispatched: int
    overridden: int


@dataclass
class _Sums:
    counts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, name: str, *numbers: int) -> None:
        so_far = self.counts.setdefault(name, [0] * len(numbers))
        self.counts[name] = [one + more for one, more in zip(so_far, numbers, strict=True)]

    def hottest(self) -> list[Heat]:
        ordered = sorted(self.counts.items(), key=lambda one: (-one[1][0], one[0]))
        return [Heat(name, *numbers) for name, numbers in ordered]


def spread(session: Session, since: datetime, now: datetime) -> Spread:
    """Return how the tickets taken in since a moment spread, as it was at most ten minutes ago."""
    remembered: dict[object, Spread] = session.info["database"].remembered
    key = ("spread", now - since)
    told = remembered.get(key)
    if told is None or not timedelta(0) <= now - told.at < FRESH:
        told = remembered[key] = counted(session, since, now)
    return told


def counted(session: Session, since: datetime, now: datetime) -> Spread:
    """Return how the tickets taken in since a moment spread."""
    rows, units, decided = _Sums(), _Sums(), Counts()
    dispatched = overridden = 0
    for unit, cited, version, decision, total, *more, other in session.exec(_query(since)):
        if decision is not None:
            decided[str(decision)] += total
        for row in cited or ():
            rows.add(f"{row}@{version}", total, *more)
        if unit is not None:
            units.add(unit, total, *more)
            dispatched, overridden = dispatched + total, overridden + other
    return Spread(now, rows.hottest(), units.hottest(), decided, dispatched, overridden)


def _query(since: datetime) -> Any:
    proposed = func.jsonb_extract_path_text(Ticket.routing, "candidates", "0", "unit")
    groups: tuple[Any, ...] = (
        Unit.name, Ticket.task_rows, Ticket.catalogue_version, Ticket.routing_decision,
    )  # fmt: skip
    columns: tuple[Any, ...] = (
        *groups, func.count(), func.count(case((col(Ticket.closed_at).is_(None), 1))),
        func.sum(Ticket.returns), func.count(case((col(Ticket.reworks) > 0, 1))),
        func.count(case((proposed != Unit.name, 1))),
    )  # fmt: skip
    query = select(*columns).select_from(Ticket)
    led = query.join(Unit, col(Unit.id) == col(Ticket.lead_unit_id), isouter=True)
    return led.where(col(Ticket.accepted_at) >= since).group_by(*groups)
