"""A signature that was not given in time (签收超期) is a breach, whoever ends the wait and when."""

import random
from datetime import timedelta

import pytest
from sqlmodel import select

from engine.actions import background, unit_work
from engine.actions.overseeing import redispatch
from engine.models import Breach, Unit
from engine.store.breach_ledger import BreachFilter, page
from engine.store.database import work
from engine.terms import BreachJudgement, ClockKind, Indicator
from tests.actions.test_any_walk import something_happens
from tests.actions.test_fair_figures import excused
from tests.actions.test_figures import on
from tests.builders import (
    MARKET,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    moment,
    on_ticket,
)
from tests.looking import breaches_of, clock_of, event_names, sweep

pytestmark = pytest.mark.usefixtures("database")
EARLY, DUE, FOUND = "Mon 2026-11-02 09:00", "Wed 2026-11-04 00:00", "Thu 2026-11-05 09:00"


def unit(slug):
    with work() as session:
        return session.exec(select(Unit).where(Unit.slug == slug)).one()


def unsigned_of(number):
    return [one for one in breaches_of(number) if one.kind is ClockKind.SIGN_FOR]


def test_a_signature_deemed_given_stands_in_the_ledger_with_when_it_was_missed_and_found():
    number = a_dispatched_ticket(EARLY)

    sweep(FOUND)

    (breach,) = unsigned_of(number)
    clock = clock_of(number, ClockKind.SIGN_FOR)
    with work() as session:
        (row,), _ = page(session, BreachFilter(kind=ClockKind.SIGN_FOR))
    assert (breach.true_at, breach.detected_at) == (moment(DUE), moment(FOUND))
    assert (breach.clock_id, breach.unit_id) == (clock.id, clock.unit_id)
    assert (row.breach.id, row.ticket.number) == (breach.id, number)
    assert event_names(number).count("breach") == 0  # 视为签收 tells of it: one omission, one event
    assert event_names(number).count("deem_signed") == 1


def test_a_signature_that_comes_late_before_any_sweep_is_a_breach_and_is_not_deemed():
    number = a_dispatched_ticket(EARLY)

    on_ticket(number, DUE, MARKET, unit_work.sign_for)
    sweep(FOUND)

    (breach,) = unsigned_of(number)
    assert (breach.true_at, breach.detected_at) == (moment(DUE), moment(DUE))
    assert event_names(number).count("deem_signed") == 0
    assert event_names(number).count("breach") == 1


def test_a_signature_a_second_before_its_limit_ends_is_no_breach():
    number = a_dispatched_ticket(EARLY)

    on_ticket(number, "Tue 2026-11-03 23:59:59", MARKET, unit_work.sign_for)
    sweep(FOUND)

    assert unsigned_of(number) == []


def test_a_ticket_taken_from_a_unit_that_had_not_signed_in_time_leaves_its_breach():
    number = a_dispatched_ticket(EARLY)
    first = clock_of(number, ClockKind.SIGN_FOR)

    on_ticket(number, DUE, SUPERVISOR,
              lambda s, t: redispatch(s, t, unit(TAX), (), "派错单位"))  # fmt: skip

    (breach,) = unsigned_of(number)
    assert (breach.clock_id, breach.unit_id) == (first.id, first.unit_id)


def test_a_missed_signature_is_excused_and_appealed_as_every_breach():
    number = a_dispatched_ticket(EARLY)
    sweep(FOUND)
    before = on("Fri 2026-11-06")[Indicator.SIGNED_ON_TIME]

    excused(number, "sign_for", "Mon 2026-11-09 09:00")

    after = on("Mon 2026-11-09")[Indicator.SIGNED_ON_TIME]
    assert (before.value, before.adjusted) == (0.0, 0.0)
    assert (after.value, after.adjusted) == (0.0, 100.0)
    assert unsigned_of(number)[0].judgement == BreachJudgement.EXCUSED.value


def late_signatures(until):
    with work() as session:
        query = select(Breach).where(Breach.kind == ClockKind.SIGN_FOR, Breach.true_at <= until)
        return len(session.exec(query).all())


@pytest.mark.parametrize("seed", range(4))
def test_the_ledger_has_each_late_signature_that_the_figures_count(seed):
    chance, now = random.Random(seed), moment(EARLY)
    numbers = [a_dispatched_ticket(EARLY) for _ in range(4)]
    for _ in range(24):
        now += timedelta(hours=chance.choice([1, 3, 8, 20]))
        something_happens(chance.choice(numbers), now, chance)
        if chance.random() < 0.3:
            sweep_at(now)
    sweep("Mon 2026-12-28 09:00")

    figure = on("Wed 2026-12-30")[Indicator.SIGNED_ON_TIME]

    assert figure.raw.n - figure.raw.hit == late_signatures(moment("Thu 2026-12-31 00:00")) > 0


def sweep_at(now):
    for clock in background.clocks_due(now, 100):
        background.climb_one(clock, now)
