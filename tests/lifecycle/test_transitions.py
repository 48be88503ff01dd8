"""The table of transitions as a whole: complete, unambiguous, without traps."""

from itertools import product

import pytest

from engine.lifecycle import (
    BY_EVENT,
    FINAL,
    OPEN,
    TRANSITIONS,
    Moved,
    Refused,
    TicketFacts,
    allowed,
    may,
    move,
)
from engine.rules.citations import load_clauses
from engine.terms import Role, TicketEvent, TicketStatus

S = TicketStatus
# Facts under which every guard lets an event pass, but for the panel's two opposite ones.
EASY = {
    "has_lead": True, "contacted": True, "requester_content": True, "second_person": True,
    "merge_target": True, "freely_withdrawn": True,
}  # fmt: skip


def edges() -> set[tuple[TicketStatus, TicketStatus]]:
    return {
        (source, row.target)
        for row in TRANSITIONS
        if row.target is not None
        for source in row.sources
    }


def reachable(start: TicketStatus, steps: set[tuple[TicketStatus, TicketStatus]]):
    found = {start}
    while more := {target for source, target in steps if source in found} - found:
        found |= more
    return found


@pytest.mark.parametrize("status", TicketStatus)
def test_every_event_in_every_status_gets_an_answer(status):
    answers = [move(TicketFacts(status=status), event) for event in TicketEvent]

    assert all(isinstance(answer, Moved | Refused) for answer in answers)


@pytest.mark.parametrize("status", TicketStatus)
def test_a_refusal_says_why_in_chinese_with_a_known_clause(status):
    answers = [move(TicketFacts(status=status), event) for event in TicketEvent]

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert all(answer.reason.endswith("。") for answer in refused)
    assert all(answer.clause in load_clauses() for answer in refused)


def test_no_status_has_two_rows_for_the_same_event():
    pairs = [(source, row.event) for row in TRANSITIONS for source in row.sources]

    assert len(pairs) == len(set(pairs))


def test_every_status_is_reached_from_acceptance():
    assert reachable(S.ACCEPTED, edges()) == set(TicketStatus)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_no_open_status_is_a_trap(status):
    assert reachable(status, edges()) & FINAL


def test_every_event_but_acceptance_has_a_row():
    assert [event for event in TicketEvent if not BY_EVENT[event]] == [TicketEvent.ACCEPT]


def test_a_final_status_moves_nowhere():
    assert not [row for row in TRANSITIONS if row.target is not None and row.sources & FINAL]


def test_every_clause_of_the_table_is_in_the_sources():
    assert {row.clause for row in TRANSITIONS} <= set(load_clauses())


@pytest.mark.parametrize(("status", "due"), product(sorted(OPEN), (False, True)))
def test_somebody_can_always_do_something_with_an_open_ticket(status, due):
    facts = TicketFacts(status=status, **EASY, panel_due=due)

    assert allowed(facts)


@pytest.mark.parametrize("status", TicketStatus)
def test_what_is_allowed_is_what_move_lets_through(status):
    facts = TicketFacts(status=status, **EASY)

    lets_through = [
        event for event in TicketEvent
        if isinstance(found := move(facts, event), Moved) and found.transition.target is not None
    ]  # fmt: skip
    assert sorted(allowed(facts)) == sorted(lets_through)


def test_a_recorded_fact_leaves_the_status_as_it_is():
    found = move(TicketFacts(status=S.CLOSED), TicketEvent.NOTE)

    assert isinstance(found, Moved)
    assert found.target is S.CLOSED


def test_a_breach_or_warning_of_a_letter_is_recorded_on_a_closed_ticket():
    facts = TicketFacts(status=S.CLOSED)

    answers = [
        move(facts, one) for one in (TicketEvent.WARN, TicketEvent.BREACH, TicketEvent.ESCALATE)
    ]
    assert all(isinstance(answer, Moved) for answer in answers)


@pytest.mark.parametrize("role", Role)
def test_nobody_closes_or_designates_but_the_hotline(role):
    hotline = role in {Role.OPERATOR, Role.SUPERVISOR}

    assert may(role, TicketEvent.CLOSE) is hotline
    assert may(role, TicketEvent.DESIGNATE) is (role is Role.SUPERVISOR)


@pytest.mark.parametrize(
    "event",
    [TicketEvent.DEEM_SIGNED, TicketEvent.BREACH, TicketEvent.WARN],
)
def test_what_the_engine_alone_does_nobody_does_by_hand(event):
    assert not [role for role in Role if may(role, event)]
    assert may(None, event)


def test_an_auditor_moves_no_ticket():
    assert not [row.event for row in TRANSITIONS if row.target and may(Role.AUDITOR, row.event)]


def test_allowed_is_narrowed_to_a_role():
    facts = TicketFacts(status=S.DISPATCHED, **EASY)

    assert TicketEvent.SIGN_FOR in allowed(facts, Role.HANDLER)
    assert TicketEvent.SIGN_FOR not in allowed(facts, Role.OPERATOR)
