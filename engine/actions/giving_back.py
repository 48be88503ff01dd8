"""Gives a unit the days back by which the hotline was late itself (热线超时不计, H-93)."""

from dataclasses import replace

from engine.actions import clocks
from engine.actions.actor import SYSTEM
from engine.actions.moved_breaches import follow_limits
from engine.actions.step import Step, Why, take
from engine.models import Clock, Ticket
from engine.rules.adjustments import HOTLINE_LATE, Extension
from engine.rules.citations import clause
from engine.rules.held_days import held_days, without_held_days
from engine.rules.pauses import paused_days
from engine.rules.shanghai import shanghai_date, spoken_date
from engine.store import clocks as store
from engine.terms import ClockKind, ClockState, TicketEvent


def give_back(step: Step, ticket: Ticket, own: ClockKind) -> None:
    """Leave the days out of the unit's running limit by which the hotline's own one is past.

    `own` is the hotline's limit that ended with this very act. The requester's limit stays.
    """
    late = store.one(step.session, ticket.id, own)
    clock = store.one(step.session, ticket.id, ClockKind.HANDLING)
    if late is None or late.stopped_at != step.now:
        return
    if clock is None or clock.state is ClockState.STOPPED:
        return
    stood = paused_days(clocks.pauses_of(clock), step.rules, shanghai_date(ticket.accepted_at))
    days = held_days(late.due_on, shanghai_date(step.now), stood, step.rules)
    if days:
        _give(step, ticket, clock, Extension(days, step.now, HOTLINE_LATE), late)


def _give(step: Step, ticket: Ticket, clock: Clock, held: Extension, late: Clock) -> None:
    before = clock.due_on
    deadline = clocks.stored_deadline(ticket, clock, clocks.own_rules(clock, step.rules))
    clocks.set_deadline(step, ticket, clock, without_held_days(deadline, held))
    if clock.due_on == before:
        return
    words = (
        f"{late.limit_name}超时 {held.working_days} 个工作日，不计入承办时限："
        f"{spoken_date(before)}→{spoken_date(clock.due_on)}"
    )
    details = {ClockKind.HANDLING.value: [before.isoformat(), clock.due_on.isoformat()]}
    why = Why(words, clause("house/H-93").label, details)
    take(replace(step, actor=SYSTEM), ticket, TicketEvent.NOTE, why)
    what = f"{late.limit_name}超时不计入，{clock.limit_name}改为{spoken_date(clock.due_on)}"
    follow_limits(step, ticket, [(clock, what)], "house/H-93")
