"""When units keep returning a ticket: the panel, its designation, its limits."""

import pytest

from engine.actions import review, unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.errors import BadInputError, NotPermittedError, RefusedTransitionError
from engine.store import tickets as store
from engine.terms import (
    ClockKind,
    ClockState,
    TicketEvent,
)
from tests.actions.return_steps import NEXT, NOW, designated, rule, send_back, twice_returned
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_signed_ticket,
    day,
    on_ticket,
    status_of,
)
from tests.looking import (
    clock_of,
    last_event,
    sweep,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("upheld", [True, False])
def test_the_second_return_is_for_the_panel_and_nobody_else(upheld):
    number = twice_returned()

    with pytest.raises(RefusedTransitionError, match="会商"):
        rule(number, NOW, upheld=upheld, lead=FINANCE)


def test_the_first_return_is_not_for_the_panel():
    number = a_signed_ticket(NOW)
    send_back(number)

    with pytest.raises(RefusedTransitionError, match="未达会商次数"):
        on_ticket(number, NOW, SUPERVISOR, review.convene_panel)


def test_only_a_supervisor_convenes_the_panel():
    number = twice_returned()

    with pytest.raises(NotPermittedError):
        on_ticket(number, NOW, OPERATOR, review.convene_panel)


def test_the_panel_has_one_working_day():
    number = twice_returned()

    on_ticket(number, NOW, SUPERVISOR, review.convene_panel)

    assert status_of(number) == "in_arbitration"
    assert clock_of(number, ClockKind.ARBITRATION).due_on == day("Tue 2026-11-24")
    assert clock_of(number, ClockKind.RETURN_RULING).state is ClockState.STOPPED


def test_the_designated_unit_gets_the_ticket_with_the_panels_reason():
    number = designated()

    assert status_of(number) == "dispatched"
    assert "会商研定" in last_event(number, TicketEvent.DESIGNATE).reason
    assert clock_of(number, ClockKind.ARBITRATION).state is ClockState.STOPPED


def test_a_designation_is_final():
    number = designated()
    on_ticket(number, NEXT, FINANCE, unit_work.sign_for)

    with pytest.raises(RefusedTransitionError, match="指定承办"):
        send_back(number, NEXT, who=FINANCE, suggested_unit=MARKET)


def test_the_panel_needs_an_opinion_to_designate():
    number = twice_returned()
    on_ticket(number, NOW, SUPERVISOR, review.convene_panel)

    def what(step, ticket):
        review.designate(step, ticket, store.unit_by_name(step.session, TAX), (), "")

    with pytest.raises(BadInputError):
        on_ticket(number, NOW, SUPERVISOR, what)


def test_a_ticket_that_units_keep_returning_is_not_quietly_dispatched_again():
    number = a_signed_ticket(NOW)
    send_back(number)
    rule(number, NOW, upheld=True)

    def what(step, ticket):
        ticket.returns = 2
        dispatch(step, ticket, Dispatch(store.unit_by_name(step.session, TAX)))

    with pytest.raises(RefusedTransitionError, match="会商"):
        on_ticket(number, NOW, OPERATOR, what)


def test_a_ruling_that_is_late_is_the_hotlines_breach():
    number = a_signed_ticket(NOW)
    send_back(number)

    sweep("Wed 2026-11-25 00:00")

    breach = last_event(number, TicketEvent.BREACH)
    assert "退单裁定时限" in breach.reason
