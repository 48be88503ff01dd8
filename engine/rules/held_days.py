"""Which working days were the hotline's own (热线超时的工作日), and count against no unit."""

from collections.abc import Sequence
from datetime import date

from engine.rules.adjustments import Extension
from engine.rules.citations import cites
from engine.rules.extension import extended_deadline
from engine.rules.rule_set import RuleSet
from engine.rules.time_limits import Deadline
from engine.terms import LimitUnit


@cites("house/H-93")
def held_days(own_due_on: date, acted_on: date, stood: Sequence[date], rules: RuleSet) -> int:
    """Return the working days by which the hotline was late with its own act; 0 in time.

    Days on which the unit's limit `stood` still (停表) are out of its count already.
    """
    if acted_on <= own_due_on:
        return 0
    length = rules.calendar.working_days_between(own_due_on, acted_on)
    late = rules.calendar.working_days_after(own_due_on, length) if length else ()
    return len(set(late) - set(stood))


@cites("house/H-17", "house/H-93")
def without_held_days(deadline: Deadline, held: Extension) -> Deadline:
    """Return a unit's deadline that does not count the working days the hotline was late.

    A limit in hours or calendar days stays: it counts every day, whoever has the ticket.
    """
    if deadline.counted.parameter.unit != LimitUnit.WORKING_DAY.value:
        return deadline
    return extended_deadline(deadline, held)
