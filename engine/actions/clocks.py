"""Starts, stops and moves a ticket's clocks; each keeps its deadline certificate."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.actions.step import Step
from engine.models import Assignment, Clock, Letter, Ticket
from engine.rules.adjustments import Extension, Pause
from engine.rules.escalation import DueRung, ladder, next_rung_at
from engine.rules.pauses import pause_ends_at
from engine.rules.rule_set import RuleSet
from engine.rules.shanghai import shanghai_date
from engine.rules.time_limits import Deadline, answer_deadline, clock_deadline
from engine.rules.time_limits import deadline_of as counted_deadline
from engine.store import clocks as store
from engine.store.row_security import as_house
from engine.store.together import key_of
from engine.store.writing import made, write_row
from engine.terms import ClockKind, ClockState

REWORK_RULE, SUPERVISED_RULE = "rework.limit", "supervision.reply_limit"
GIVEN_RULES = frozenset({REWORK_RULE, SUPERVISED_RULE})
OUTLIVING = (ClockKind.RECTIFICATION_REPLY, ClockKind.PROMISE, ClockKind.VERIFICATION)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a clock belongs to besides its ticket; `rule` gives it another limit than its own."""

    assignment: Assignment | None = None
    letter: Letter | None = None
    unit_id: int | None = None
    rule: str = ""


def start(step: Step, ticket: Ticket, kind: ClockKind, subject: Subject | None = None) -> Clock:
    """Start a clock at `step.now` and return it; kinds without a limit must not be started.

    Raises:
        CalendarNotPublishedError: the due date lies beyond the known calendars.
    """
    clock = start_if_limited(step, ticket, kind, subject)
    if clock is None:
        message = f"{ticket.kind.label}没有{kind.label}"
        raise ValueError(message)
    return clock


def start_if_limited(
    step: Step, ticket: Ticket, kind: ClockKind, subject: Subject | None = None
) -> Clock | None:
    """Start a clock at `step.now` and return it, or nothing where this kind has no limit (表扬).

    Raises:
        CalendarNotPublishedError: the due date lies beyond the known calendars.
    """
    subject = subject or Subject()
    deadline = deadline_of(ticket, kind, step.now, step.rules, rule=subject.rule)
    if deadline is None:
        return None
    assignment, letter = subject.assignment, subject.letter
    clock = made(
        Clock,
        ticket_id=key_of(ticket),
        assignment_id=key_of(assignment) if assignment else None,
        letter_id=letter.id if letter else None,
        unit_id=assignment.unit_id if assignment else subject.unit_id,
        kind=kind,
        state=ClockState.RUNNING,
        started_at=step.now,
        due_since=step.now,
        **due_fields(deadline),
    )
    clock.next_rung_at = next_rung_at(rungs_of(ticket, clock, step.rules), set())
    return write_row(step.session, clock)


def start_counted(
    step: Step, ticket: Ticket, kind: ClockKind, unit_id: int | None, started_at: datetime,
    deadline: Deadline,
) -> Clock:  # fmt: skip
    """Start a unit's clock that runs from `started_at` to a deadline counted by its own rule."""
    clock = Clock(
        ticket_id=ticket.id, unit_id=unit_id, kind=kind, state=ClockState.RUNNING,
        started_at=started_at, due_since=step.now, **due_fields(deadline),
    )  # fmt: skip
    step.session.add(clock)
    step.session.flush()
    plan(step, ticket, clock)
    return clock


def deadline_of(
    ticket: Ticket, kind: ClockKind, started_at: datetime, rules: RuleSet, *, rule: str = ""
) -> Deadline | None:
    """Return the deadline of a clock of `kind` that starts now, by the rules of acceptance day."""
    accepted_on = shanghai_date(ticket.accepted_at)
    if kind is ClockKind.REQUESTER:
        return answer_deadline(ticket.kind, started_at, rules, rules_on=accepted_on)
    return clock_deadline(
        kind,
        started_at,
        rules,
        kind=ticket.kind,
        urgency=ticket.urgency,
        accepted_on=accepted_on,
        rule=rule,
    )


def given_rule(clock: Clock) -> str:
    """Return the limit a clock was given in place of its kind's own; nothing: it has that one."""
    return found if (found := str(clock.certificate["rule"])) in GIVEN_RULES else ""


def due_fields(deadline: Deadline) -> dict[str, Any]:
    """Return the columns of a clock that a deadline fills."""
    return {
        "due_on": deadline.due_on,
        "due_at": deadline.due_at,
        "due_status": deadline.status,
        "certificate": deadline.certificate.to_json(),
    }


def stored_deadline(ticket: Ticket, clock: Clock, rules: RuleSet) -> Deadline:
    """Return a stored clock's deadline with its pauses and extensions.

    The stored due date holds, whatever rules or calendar are in force now.
    """
    stored, rule = clock.certificate, given_rule(clock)
    deadline = deadline_of(ticket, clock.kind, clock.started_at, rules, rule=rule)
    if deadline is None:
        message = f"{ticket.kind.label}没有{clock.kind.label}"
        raise ValueError(message)
    counted = deadline.counted._replace(
        limit=stored["limit"],
        pauses=pauses_of(clock),
        extensions=tuple(Extension.from_json(one) for one in stored["extensions"]),
    )
    return deadline._replace(
        due_on=clock.due_on, due_at=clock.due_at, status=clock.due_status, counted=counted
    )


def own_rules(clock: Clock, rules: RuleSet) -> RuleSet:
    """Return the rules with the calendar by which a clock was counted.

    A pause or an extension is counted on by that calendar; another one moves a running deadline
    only by way of `engine.actions.recompute`, which never shortens one silently.

    Raises:
        RuleError: the notices of that calendar version are no longer there.
    """
    region, version = clock.certificate["calendar_region"], clock.certificate["calendar_version"]
    if (region, version) == (rules.calendar.region, rules.calendar.version):
        return rules
    return replace(rules, calendar=rules.book.of_version(region, version))


def rungs_of(ticket: Ticket, clock: Clock, rules: RuleSet) -> tuple[DueRung, ...]:
    """Return the ladder of a stored clock."""
    return ladder(clock.kind, stored_deadline(ticket, clock, rules), clock.due_since, rules)


def set_deadline(step: Step, ticket: Ticket, clock: Clock, deadline: Deadline) -> None:
    """Give a clock another due date, with the certificate that proves it, and plan anew.

    Another day is warned about afresh (H-23), from now on.
    """
    if (deadline.due_at, deadline.status) != (clock.due_at, clock.due_status):
        _remember(clock, step.now)
    if deadline.due_on != clock.due_on:
        clock.due_since = step.now
    for name, value in due_fields(deadline).items():
        setattr(clock, name, value)
    clock.pauses = [pause.to_json() for pause in deadline.counted.pauses]
    plan(step, ticket, clock)


def _remember(clock: Clock, until: datetime) -> None:
    """Keep what a clock said until now, so that figures of a past day come out the same."""
    stopped = clock.stopped_at.isoformat() if clock.stopped_at else None
    was = {"until": until.isoformat(), "due_on": clock.due_on.isoformat(),
           "due_at": clock.due_at.isoformat(), "due_status": clock.due_status.value,
           "stopped_at": stopped, "stop_reason": clock.stop_reason}  # fmt: skip
    clock.past = [*clock.past, was]


def stop(step: Step, ticket: Ticket, kinds: Iterable[ClockKind], why: str) -> None:
    """Stop the running clocks of those kinds; what was overdue stays overdue."""
    for clock in store.running(step.session, ticket.id, kinds):
        stop_clock(step, ticket, clock, why)


def stop_of_assignment(step: Step, ticket: Ticket, assignment: Assignment, why: str) -> None:
    """Stop every running clock of one unit's assignment."""
    for clock in store.running(step.session, ticket.id, list(ClockKind)):
        if clock.assignment_id == assignment.id:
            stop_clock(step, ticket, clock, why)


def stop_of_letter(step: Step, ticket: Ticket, letter: Letter, why: str) -> None:
    """Stop the running clock of a letter's reply."""
    for clock in store.replies_running(step.session, ticket.id, letter.id):
        stop_clock(step, ticket, clock, why)


def resume(
    step: Step, ticket: Ticket, kinds: Iterable[ClockKind], why: str, *, stopped_at: datetime
) -> None:
    """Let the clocks stopped at that moment run on as if they never had been (答复被退回)."""
    for kind in kinds:
        clock = store.one(step.session, ticket.id, kind)
        if clock is not None and clock.stopped_at == stopped_at:
            _remember(clock, step.now)
            clock.state, clock.stopped_at, clock.stop_reason = ClockState.RUNNING, None, why
            plan(step, ticket, clock)
            stand_too(step, ticket, clock)


def stand_too(step: Step, ticket: Ticket, clock: Clock) -> None:
    """Let a unit's clock stand still while the requester's does (停表), by the same reason."""
    main = store.running(step.session, ticket.id, [ClockKind.REQUESTER])
    if not main or main[0].state is not ClockState.PAUSED:
        return
    since = max(pauses_of(main[0])[-1].start, clock.started_at)
    before = tuple(one for one in pauses_of(clock) if one.start != since)
    clock.state = ClockState.PAUSED
    set_pauses(step, ticket, clock, (*before, Pause(since, None, pauses_of(main[0])[-1].reason)))


def plan(step: Step, ticket: Ticket, clock: Clock) -> None:
    """Set when the sweep must look at a clock again; a paused one, when its pause is used up."""
    if clock.state is ClockState.PAUSED:
        clock.next_rung_at = _pause_ends_at(ticket, clock, step.rules)
        return
    taken = store.taken(step.session, clock)
    clock.next_rung_at = next_rung_at(rungs_of(ticket, clock, step.rules), taken)


def _pause_ends_at(ticket: Ticket, clock: Clock, rules: RuleSet) -> datetime | None:
    accepted_on = shanghai_date(ticket.accepted_at)
    return pause_ends_at(pauses_of(clock), own_rules(clock, rules), accepted_on)


def pauses_of(clock: Clock) -> tuple[Pause, ...]:
    """Return the pauses of a stored clock, oldest first."""
    return tuple(Pause.from_json(one) for one in clock.pauses)


def set_pauses(step: Step, ticket: Ticket, clock: Clock, pauses: tuple[Pause, ...]) -> None:
    """Give a clock these pauses, counted by its own calendar, and plan anew."""
    deadline = stored_deadline(ticket, clock, own_rules(clock, step.rules))
    moved = counted_deadline(deadline.counted._replace(pauses=pauses))
    set_deadline(step, ticket, clock, moved)


def day_unpaused(step: Step, ticket: Ticket, clock: Clock) -> date:
    """Return on which day a clock would end without the pause that stands on it."""
    deadline = stored_deadline(ticket, clock, own_rules(clock, step.rules))
    earlier = pauses_of(clock)[:-1]
    return counted_deadline(deadline.counted._replace(pauses=earlier)).due_on


def end_pause(step: Step, ticket: Ticket, clock: Clock, at: datetime) -> None:
    """End the pause that stands on a clock; warnings after its end are due, however late found."""
    *earlier, last = pauses_of(clock)
    set_pauses(replace(step, now=at), ticket, clock, (*earlier, Pause(last.start, at, last.reason)))


def stop_clock(step: Step, ticket: Ticket, clock: Clock, why: str) -> None:
    """Stop one clock; what no sweep has seen yet of its breach and after is caught up first."""
    if clock.state is ClockState.PAUSED:
        end_pause(step, ticket, clock, step.now)
    if is_overdue(clock, step.now):
        _catch_up(step, ticket, clock)
    clock.state, clock.stopped_at, clock.stop_reason = ClockState.STOPPED, step.now, why
    clock.next_rung_at = None


def _catch_up(step: Step, ticket: Ticket, clock: Clock) -> None:
    from engine.actions.sweep import catch_up  # a ladder proposes letters, whose clocks these are

    with as_house(step.session):
        catch_up(step, ticket, clock)


def stop_all(step: Step, ticket: Ticket, why: str) -> None:
    """Stop every clock of a ticket but those of its letters and promises: its life is over."""
    kinds = [kind for kind in ClockKind if kind not in OUTLIVING]
    stop(step, ticket, kinds, why)


def is_overdue(clock: Clock, now: datetime) -> bool:
    """Return whether a clock passed its due moment, running or stopped too late."""
    return (clock.stopped_at or now) >= clock.due_at
