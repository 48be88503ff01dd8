"""Clocks are fair to units and never lose the law: returns, pauses, redispatches, late finds."""

from dataclasses import replace

import pytest

from engine.actions import unit_work
from engine.actions.adjusting import pause, request_extension, resume
from engine.actions.callbacks import supervise
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.overseeing import redispatch
from engine.actions.review import approve_answer
from engine.errors import BadInputError, ConflictError
from engine.rules.parameter_tables import WARNINGS
from engine.store import tickets as store
from engine.terms import (
    CallbackChannel,
    ClockKind,
    ClockState,
    LetterKind,
    TicketKind,
)
from tests.actions.return_steps import rule, send_back
from tests.actions.sweep_steps import climbed, in_progress
from tests.actions.test_adjusting import ask, decide
from tests.actions.test_statutory import LAW, claim, granted, reply_staged
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    a_ticket_to_call_back,
    an_answer,
    an_unhappy_callback,
    call_back,
    day,
    moment,
    on_ticket,
)
from tests.looking import (
    breaches_of,
    callbacks_of,
    clock_of,
    clocks_of,
    letters_of,
    sweep,
)

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"
LATER = "Mon 2026-11-23 10:00"
LATE = "Mon 2026-12-14 10:00"
TUESDAY = "Tue 2026-11-24 10:00"


def pausing(number, now, reason="testing"):
    on_ticket(number, now, SUPERVISOR, lambda step, ticket: pause(step, ticket, reason))


def hand_to(number, now, unit=TAX):
    def what(step, ticket):
        redispatch(step, ticket, store.unit_by_name(step.session, unit), (), "改由其他单位办理")

    on_ticket(number, now, SUPERVISOR, what)


def answering(number, now, who=MARKET):
    on_ticket(number, now, who, lambda step, ticket: unit_work.answer(step, ticket, an_answer()))


def with_help(now=NOW):
    """A ticket in hand with 区税务局 assisting."""
    number = a_ticket(now)

    def what(step, ticket):
        lead = store.unit_by_name(step.session, MARKET)
        dispatch(step, ticket, Dispatch(lead, (store.unit_by_name(step.session, TAX),), "测试"))

    on_ticket(number, now, OPERATOR, what)
    on_ticket(number, now, MARKET, unit_work.sign_for)
    return number


# --- a return waits on the hotline ------------------------------------------------------------


def test_a_unit_is_not_late_while_the_hotline_rules_on_its_return():
    number = a_signed_ticket(NOW, kind=TicketKind.HELP_REQUEST)
    send_back(number, LATER)
    sweep("Mon 2026-11-30 10:00")

    assert climbed(number) == []
    late = {one.kind for one in breaches_of(number) if one.unit_id is not None}
    assert ClockKind.HANDLING not in late
    assert clock_of(number, ClockKind.REQUESTER).state is ClockState.RUNNING


def test_a_return_that_is_not_upheld_gains_no_day():
    number = a_signed_ticket(NOW)
    before = clock_of(number, ClockKind.HANDLING)
    send_back(number, LATER)
    rule(number, TUESDAY, upheld=False)

    after = clock_of(number, ClockKind.HANDLING)
    assert (after.id, after.due_on, after.state) == (before.id, before.due_on, ClockState.RUNNING)


# --- pauses ------------------------------------------------------------------------------------


def test_a_new_units_clock_stands_still_while_the_requesters_does():
    number = a_signed_ticket(NOW)
    pausing(number, LATER)
    hand_to(number, TUESDAY)
    assert clock_of(number, ClockKind.HANDLING).state is ClockState.PAUSED

    on_ticket(number, "Fri 2026-11-27 10:00", SUPERVISOR, resume)

    # Ten working days from Tuesday, and the three after it that stood still.
    handling = clock_of(number, ClockKind.HANDLING)
    assert handling.state is ClockState.RUNNING
    assert handling.due_on == day("Fri 2026-12-11")


def test_a_unit_that_keeps_a_ticket_keeps_its_pause():
    number = a_signed_ticket(NOW)
    pausing(number, LATER)
    send_back(number, "Mon 2026-11-23 11:00")
    rule(number, TUESDAY, upheld=False)

    handling, main = clock_of(number, ClockKind.HANDLING), clock_of(number, ClockKind.REQUESTER)
    assert handling.state is main.state is ClockState.PAUSED
    assert handling.pauses == main.pauses


def test_an_assisting_unit_stands_still_too_and_runs_on_with_the_rest():
    number = with_help()
    before = clock_of(number, ClockKind.ASSISTING).due_on
    pausing(number, LATER)
    assert clock_of(number, ClockKind.ASSISTING).state is ClockState.PAUSED

    on_ticket(number, "Thu 2026-11-26 10:00", SUPERVISOR, resume)

    assert before == day("Tue 2026-12-01")
    assert clock_of(number, ClockKind.ASSISTING).due_on == day("Fri 2026-12-04")


# --- assisting units ---------------------------------------------------------------------------


def test_an_assisting_unit_may_still_write_when_the_lead_has_answered():
    number = with_help()
    answering(number, TUESDAY)

    on_ticket(
        number, TUESDAY, TAX, lambda step, ticket: unit_work.assist_reply(step, ticket, "无异议")
    )

    assert clock_of(number, ClockKind.ASSISTING).state is ClockState.STOPPED


def test_an_opinion_the_answer_did_not_wait_for_is_owed_no_longer():
    number = with_help()
    answering(number, TUESDAY)
    on_ticket(number, TUESDAY, OPERATOR, approve_answer)
    sweep("Thu 2026-12-03 10:00")

    assert clock_of(number, ClockKind.ASSISTING).state is ClockState.STOPPED
    assert ClockKind.ASSISTING not in {one.kind for one in breaches_of(number)}


# --- extensions --------------------------------------------------------------------------------


def test_one_extension_waits_at_a_time():
    number = a_signed_ticket(NOW)
    ask(number, TUESDAY, 3)

    with pytest.raises(ConflictError, match="已有一份延期申请"):
        ask(number, TUESDAY, 3)


def test_another_unit_does_not_bring_another_first_extension():
    number = a_signed_ticket(NOW)
    decide(ask(number, TUESDAY, 10), TUESDAY, granted=True)
    hand_to(number, TUESDAY)
    on_ticket(number, TUESDAY, TAX, unit_work.sign_for)

    def again(step, ticket):
        request_extension(step, ticket, 5, "需现场检测")

    with pytest.raises(BadInputError, match="第二次延期须由承办单位负责人提出"):
        on_ticket(number, "Wed 2026-11-25 10:00", TAX, again)


# --- a law's own limit -------------------------------------------------------------------------


def test_a_laws_limit_stays_when_the_ticket_goes_to_another_unit():
    number = granted()
    reply_staged(number, "Fri 2026-12-04 10:00")
    hand_to(number, "Mon 2026-12-07 10:00")
    sweep("Tue 2026-12-29 10:00")

    running = {one.kind for one in clocks_of(number) if one.state is ClockState.RUNNING}
    assert ClockKind.HANDLING not in running
    assert ClockKind.FOLLOW_UP in running
    assert ClockKind.HANDLING not in {one.kind for one in breaches_of(number)}


def test_a_law_that_is_over_before_the_date_that_holds_is_no_claim():
    number = a_signed_ticket(NOW)
    decide(ask(number, TUESDAY, 10), TUESDAY, granted=True)

    with pytest.raises(BadInputError, match="不晚于现到期日"):
        claim(number, replace(LAW, working_days=11), now=TUESDAY)


# --- found late, the same consequences ---------------------------------------------------------


def test_a_late_answer_that_no_sweep_saw_climbs_what_was_due():
    swept = in_progress()
    for now in ("Tue 2026-12-08 10:00", "Wed 2026-12-09 10:00", "Fri 2026-12-11 10:00", LATE):
        sweep(now)
    unswept = in_progress()

    answering(unswept, LATE)

    warnings = {one.value for one in WARNINGS}
    assert climbed(unswept) == [one for one in climbed(swept) if one not in warnings]
    kinds = {one.kind for one in letters_of(unswept)}
    assert kinds == {one.kind for one in letters_of(swept)} >= {LetterKind.SUPERVISION}


def test_a_signature_deemed_late_begins_the_first_contact_when_it_was_found():
    number = a_dispatched_ticket(NOW)
    sweep("Fri 2026-12-11 10:00")

    contact = clock_of(number, ClockKind.FIRST_CONTACT)
    assert contact.started_at == moment("Fri 2026-12-11 10:00")
    assert contact.due_on == day("Mon 2026-12-14")


# --- supervision -------------------------------------------------------------------------------


def test_supervision_gives_an_overdue_unit_no_new_days():
    number = in_progress()
    sweep("Wed 2026-12-09 10:00")
    before = clock_of(number, ClockKind.HANDLING)

    on_ticket(number, "Wed 2026-12-09 11:00", SUPERVISOR,
              lambda step, ticket: supervise(step, ticket, "督办"))  # fmt: skip

    after = clock_of(number, ClockKind.HANDLING)
    assert (after.id, after.due_on, after.state) == (before.id, before.due_on, ClockState.RUNNING)


def test_a_robot_does_not_take_back_what_the_requester_said_to_it():
    number = a_ticket_to_call_back(NOW)
    robot = CallbackChannel.ROBOT_CALL
    call_back(number, LATER, an_unhappy_callback(channel=robot))
    call_back(number, TUESDAY, a_callback(channel=robot))

    (callback,) = callbacks_of(number)
    assert callback.human_required
    assert callback.solved.value == "not_solved"
