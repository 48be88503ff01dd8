"""Whose days a ticket used (占用时间): the shares add up to the whole, on every path."""

import pytest

from engine.actions import review, unit_work
from engine.actions.adjusting import pause, resume
from engine.actions.day_ledger import days_used, segments_of
from engine.actions.overseeing import note
from engine.rules.rule_set import load_rules
from engine.rules.shanghai import shanghai_date
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import ReturnReason
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    an_answer,
    an_unhappy_callback,
    call_back,
    moment,
    on_ticket,
)
from tests.looking import sweep

pytestmark = pytest.mark.usefixtures("database")
NOW = "Mon 2026-11-23 09:00"


def ledger(number, now):
    """Return the shares, having checked that they add up to the whole."""
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        rules, at = load_rules("CN-GX"), moment(now)
        found = days_used(session, ticket, at, rules)
        segments = segments_of(session, ticket, at)
        first, last = shanghai_date(ticket.accepted_at), shanghai_date(ticket.closed_at or at)
        assert found.whole == rules.calendar.working_days_between(first, last)
        assert sum(share.working_days for share in found.shares) == found.whole
        assert sum(stay.working_days for stay in found.stays) == found.whole
        assert segments[0].start == ticket.accepted_at
        return {one.unit.slug if one.unit else one.holder.value: one.working_days
                for one in found.shares}  # fmt: skip


def give_back(number, now, who, suggested=TAX):
    form = unit_work.ReturnForm(reason=ReturnReason.OTHER_UNIT_LEADS, explanation="不属职责",
                                legal_basis="三定方案", suggested_unit=suggested)  # fmt: skip
    on_ticket(number, now, who, lambda step, ticket: unit_work.request_return(step, ticket, form))


def rule(number, now, *, upheld, lead=None):
    def what(step, ticket):
        unit = store.unit_by_name(step.session, lead) if lead else None
        review.rule_on_return(step, ticket, review.Ruling(upheld, "研定", unit))

    on_ticket(number, now, OPERATOR, what)


def answer(number, now, who=MARKET):
    on_ticket(number, now, who, lambda step, ticket: unit_work.answer(step, ticket, an_answer()))


def test_a_ticket_nobody_has_is_the_hotlines():
    number = a_ticket(NOW)

    assert ledger(number, "Thu 2026-11-26 10:00") == {"hotline": 3}


def test_on_the_first_day_nothing_is_used():
    assert ledger(a_ticket(NOW), "Mon 2026-11-23 18:00") == {"hotline": 0}


def test_unit_and_hotline_each_have_their_own_days():
    number = a_signed_ticket(NOW)
    answer(number, "Thu 2026-11-26 10:00")

    assert ledger(number, "Mon 2026-11-30 10:00") == {MARKET: 3, "hotline": 2}


def test_days_with_the_wrong_unit_are_the_hotlines():
    number = a_dispatched_ticket(NOW)
    give_back(number, "Tue 2026-11-24 10:00", MARKET)
    rule(number, "Wed 2026-11-25 10:00", upheld=True, lead=TAX)

    assert ledger(number, "Fri 2026-11-27 10:00") == {"hotline": 2, TAX: 2}


def test_days_after_a_wrongful_return_are_the_units():
    number = a_dispatched_ticket(NOW)
    give_back(number, "Tue 2026-11-24 10:00", MARKET)
    rule(number, "Wed 2026-11-25 10:00", upheld=False)

    assert ledger(number, "Fri 2026-11-27 10:00") == {MARKET: 3, "hotline": 1}


def test_a_pause_is_nobodys_and_waiting_for_the_requester_the_requesters():
    number = a_signed_ticket(NOW)
    for reason, stops, runs in (
        ("testing", "Tue 2026-11-24 10:00", "Thu 2026-11-26 10:00"),
        ("awaiting_requester", "Fri 2026-11-27 10:00", "Mon 2026-11-30 10:00"),
    ):
        on_ticket(number, stops, SUPERVISOR,
                  lambda step, ticket, why=reason: pause(step, ticket, why))  # fmt: skip
        on_ticket(number, runs, SUPERVISOR, resume)

    assert ledger(number, "Tue 2026-12-01 10:00") == {
        "hotline": 0, MARKET: 3, "pause": 2, "requester": 1}  # fmt: skip


def test_rework_is_the_units_again():
    number = a_signed_ticket(NOW)
    answer(number, "Tue 2026-11-24 10:00")
    on_ticket(number, "Tue 2026-11-24 11:00", OPERATOR, review.approve_answer)
    call_back(number, "Wed 2026-11-25 10:00", an_unhappy_callback())

    assert ledger(number, "Fri 2026-11-27 10:00") == {MARKET: 3, "hotline": 1}


def test_the_ledger_of_a_closed_ticket_stands_still():
    number = a_signed_ticket(NOW)
    answer(number, "Tue 2026-11-24 10:00")
    on_ticket(number, "Tue 2026-11-24 11:00", OPERATOR, review.approve_answer)
    call_back(number, "Wed 2026-11-25 10:00", a_callback())

    assert ledger(number, "Wed 2026-11-25 18:00") == ledger(number, "Fri 2026-12-25 10:00")


def test_a_pause_used_up_ends_when_it_was_however_late_that_is_found():
    """15 working days from Wed 2026-11-25 on are over on Tue 2026-12-15, found three days later."""
    number = a_signed_ticket(NOW)
    on_ticket(number, "Tue 2026-11-24 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, "testing"))  # fmt: skip
    while_it_stands = ledger(number, "Thu 2026-12-10 10:00")

    sweep("Fri 2026-12-18 10:00")

    assert while_it_stands == {"hotline": 0, MARKET: 1, "pause": 12}
    assert ledger(number, "Fri 2026-12-18 11:00") == {"hotline": 0, MARKET: 4, "pause": 15}


def test_what_happened_before_a_late_resume_was_found_keeps_its_place():
    number = a_signed_ticket(NOW)
    on_ticket(number, "Tue 2026-11-24 10:00", SUPERVISOR,
              lambda step, ticket: pause(step, ticket, "testing"))  # fmt: skip
    on_ticket(number, "Thu 2026-12-17 10:00", SUPERVISOR,
              lambda step, ticket: note(step, ticket, "已电话询问"))  # fmt: skip

    sweep("Fri 2026-12-18 10:00")

    assert ledger(number, "Fri 2026-12-18 11:00") == {"hotline": 0, MARKET: 4, "pause": 15}


def test_the_stays_say_who_had_it_from_when_to_when():
    number = a_dispatched_ticket(NOW)
    give_back(number, "Tue 2026-11-24 10:00", MARKET)
    rule(number, "Wed 2026-11-25 10:00", upheld=True, lead=TAX)

    with work() as session:
        ticket = store.ticket_by_number(session, number)
        found = days_used(session, ticket, moment("Fri 2026-11-27 10:00"), load_rules("CN-GX"))

    told = [(one.unit.slug if one.unit else one.holder.value, one.working_days, one.wrongly_sent)
            for one in found.stays]  # fmt: skip
    assert told == [(MARKET, 1, True), ("hotline", 1, False),
                    (TAX, 2, False)]  # fmt: skip
    assert found.stays[-1].until == moment("Fri 2026-11-27 10:00")
