"""A refusal names what this very person may do instead, in the words of the ticket's buttons."""

import re

import pytest

from engine.actions import unit_work
from engine.errors import RefusedTransitionError
from engine.lifecycle import TicketFacts, move
from engine.terms import Role, TicketEvent, TicketStatus
from tests.builders import (
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket_to_call_back,
    an_answer,
    on_ticket,
)

EARLIER = "Tue 2026-11-24 09:00"
ANSWER = {"outcome": "solved", "text": "已按规定办结，材料齐全，当面交付企业。"}


def told(page):
    """Return what a refusal says may be done instead."""
    (found,) = re.findall(r"您现在可以：([^。]*)。", page.split("errsum")[1])
    return set(found.split("、"))


def buttons(desk, number):
    """Return what the ticket's own page offers."""
    box = desk.get(f"/tickets/{number}").text.split("<h2>能做什么")[1].split("<h3>现在不能")[0]
    box = box.split("</section>")[0]
    found = re.findall(r'class="btn[^"]*" href="/tickets/[^"]+">([^<]+)</a>', box)
    return {
        one.strip() for one in [*found, *re.findall(r"<button[^>]*>([^<]+?)(?: <kbd|</b)", box)]
    }


@pytest.mark.parametrize(("who", "act", "make", "fields"), [
    (MARKET, "answer", a_dispatched_ticket, ANSWER),
    (OPERATOR, "callback", a_signed_ticket,
     {"channel": "human_call", "result": "no_answer"}),
    (SUPERVISOR, "redispatch", a_ticket_to_call_back, {"lead_other": "区税务局", "reason": "改派"}),
])  # fmt: skip
def test_a_refusal_names_what_the_ticket_page_offers_this_person(as_, who, act, make, fields):
    number, desk = make(EARLIER), as_(who)
    offered = buttons(desk, number)

    refused = desk.submit(f"/tickets/{number}/{act}", **fields, contacted="1")

    assert refused.status_code == 409
    assert told(refused.text) == offered


def test_a_unit_is_not_told_what_only_the_hotline_may_do(as_):
    number, unit = a_dispatched_ticket(EARLIER), as_(MARKET)

    refused = unit.submit(f"/tickets/{number}/answer", **ANSWER, contacted="1")

    assert told(refused.text) >= {"签收", "不归我管，退回"}
    assert told(refused.text).isdisjoint({"改派", "转督办", "转紧急热线"})


def test_the_life_cycle_itself_names_what_the_role_may_do():
    facts = TicketFacts(status=TicketStatus.DISPATCHED)

    unit = move(facts, TicketEvent.ANSWER, Role.HANDLER)
    hotline = move(facts, TicketEvent.ANSWER, Role.OPERATOR)

    assert set(unit.allows) == {TicketEvent.SIGN_FOR, TicketEvent.RETURN}
    assert TicketEvent.SIGN_FOR not in hotline.allows


@pytest.mark.usefixtures("database")
def test_a_refused_action_names_what_its_actor_may_do():
    number = a_dispatched_ticket(EARLIER, TAX)

    with pytest.raises(RefusedTransitionError) as error:
        on_ticket(number, EARLIER, TAX, lambda step, ticket: unit_work.answer(
            step, ticket, an_answer()))  # fmt: skip

    assert set(error.value.allows) == {"sign_for", "return"}
