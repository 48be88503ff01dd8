"""Rehearses rules (推演): the same lives of tickets, counted by the rules that decide real ones."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, zip_longest
from statistics import mean, quantiles

from engine.rules.callback import callback_need
from engine.rules.escalation import MISSED, DueRung, due_rungs, ladder
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import Deadline, answer_deadline, clock_deadline
from engine.terms import (
    AnswerOutcome,
    ClockKind,
    Indicator,
    Rung,
    Satisfaction,
    TicketKind,
    Urgency,
)

# What no rehearsal goes through: returns, reworks, fulfilments, and how a callback came about.
NOT_REHEARSED = frozenset({
    Indicator.CONTACTED, Indicator.RETURNED, Indicator.REWORKED, Indicator.REWORK_ON_TIME,
    Indicator.ARREARS_VERIFIED, Indicator.PROMISE_KEPT,
})  # fmt: skip
# What an invented year assumes and no rule changes.
ASSUMED_OF_A_YEAR = frozenset({Indicator.SOLVED, Indicator.SATISFIED})
_WARNINGS = frozenset({Rung.HALF_TIME, Rung.ONE_DAY_LEFT, Rung.DUE_DAY})
_TENTHS, _NINTH = 10, 8


@dataclass(frozen=True, kw_only=True)
class Life:
    """What people did with a ticket, whatever the rules: each moment None where it never came.

    `satisfaction` and `solved` are what the requester said when called at `called_at`.
    """

    number: str
    kind: TicketKind
    unit: str
    accepted_at: datetime
    dispatched_at: datetime
    urgency: Urgency = Urgency.NORMAL
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    answered_at: datetime | None = None
    approved_at: datetime | None = None
    called_at: datetime | None = None
    outcome: AnswerOutcome | None = None
    solved: AnswerOutcome | None = None
    satisfaction: Satisfaction | None = None


@dataclass(frozen=True)
class Climbed:
    """A step of a ladder taken in a rehearsal: of which limit, which step, when."""

    clock: ClockKind
    rung: Rung
    at: datetime


@dataclass(frozen=True)
class Ticked:
    """A clock of a rehearsed life: from when to when it ran, and against which deadline."""

    kind: ClockKind
    deadline: Deadline
    started_at: datetime
    stopped_at: datetime | None


@dataclass(frozen=True)
class Ran:
    """What the rules make of one life: its due day, its steps, and the callback a person owes."""

    life: Life
    due_on: date | None
    climbed: tuple[Climbed, ...]
    calls_on: date | None
    clocks: tuple[Ticked, ...] = ()

    @property
    def signed_at(self) -> datetime | None:
        """Return when it was signed for, by its unit or because its time was up."""
        stops = (one.stopped_at for one in self.clocks if one.kind is ClockKind.SIGN_FOR)
        return next(stops, self.life.signed_at)

    @property
    def path(self) -> tuple[object, ...]:
        """Return what tells its way through the engine from others: kind, acts, steps taken."""
        one = self.life
        acts = (one.signed_at, one.contacted_at, one.answered_at, one.approved_at, one.called_at)
        steps = tuple(sorted((step.clock.value, step.rung.value) for step in self.climbed))
        return (one.kind, one.urgency, one.solved, one.satisfaction,
                tuple(act is not None for act in acts), steps)  # fmt: skip

    @property
    def breaches(self) -> tuple[Climbed, ...]:
        """Return the limits that were missed."""
        return tuple(one for one in self.climbed if one.rung in MISSED)


def run(life: Life, rules: RuleSet, until: datetime) -> Ran:
    """Return what the rules make of a life that is looked at until a moment."""
    requester = answer_deadline(life.kind, life.accepted_at, rules)
    clocks = tuple(_clocks(life, rules, until))
    climbed: list[Climbed] = []
    for one in clocks:
        end = one.stopped_at or until
        taken = _taken(one.kind, one.deadline, one.started_at, end, rules)
        climbed += [Climbed(one.kind, step.rung, step.at) for step in taken]
    due_on = requester.due_on if requester else None
    return Ran(life, due_on, tuple(climbed), _calls_on(life, rules), clocks)


def sample(ran: Sequence[Ran], most: int) -> list[Ran]:
    """Return some lives, one of each path first, those with most steps in front; then a second."""
    paths: dict[tuple[object, ...], list[Ran]] = {}
    for one in ran:
        paths.setdefault(one.path, []).append(one)
    eventful = sorted(paths.values(), key=lambda some: -len(some[0].climbed))
    rounds = (one for some in zip_longest(*eventful) for one in some if one is not None)
    return list(islice(rounds, most))


def _taken(
    clock: ClockKind, deadline: Deadline, started: datetime, end: datetime, rules: RuleSet
) -> Sequence[DueRung]:
    return due_rungs(ladder(clock, deadline, started, rules), (), end)


def _clocks(life: Life, rules: RuleSet, until: datetime) -> Iterator[Ticked]:
    """Yield every limit of a life with its start and its stop, as the engine starts them."""
    signed = _signed_at(life, rules, until)
    spans = (
        (ClockKind.SIGN_FOR, life.dispatched_at, signed),
        (ClockKind.HANDLING, life.dispatched_at, life.answered_at),
        (ClockKind.FIRST_CONTACT, signed, life.contacted_at or life.answered_at),
        (ClockKind.REVIEW, life.answered_at, life.approved_at),
        (ClockKind.CALLBACK, life.approved_at, life.called_at),
    )
    requester = answer_deadline(life.kind, life.accepted_at, rules)
    if requester is not None:
        yield Ticked(ClockKind.REQUESTER, requester, life.accepted_at, life.answered_at)
    for clock, started, stopped in spans:
        deadline = _deadline(life, clock, started, rules) if started else None
        if started is not None and deadline is not None:
            yield Ticked(clock, deadline, started, stopped)


def _deadline(life: Life, clock: ClockKind, started: datetime, rules: RuleSet) -> Deadline | None:
    accepted_on = shanghai_date(life.accepted_at)
    return clock_deadline(clock, started, rules, kind=life.kind, urgency=life.urgency,
                          accepted_on=accepted_on)  # fmt: skip


def _signed_at(life: Life, rules: RuleSet, until: datetime) -> datetime | None:
    """Return when a life was signed for, by its unit or because its time was up (视为签收)."""
    clock = ClockKind.SIGN_FOR
    deadline = _deadline(life, clock, life.dispatched_at, rules)
    if deadline is None:
        return life.signed_at
    steps = _taken(clock, deadline, life.dispatched_at, until, rules)
    deemed = min((one.at for one in steps if one.rung is Rung.DEEMED_SIGNED), default=None)
    known = [one for one in (life.signed_at, deemed) if one is not None]
    return min(known, default=None)


def _calls_on(life: Life, rules: RuleSet) -> date | None:
    """Return from which day a person must call, where row 113 or the district wants one."""
    if life.approved_at is None:
        return None
    on = shanghai_date(life.accepted_at)
    need = callback_need(life.outcome, life.satisfaction, life.solved, life.kind, rules, on)
    return shanghai_date(life.approved_at) if need.human else None


@dataclass(frozen=True)
class Outcome:
    """What a set of rules comes to for many lives."""

    tickets: int
    late: int
    breaches: Counter[ClockKind]
    rungs: Counter[Rung]
    escalated: Counter[str]
    calls: Counter[date]

    @property
    def staffing(self) -> tuple[float, float, int]:
        """Return human callbacks a day with any: on average, on nine days in ten, at most."""
        found = sorted(self.calls.values())
        if not found:
            return 0.0, 0.0, 0
        many = len(found) > 1
        ninth = quantiles(found, n=_TENTHS)[_NINTH] if many else float(found[0])
        return mean(found), ninth, found[-1]


def outcome(ran: Iterable[Ran]) -> Outcome:
    """Return what many lives come to together."""
    breaches: Counter[ClockKind] = Counter()
    rungs: Counter[Rung] = Counter()
    escalated: Counter[str] = Counter()
    calls: Counter[date] = Counter()
    tickets = late = 0
    for one in ran:
        tickets += 1
        late += any(step.clock is ClockKind.HANDLING for step in one.breaches)
        breaches.update(step.clock for step in one.breaches)
        rungs.update(step.rung for step in one.climbed)
        hard = [step for step in one.climbed if step.rung not in _WARNINGS | {Rung.BREACH}]
        escalated.update([one.life.unit] * bool(hard))
        calls.update([one.calls_on] if one.calls_on else [])
    return Outcome(tickets, late, breaches, rungs, escalated, calls)


@dataclass(frozen=True)
class Moved:
    """A ticket that would be due on another day."""

    number: str
    was: date | None
    becomes: date | None


def moved(before: Sequence[Ran], after: Sequence[Ran]) -> list[Moved]:
    """Return the tickets whose due day the draft moves, in their order."""
    pairs = zip(before, after, strict=True)
    return [
        Moved(one.life.number, one.due_on, other.due_on)
        for one, other in pairs
        if one.due_on != other.due_on
    ]


@dataclass(frozen=True)
class Rerouted:
    """What a draft does to routing: texts tried, moved from whom to whom, first proposals right."""

    tried: int
    moved: Counter[tuple[str, str]]
    right_before: int
    right_after: int
