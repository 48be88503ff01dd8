"""The sweep: what is due is climbed once, in order, however late, often or parallel it comes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import func, select, update

from engine.actions import background, review, unit_work
from engine.actions.sweep import climb
from engine.models import Clock, OutboxMessage
from engine.rules.parameter_tables import WARNINGS
from engine.store.database import work
from engine.terms import ClockKind, NoticeKind, Rung, TicketEvent
from tests.actions.sweep_steps import climbed, in_progress, new_mails
from tests.builders import MARKET, OPERATOR, a_signed_ticket, an_answer, moment, on_ticket
from tests.looking import (
    breaches_of,
    clock_of,
    event_names,
    last_event,
    mails_of,
    rungs_of,
    sweep,
)

pytestmark = pytest.mark.usefixtures("database")


def test_when_nothing_is_due_nothing_happens():
    number = in_progress()
    before = event_names(number)

    assert sweep("Mon 2026-11-23 09:01") == {}
    assert event_names(number) == before


def test_two_sweeps_of_one_moment_change_nothing_the_second_time():
    number = in_progress()
    sweep("Tue 2026-12-08 00:00")
    before = (event_names(number), len(mails_of(number)), len(breaches_of(number)))

    assert sweep("Tue 2026-12-08 00:00") == {}
    assert (event_names(number), len(mails_of(number)), len(breaches_of(number))) == before


def test_sweeps_at_every_moment_and_one_late_sweep_climb_the_same_rungs():
    often, late = in_progress(), in_progress()
    for now in ("Tue 2026-12-01 09:00", "Fri 2026-12-04 09:00", "Mon 2026-12-07 09:00",
                "Tue 2026-12-08 00:00", "Tue 2026-12-08 09:00"):  # fmt: skip
        at = moment(now)
        for kind in (ClockKind.HANDLING, ClockKind.REQUESTER):
            background.climb_one(clock_of(often, kind).id, at)

    sweep("Tue 2026-12-08 09:00")

    assert climbed(often) == climbed(late)


def test_parallel_sweeps_climb_each_rung_once():
    numbers = [in_progress() for _ in range(5)]
    at = moment("Tue 2026-12-08 09:00")
    due = background.clocks_due(at, 100)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda clock: background.climb_one(clock, at), due * 4))

    assert sum(1 for rungs in taken if rungs) == len(due)
    for number in numbers:
        assert len(climbed(number)) == len(set(climbed(number))) == 5
        assert len(breaches_of(number)) == 2


def test_a_sweep_three_days_late_over_national_day_keeps_order_and_both_times():
    number = in_progress("Tue 2026-09-15 09:00")  # 10 working days, with the make-up Sunday 9-20
    due_at = clock_of(number, ClockKind.HANDLING).due_at

    sweep("Sat 2026-10-03 10:00")

    rungs = [
        row for row in rungs_of(number) if row.clock_id == clock_of(number, ClockKind.HANDLING).id
    ]
    assert due_at == moment("Wed 2026-09-30 00:00")
    assert [row.rung for row in rungs] == [
        Rung.HALF_TIME, Rung.ONE_DAY_LEFT, Rung.DUE_DAY, Rung.BREACH, Rung.L1_REMINDER,
    ]  # fmt: skip
    assert {row.detected_at for row in rungs} == {moment("Sat 2026-10-03 10:00")}
    assert [row.fell_due_at for row in rungs] == sorted(row.fell_due_at for row in rungs)


def test_a_late_breach_keeps_when_it_truly_was_and_when_it_was_found():
    number = in_progress()

    sweep("Fri 2026-12-11 10:00")

    breach = next(one for one in breaches_of(number) if one.kind is ClockKind.HANDLING)
    assert breach.true_at == moment("Tue 2026-12-08 00:00")
    assert breach.detected_at == moment("Fri 2026-12-11 10:00")
    event = last_event(number, TicketEvent.BREACH)
    assert event.details["fell_due_at"] < event.details["detected_at"]


def test_however_late_a_sweep_writes_each_recipient_one_mail():
    number = in_progress()
    before = mails_of(number)

    background.climb_one(clock_of(number, ClockKind.HANDLING).id, moment("Tue 2026-12-22 10:00"))

    told = sorted(mail.recipient for mail in new_mails(number, before))
    assert told == [
        "shijianguan.leader@demo.invalid",
        "shijianguan@demo.invalid",
        "zhuguan1@demo.invalid",
        "zhuguan2@demo.invalid",
    ]


def test_the_one_mail_names_every_rung_that_was_caught_up():
    number = in_progress()

    sweep("Tue 2026-12-08 10:00")

    (mail,) = mails_of(number, NoticeKind.REMINDER)[:1]
    told = {mail.kind for mail in mails_of(number) if mail.recipient == "shijianguan@demo.invalid"}
    assert NoticeKind.WARNING not in told
    assert mail.key.endswith("l1_reminder")


def test_one_poisoned_clock_is_set_aside_and_the_others_go_on():
    poisoned, healthy = in_progress(), in_progress()
    with work() as session:
        clock = session.get_one(Clock, clock_of(poisoned, ClockKind.HANDLING).id)
        clock.certificate = {"rule": "broken"}

    sweep("Tue 2026-12-08 00:00")

    assert clock_of(poisoned, ClockKind.HANDLING).stuck_reason
    assert climbed(poisoned) == []
    assert "breach" in climbed(healthy)
    assert background.set_aside()["clocks"] == [poisoned]


def test_a_clock_set_aside_is_not_tried_again_and_again():
    number = in_progress()
    with work() as session:
        clock = session.get_one(Clock, clock_of(number, ClockKind.HANDLING).id)
        clock.stuck_reason = "出错"

    assert clock_of(number, ClockKind.HANDLING).id not in sweep("Tue 2026-12-08 00:00")


def test_a_thousand_and_one_due_clocks_come_in_bounded_batches_longest_due_first():
    number = in_progress()
    model = clock_of(number, ClockKind.HANDLING)
    with work() as session:
        session.exec(update(Clock).values(next_rung_at=None))
        for _ in range(1_001):
            values = model.model_dump(exclude={"id", "next_rung_at"})
            session.add(Clock(**values, next_rung_at=model.next_rung_at))
    at = moment("Tue 2026-12-01 09:00")

    first = background.clocks_due(at, 1_000)
    with work() as session:
        session.exec(update(Clock).where(Clock.id.in_(first)).values(next_rung_at=None))
    second = background.clocks_due(at, 1_000)

    assert (len(first), len(second)) == (1_000, 1)
    assert first == sorted(first)


def test_a_sweep_that_fails_half_way_leaves_nothing_half_done():
    number = in_progress()
    clock = clock_of(number, ClockKind.HANDLING).id

    with pytest.raises(RuntimeError):
        _climb_and_fail(clock)

    with work() as session:
        count = session.exec(select(func.count()).select_from(OutboxMessage)).one()
    assert (climbed(number), count) == ([], len(mails_of(number)))
    assert sweep("Tue 2026-12-08 00:00")[clock][-1] == "breach"


def _climb_and_fail(clock):
    with work() as session:
        climb(background.system_step(session, moment("Tue 2026-12-08 00:00")), clock)
        raise RuntimeError


def test_an_answer_too_late_that_is_sent_back_wakes_no_warning_of_the_past():
    number = a_signed_ticket("Mon 2026-11-02 09:00")
    late = "Mon 2026-11-23 09:30"  # nobody has swept since the second of November
    on_ticket(number, late, MARKET, lambda s, t: unit_work.answer(s, t, an_answer()))
    on_ticket(number, late, OPERATOR, lambda s, t: review.send_back(s, t, "没有说清结果"))

    sweep("Mon 2026-11-23 09:31")

    handling = clock_of(number, ClockKind.HANDLING)
    taken = [row for row in rungs_of(number) if row.clock_id == handling.id]
    assert taken[0].rung is Rung.BREACH
    assert [row.fell_due_at for row in taken] == sorted(row.fell_due_at for row in taken)
    assert not {row.rung for row in taken} & set(WARNINGS)
