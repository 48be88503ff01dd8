"""Climbs what fell due on many clocks in one transaction (成批升级), by the steps of one.

A chunk reads everything with a few statements and writes it with a few; the database then costs a
tenth. What needs more than rows of its own ticket is left to be climbed alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from engine.actions import clocks
from engine.actions.actor import SYSTEM
from engine.actions.step import Step
from engine.actions.sweep import PROPOSED, take_due
from engine.models import Clock, Ticket
from engine.rules.escalation import DueRung, due_rungs, next_rung_at
from engine.store import audit
from engine.store import clocks as store
from engine.store import tickets as ticket_store
from engine.store.ahead import read_ahead
from engine.store.many import many
from engine.terms import ClockKind, ClockState, Rung

log = structlog.get_logger()


@dataclass(frozen=True)
class Swept:
    """What a chunk came to: rungs by clock; clocks to come again; clocks to be climbed alone."""

    climbed: dict[int, list[Rung]]
    again: list[int]
    alone: list[int]


@dataclass(frozen=True)
class _Case:
    ticket: Ticket
    clock: Clock
    ladder: tuple[DueRung, ...]


def climb_chunk(step: Step, clock_ids: Sequence[int]) -> Swept:
    """Take every rung due on these clocks; one clock a ticket, for mails are folded in order.

    Nothing is taken where a clock is no longer due. A ticket that somebody else has locked, one
    that breaks, and one with a clock that is not plain are left to be climbed alone.
    """
    step = replace(step, actor=SYSTEM)
    owners = store.tickets_of(step.session, clock_ids)
    tickets = ticket_store.lock_free(step.session, owners.values())
    free = {one.id for one in tickets}
    cases, alone = _cases(step, [one for one, of in owners.items() if of in free], tickets)
    alone += [clock for clock, ticket in owners.items() if ticket not in free]
    due = {case.clock.id for case in cases} | set(alone)
    swept = Swept({one: [] for one in clock_ids if one not in due}, [], alone)
    _climb(step, cases, swept)
    return swept


def _cases(
    step: Step, clock_ids: Sequence[int], tickets: Sequence[Ticket]
) -> tuple[list[_Case], list[int]]:
    """Return the plain clocks in the order asked for, and those that are to be climbed alone."""
    by_id = {one.id: one for one in tickets}
    locked = {one.id: one for one in store.lock_all_due(step.session, clock_ids, step.now)}
    read_ahead(step.session, list(by_id))
    audit.read_last_events(step.session, tickets)
    found: dict[int, list[_Case | None]] = defaultdict(list)
    for clock in (locked[one] for one in clock_ids if one in locked):
        found[clock.ticket_id].append(_plain(step, by_id[clock.ticket_id], clock))
    plain = {ticket for ticket, cases in found.items() if all(cases)}
    alone = [one for one in clock_ids if one in locked and locked[one].ticket_id not in plain]
    return [case for one in plain for case in found[one] if case], alone


def _plain(step: Step, ticket: Ticket, clock: Clock) -> _Case | None:
    """Return a clock with its ladder, where what is due asks for nothing but rows and mails."""
    try:
        ladder = clocks.rungs_of(ticket, clock, step.rules)
    except DBAPIError:  # the transaction is gone, and with it the chunk
        raise
    except Exception:  # whatever it is: alone it is set aside, and the others go on
        return None
    if clock.kind is ClockKind.RECTIFICATION_REPLY:  # whether its letter arrived must be asked
        return None
    due = _due(step, _Case(ticket, clock, ladder))
    alone = clock.state is not ClockState.RUNNING or any(_needs_more(clock, one) for one in due)
    return None if alone else _Case(ticket, clock, ladder)


def _needs_more(clock: Clock, rung: DueRung) -> bool:
    if rung.rung is Rung.BREACH:
        return clock.kind is ClockKind.PROMISE
    return rung.rung is Rung.DEEMED_SIGNED or (
        rung.rung in PROPOSED and clock.kind is ClockKind.HANDLING
    )


def _due(step: Step, case: _Case) -> tuple[DueRung, ...]:
    return due_rungs(case.ladder, store.taken(step.session, case.clock), step.now)


def _climb(step: Step, cases: Iterable[_Case], swept: Swept) -> None:
    seen: set[int] = set()
    with many(step.session) as rows:
        for case in cases:
            if case.ticket.id in seen:
                swept.again.append(case.clock.id)
                continue
            seen.add(case.ticket.id)
            before = len(rows)
            try:
                swept.climbed[case.clock.id] = _climb_one(step, case)
            except DBAPIError:  # the transaction is gone, and with it the chunk
                raise
            except Exception as error:  # alone it is set aside, and the others go on
                log.warning("left_out", clock_id=case.clock.id, error=type(error).__name__)
                del rows[before:]
                _forget(step.session, case.ticket.id)
                swept.alone.append(case.clock.id)


def _climb_one(step: Step, case: _Case) -> list[Rung]:
    taken = take_due(step, case.ticket, case.clock, _due(step, case))
    case.clock.next_rung_at = next_rung_at(case.ladder, store.taken(step.session, case.clock))
    return taken


def _forget(session: Session, ticket_id: int) -> None:
    """Let nothing be written of what was changed on a ticket that is left out."""
    for row in list(session.dirty):
        of = row.id if isinstance(row, Ticket) else row.ticket_id
        if of == ticket_id:
            session.expunge(row)
