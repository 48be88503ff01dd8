"""The ladder: what happens when, whom it tells, and what it never does."""

from datetime import timedelta

import pytest

from engine.rules.escalation import (
    due_rungs,
    ladder,
    next_rung_at,
    one_mail_each,
    overdue_working_days,
)
from engine.rules.time_limits import Pause, clock_deadline
from engine.terms import ClockKind, Recipient, RectificationGround, Rung, TicketKind
from tests.rules.reading import cases, day, moment, spoken

DISPATCHED = moment("Fri 2024-09-27 10:00")


def steps_of(rules, clock=ClockKind.HANDLING, kind=TicketKind.COMPLAINT, at=DISPATCHED, **more):
    deadline = clock_deadline(clock, at, rules, kind=kind, **more)
    return ladder(clock, deadline, at, rules)


@pytest.mark.parametrize("case", cases("ladders"))
def test_each_worked_ladder_comes_out(rules, case):
    clock, kind = ClockKind.parse(case["时限"]), TicketKind.parse(case["类型"])

    steps = steps_of(rules, clock, kind, moment(case["派单"]))

    assert {step.rung.label: spoken(step.at) for step in steps} == case["阶梯"]


@pytest.mark.parametrize("clock", list(ClockKind))
def test_every_clock_has_a_ladder_in_order_with_a_source(rules, clock):
    steps = steps_of(rules, clock)

    assert steps
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert all(step.cites.label.startswith("本区设定 H-") for step in steps)


def test_from_the_supervision_letter_on_a_person_decides(rules):
    by_person = {step.rung for step in steps_of(rules) if step.needs_person}

    assert by_person == {Rung.L2_SUPERVISION, Rung.L3_INTERVIEW, Rung.L4_LETTER}


def test_the_last_rung_only_proposes_and_only_to_the_supervisor(rules):
    last = steps_of(rules)[-1]

    assert last.recipients == (Recipient.SUPERVISOR,)
    assert RectificationGround.DUTY_NOT_PERFORMED in last.proposes


def test_a_provisional_due_date_brings_warnings_only(rules):
    steps = steps_of(rules, at=moment("Mon 2026-12-21 10:00"))

    assert steps
    assert all(step.warning for step in steps)


def test_no_warning_comes_before_the_start_or_after_the_end(rules):
    for clock in ClockKind:
        for step in steps_of(rules, clock, TicketKind.HELP_REQUEST):
            assert step.at > DISPATCHED


def test_paused_days_do_not_bring_the_half_way_mark_nearer(rules):
    still = Pause(moment("Sun 2024-09-29 10:00"), moment("Wed 2024-10-09 10:00"), "testing")

    plain = steps_of(rules)[0]
    paused = steps_of(rules, pauses=(still,))[0]

    assert plain.rung is paused.rung is Rung.HALF_TIME
    assert spoken(paused.at) == "2024-10-15 周二 09:00"


def test_after_downtime_every_rung_is_found_in_order(rules):
    now = moment("Fri 2024-10-18 09:00")
    found = due_rungs(steps_of(rules), {Rung.HALF_TIME}, now)

    assert [step.rung for step in found] == [
        Rung.ONE_DAY_LEFT,
        Rung.DUE_DAY,
        Rung.BREACH,
        Rung.L1_REMINDER,
        Rung.L2_SUPERVISION,
    ]


def test_after_downtime_each_recipient_gets_one_mail_about_the_last_step(rules):
    found = due_rungs(steps_of(rules), set(), moment("Thu 2024-10-17 12:00"))

    assert {who: step.rung for who, step in one_mail_each(found).items()} == {
        Recipient.UNIT: Rung.L1_REMINDER,
        Recipient.UNIT_LEADER: Rung.L1_REMINDER,
        Recipient.SUPERVISOR: Rung.L1_REMINDER,
    }


def test_a_rung_is_due_at_its_moment_and_not_a_second_before(rules):
    breach = next(step for step in steps_of(rules) if step.rung is Rung.BREACH)
    warnings = {Rung.HALF_TIME, Rung.ONE_DAY_LEFT, Rung.DUE_DAY}

    assert due_rungs(steps_of(rules), warnings, breach.at - timedelta(seconds=1)) == ()
    assert due_rungs(steps_of(rules), warnings, breach.at) == (breach,)


def test_the_next_rung_is_the_first_not_taken(rules):
    steps = steps_of(rules)

    assert next_rung_at(steps, set()) == steps[0].at
    assert next_rung_at(steps, {Rung.HALF_TIME}) == steps[1].at
    assert next_rung_at(steps, set(Rung)) is None


def test_overdue_is_counted_in_working_days(rules):
    deadline = clock_deadline(ClockKind.HANDLING, DISPATCHED, rules, kind=TicketKind.COMPLAINT)

    def overdue(at):
        return overdue_working_days(deadline.due_on, deadline.due_at, at, rules)

    assert deadline.due_on == day("Wed 2024-10-16")
    assert overdue(moment("Wed 2024-10-16 23:59")) == 0
    assert overdue(moment("Thu 2024-10-17 00:00")) == 1
    assert overdue(moment("Mon 2024-10-21 09:00")) == 3


def test_a_due_date_before_a_holiday_is_overdue_at_once_but_by_no_working_day(rules):
    due_on, due_at = day("Mon 2024-09-30"), moment("Tue 2024-10-01 00:00")

    assert overdue_working_days(due_on, due_at, moment("Mon 2024-10-07 12:00"), rules) == 0


RUNGS = [Rung.BREACH, Rung.L1_REMINDER, Rung.L2_SUPERVISION]


def test_for_rungs_caught_up_together_each_recipient_is_written_to_about_the_sharpest(rules):
    caught = [step for step in steps_of(rules) if step.rung in RUNGS]

    told = {who: step.rung for who, step in one_mail_each(caught).items()}

    # A step that takes a person is told to supervisors alone: the unit hears of the red card.
    assert told == {
        Recipient.UNIT: Rung.L1_REMINDER,
        Recipient.UNIT_LEADER: Rung.L1_REMINDER,
        Recipient.SUPERVISOR: Rung.L2_SUPERVISION,
    }
