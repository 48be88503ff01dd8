"""The body a ticket accuses is not asked to handle it (回避)."""

import pytest

from engine.actions.dispatch import Dispatch, dispatch
from engine.errors import RefusedTransitionError
from engine.rules.routing import load_router
from engine.store import tickets as store
from engine.terms import RoutingDecision, TicketKind
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_ticket,
    on_ticket,
    status_of,
)
from tests.looking import assignments_of

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


def sent_to(number, unit, who=OPERATOR, supports=()):
    def what(step, ticket):
        lead = store.unit_by_name(step.session, unit)
        helping = tuple(store.unit_by_name(step.session, one) for one in supports)
        dispatch(step, ticket, Dispatch(lead, helping, "分派岗选定"))

    on_ticket(number, NOW, who, what)


BRIBE = "区税务局专管员索要好处费，不给就不批发票。"


def test_an_operator_never_hands_a_report_to_whom_it_names_though_nobody_noted_it(database):
    number = a_ticket(NOW, kind=TicketKind.REPORT, content=BRIBE)

    with pytest.raises(RefusedTransitionError, match=r"反映的可能就是区税务局.*请主管派单"):
        sent_to(number, TAX)
    with pytest.raises(RefusedTransitionError, match="区税务局"):
        sent_to(number, MARKET, supports=(TAX,))
    assert assignments_of(number) == []


def test_another_matter_goes_to_the_accused_only_beside_a_watchdog(database):
    number = a_ticket(NOW, kind=TicketKind.COMPLAINT, content=BRIBE)

    with pytest.raises(RefusedTransitionError, match="不能只派给它"):
        sent_to(number, TAX)
    sent_to(number, TAX, supports=("区纪委监委",))


def test_a_supervisor_who_has_looked_may_hand_it_over_all_the_same(database):
    number = a_ticket(NOW, kind=TicketKind.REPORT, content=BRIBE)

    sent_to(number, TAX, SUPERVISOR)

    assert status_of(number) == "dispatched"


def test_no_unit_stands_twice_among_the_candidates():
    text = "市监局的人吃拿卡要，开饭店许可证不给过"

    for kind in TicketKind:
        names = [one.unit for one in load_router().route(text, kind=kind).candidates]
        assert len(names) == len(set(names))
