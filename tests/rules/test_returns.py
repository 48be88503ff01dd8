"""Returning a ticket: until when, with what, how often, and when the panel decides."""

import pytest

from engine.rules.returns import (
    designation_binds,
    missing_in_return,
    panel_due,
    return_closes_at,
    returns_used_up,
)
from engine.terms import ReturnReason
from tests.rules.changing import rules_with
from tests.rules.reading import day, moment

ACCEPTED = day("Fri 2024-09-27")
WRITTEN = {
    "explanation": "不属职责",
    "legal_basis": "三定方案",
    "suggested_unit": "区住房和城乡建设局",
}


@pytest.mark.parametrize(
    ("dispatched", "closes"),
    [
        ("Mon 2023-11-13 10:00", "Wed 2023-11-15 00:00"),
        ("Mon 2023-11-13 23:59", "Wed 2023-11-15 00:00"),
        ("Fri 2024-09-27 10:00", "Mon 2024-09-30 00:00"),  # Sun 09-29 is worked
        ("Mon 2024-09-30 10:00", "Wed 2024-10-09 00:00"),
    ],
)
def test_a_unit_may_return_until_the_end_of_the_next_working_day(rules, dispatched, closes):
    assert return_closes_at(moment(dispatched), rules, ACCEPTED) == moment(closes)


def test_the_window_is_that_of_the_day_of_acceptance(tmp_path):
    longer = rules_with("returns.window", 2, tmp_path)

    assert return_closes_at(moment("Mon 2023-11-13 10:00"), longer, ACCEPTED) == moment(
        "Thu 2023-11-16 00:00")  # fmt: skip


@pytest.mark.parametrize("field", list(WRITTEN))
def test_a_return_states_reason_basis_and_a_better_unit(rules, field):
    written = {**WRITTEN, field: "  "}

    missing = missing_in_return(ReturnReason.OTHER_UNIT_LEADS, written, rules, ACCEPTED)

    assert list(missing) == [field]
    assert missing_in_return(ReturnReason.OTHER_UNIT_LEADS, WRITTEN, rules, ACCEPTED) == {}


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        (ReturnReason.NOT_OUR_DUTY, True),
        (ReturnReason.OTHER_UNIT_LEADS, True),
        (ReturnReason.OUTSIDE_DISTRICT, False),
        (ReturnReason.DUPLICATE, False),
        (ReturnReason.INSUFFICIENT_FACTS, False),
    ],
)
def test_who_should_have_it_is_asked_where_somebody_else_should(rules, reason, asked):
    missing = missing_in_return(reason, {**WRITTEN, "suggested_unit": ""}, rules, ACCEPTED)

    assert ("suggested_unit" in missing) is asked


def test_a_unit_returns_a_ticket_once(rules):
    assert not returns_used_up(0, rules, ACCEPTED)
    assert returns_used_up(1, rules, ACCEPTED)


def test_the_second_return_goes_to_the_panel(rules):
    assert not panel_due(1, rules, ACCEPTED)
    assert panel_due(2, rules, ACCEPTED)


def test_a_designated_unit_keeps_the_ticket(rules):
    assert designation_binds(True, rules, ACCEPTED)
    assert not designation_binds(False, rules, ACCEPTED)
