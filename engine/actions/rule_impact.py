"""What a change of the rules would do (影响预览): shown before anybody signs, never guessed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.actions.clocks import given_rule
from engine.actions.step import Step
from engine.errors import EngineError
from engine.models import Clock, Ticket
from engine.rules import district
from engine.rules.certificates import Certificate
from engine.rules.district import DistrictValue
from engine.rules.recomputation import Change, recomputed
from engine.rules.rule_set import RuleSet
from engine.rules.time_limits import answer_deadline, clock_deadline
from engine.store.recomputing import IN_USE
from engine.terms import ClockKind

MOST_CLOCKS = 20_000
MOST_SHOWN = 20
BY_OTHER_LAW = (ClockKind.FOLLOW_UP, ClockKind.PROMISE)


@dataclass(frozen=True)
class Moved:
    """One due date that would be another: whose, of which clock, from when to when."""

    number: str
    kind: ClockKind
    was: datetime
    becomes: datetime


@dataclass(frozen=True)
class Impact:
    """How many tickets in hand were looked at, and whose dates would differ.

    `complete` is false where only the newest clocks were looked at.
    """

    in_hand: int
    tickets: int
    shown: tuple[Moved, ...]
    complete: bool
    changes: Counter[Change]


def impact_of_value(step: Step, value: DistrictValue) -> Impact:
    """Return whose due dates would differ, had they been accepted on the day a value applies from.

    Tickets in hand keep the rules of their own day: none of them really moves.
    """
    after = RuleSet(
        district.laid_over(step.rules.parameters, [value]), step.rules.calendar, step.rules.book
    )
    pairs = list(_in_use(step.session))
    moved = [one for clock, ticket in pairs
             if (one := _otherwise(clock, ticket, value.since, step.rules, after))]  # fmt: skip
    return _impact(pairs, moved, Counter())


def impact_of_rules(step: Step, after: RuleSet) -> Impact:
    """Return which running due dates another calendar moves, confirms, or would shorten."""
    pairs, moved, counts = list(_in_use(step.session)), [], Counter[Change]()
    for clock, ticket in pairs:
        outcome = recomputed(Certificate.from_json(clock.certificate), after, step.now)
        counts[outcome.change] += 1
        if outcome.new.due_at != clock.due_at:
            moved.append(Moved(ticket.number, clock.kind, clock.due_at, outcome.new.due_at))
    return _impact(pairs, moved, counts)


def _impact(
    pairs: list[tuple[Clock, Ticket]], moved: list[Moved], counts: Counter[Change]
) -> Impact:
    in_hand = len({ticket.id for _, ticket in pairs})
    touched = len({one.number for one in moved})
    return Impact(in_hand, touched, tuple(moved[:MOST_SHOWN]), len(pairs) < MOST_CLOCKS, counts)


def _in_use(session: Session) -> Iterator[tuple[Clock, Ticket]]:
    query = (
        select(Clock, Ticket)
        .join(Ticket, col(Ticket.id) == col(Clock.ticket_id))
        .where(col(Clock.state).in_(IN_USE), col(Clock.kind).not_in(BY_OTHER_LAW))
        .order_by(col(Clock.id).desc())
        .limit(MOST_CLOCKS)
    )
    yield from session.exec(query)


def _otherwise(
    clock: Clock, ticket: Ticket, on: date, before: RuleSet, after: RuleSet
) -> Moved | None:
    try:
        was, becomes = (_due(clock, ticket, on, rules) for rules in (before, after))
    except EngineError:
        return None
    if was is None or becomes is None or was == becomes:
        return None
    return Moved(ticket.number, clock.kind, was, becomes)


def _due(clock: Clock, ticket: Ticket, on: date, rules: RuleSet) -> datetime | None:
    """Return when a clock started as this one was would end for a ticket accepted on a day."""
    if clock.kind is ClockKind.REQUESTER:
        found = answer_deadline(ticket.kind, clock.started_at, rules, rules_on=on)
    else:
        found = clock_deadline(
            clock.kind, clock.started_at, rules, kind=ticket.kind, urgency=ticket.urgency,
            accepted_on=on, rule=given_rule(clock),
        )  # fmt: skip
    return found.due_at if found else None
