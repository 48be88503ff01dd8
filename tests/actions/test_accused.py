"""The body a ticket accuses is not asked to handle it (回避)."""

import pytest

from engine.actions.dispatch import Dispatch, dispatch
from engine.store import tickets as store
from engine.terms import RoutingDecision, TicketKind
from tests.builders import FINANCE, MARKET, OPERATOR, TAX, a_ticket, on_ticket

NOW = "Mon 2023-11-13 09:00"
INVOICE = "增值税发票开不出来"


@pytest.mark.parametrize("kind", [TicketKind.COMPLAINT, TicketKind.REPORT])
def test_the_accused_named_at_intake_is_never_proposed_for_dispatch(database, kind):
    number = a_ticket(
        NOW, kind=kind, content="营业执照变更三个月办不下来，反复要材料", accused_unit=MARKET
    )

    def look(_step, ticket):
        return ticket.routing_decision, ticket.routing

    decision, routing = on_ticket(number, NOW, None, look)

    assert decision is RoutingDecision.CONFLICT
    units = {one["unit"] for one in routing["candidates"]}
    if kind is TicketKind.REPORT:
        assert "区市场监管局" not in units
        assert not any("区市场监管局" in one["supports"] for one in routing["candidates"])


def test_a_report_reaches_the_accused_not_even_as_an_assistant(database):
    number = a_ticket(NOW, kind=TicketKind.REPORT, content=INVOICE, accused_unit=MARKET)

    def hand_over(step, ticket):
        units = [store.unit_by_name(step.session, name) for name in (TAX, MARKET, FINANCE)]
        dispatch(step, ticket, Dispatch(units[0], tuple(units[1:]), "试"))
        return {one.unit_id for one in store.assignments(step.session, ticket)}, units[1].id

    assigned, accused = on_ticket(number, NOW, OPERATOR, hand_over)

    assert accused not in assigned
    assert len(assigned) == 2
