"""How a ticket ends without a unit: refused, merged, handed on, answered at once."""

import pytest

from engine.actions.endings import (
    answer_on_the_spot,
    hand_to_emergency,
    merge,
    propose_refusal,
    refuse,
)
from engine.errors import BadInputError, RefusedTransitionError
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.store.database import Database, work
from engine.terms import RefusalReason, TicketKind
from tests.builders import (
    OPERATOR,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    a_dispatched_ticket,
    a_ticket,
    on_ticket,
    status_of,
)

NOW = "Mon 2026-11-23 09:00"
IN_COURT = RefusalReason.IN_PROCEEDINGS


def propose(number: str, who: str) -> None:
    on_ticket(
        number, NOW, who, lambda step, ticket: propose_refusal(step, ticket, IN_COURT, "已立案")
    )


def decide(number: str, who: str) -> None:
    on_ticket(number, NOW, who, lambda step, ticket: refuse(step, ticket, IN_COURT, "请依诉讼程序"))


def test_a_refusal_takes_a_second_person(database: Database) -> None:
    number = a_ticket(NOW)
    propose(number, SUPERVISOR)

    with pytest.raises(RefusedTransitionError, match="另一人"):
        decide(number, SUPERVISOR)

    assert status_of(number) == "accepted"


def test_a_refusal_proposed_by_one_is_decided_by_another(database: Database) -> None:
    number = a_ticket(NOW)
    propose(number, OPERATOR)

    decide(number, SECOND_SUPERVISOR)

    assert status_of(number) == "refused"


def test_a_refused_ticket_has_no_running_clock(database: Database) -> None:
    number = a_ticket(NOW)
    propose(number, OPERATOR)
    decide(number, SUPERVISOR)

    with work() as session:
        ticket = store.ticket_by_number(session, number)
        clocks = clock_store.of_ticket(session, ticket.id)
        assert {clock.state.value for clock in clocks} == {"stopped"}


def test_a_merged_ticket_points_to_the_one_that_goes_on(database: Database) -> None:
    first, second = a_ticket(NOW), a_ticket(NOW)

    on_ticket(second, NOW, OPERATOR, lambda step, ticket: merge(step, ticket, first))

    assert (status_of(first), status_of(second)) == ("accepted", "merged")
    with work() as session:
        kept = store.ticket_by_number(session, first)
        assert any(second in event.reason for event in store.events(session, kept))


@pytest.mark.parametrize("into", ["itself", "nothing"])
def test_a_ticket_cannot_be_merged_into_itself_or_into_nothing(
    database: Database, into: str
) -> None:
    number = a_ticket(NOW)
    target = number if into == "itself" else "LZ9999999999"

    with pytest.raises((RefusedTransitionError, BadInputError)):
        on_ticket(number, NOW, OPERATOR, lambda step, ticket: merge(step, ticket, target))

    assert status_of(number) == "accepted"


def test_an_emergency_leaves_the_clockwork(database: Database) -> None:
    number = a_ticket(NOW)

    on_ticket(number, NOW, OPERATOR, lambda step, ticket: hand_to_emergency(step, ticket, "119"))

    assert status_of(number) == "handed_to_emergency"


def test_a_consultation_is_closed_on_the_telephone_when_the_caller_agrees(
    database: Database,
) -> None:
    number = a_ticket(NOW, kind=TicketKind.CONSULTATION)

    on_ticket(
        number, NOW, OPERATOR,
        lambda step, ticket: answer_on_the_spot(step, ticket, "请到三楼窗口", confirmed=True),
    )  # fmt: skip

    assert status_of(number) == "closed"


@pytest.mark.parametrize("kind", [TicketKind.COMPLAINT, TicketKind.REPORT])
def test_a_complaint_or_report_is_never_closed_on_the_telephone(
    database: Database, kind: TicketKind
) -> None:
    number = a_ticket(NOW, kind=kind)

    with pytest.raises(RefusedTransitionError, match="不能当场办结"):
        on_ticket(
            number, NOW, OPERATOR,
            lambda step, ticket: answer_on_the_spot(step, ticket, "已说明", confirmed=True),
        )  # fmt: skip


def test_a_ticket_with_a_unit_cannot_be_refused_any_more(database: Database) -> None:
    number = a_dispatched_ticket(NOW)

    with pytest.raises(RefusedTransitionError):
        decide(number, SUPERVISOR)
