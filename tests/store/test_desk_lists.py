"""What desks count and list: bounded, by key, and the same whether remembered or asked anew."""

import pytest
from sqlalchemy import inspect, text
from sqlmodel import select

from engine.actions import review, unit_work
from engine.models import Ticket
from engine.models.tickets import OPEN
from engine.store import (
    breach_ledger,
    decisions_waiting,
    desk_unit,
    desk_views,
    paging,
)
from engine.store.breach_ledger import BreachFilter
from engine.store.database import work
from engine.terms import ReturnReason, TicketStatus
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    TAX,
    a_dispatched_ticket,
    a_signed_ticket,
    a_ticket,
    moment,
    on_ticket,
)
from tests.looking import sweep, unit_named

NOW = "Tue 2026-11-24 10:00"


def test_no_count_in_a_menu_goes_past_what_it_shows(database):
    for _ in range(3):
        a_ticket(NOW)

    with work() as session:
        counted = desk_views.status_counts(session, (TicketStatus.ACCEPTED,), most=1)
        late = moment("Thu 2027-02-25 09:00")

        assert counted == {TicketStatus.ACCEPTED: 2}
        assert desk_views.overdue_count(session, late, most=1) == 2
        assert desk_views.overdue_count(session, late) == 3


def test_a_units_work_is_shown_by_pages_nearest_due_first_and_none_is_left_out(database):
    days = ["Mon 2026-11-09", "Wed 2026-11-11", "Fri 2026-11-13"]
    numbers = [a_dispatched_ticket(f"{day} 09:00", MARKET) for day in reversed(days)]

    seen, after = [], ""
    with work() as session:
        while True:
            cards, after = desk_unit.cards(session, unit_named(MARKET).id, after, most=1)
            seen += [card.line.ticket.number for card in cards]
            if not after:
                break

    assert seen == numbers[::-1]


@pytest.mark.parametrize("after", ["x", "~", "2026-11-09~x", "1~2"])
def test_an_odd_key_is_the_first_page(database, after):
    number = a_dispatched_ticket("Mon 2026-11-09 09:00", MARKET)

    with work() as session:
        cards, _ = desk_unit.cards(session, unit_named(MARKET).id, after)
    assert [card.line.ticket.number for card in cards] == [number]


def test_decisions_are_counted_as_they_are_listed(database):
    number = a_dispatched_ticket("Mon 2026-11-23 09:00", MARKET)
    form = unit_work.ReturnForm(
        reason=ReturnReason.NOT_OUR_DUTY,
        explanation="不归我单位",
        legal_basis="三定规定",
        suggested_unit=FINANCE,
    )
    ruling = review.Ruling(upheld=True, reason="同意", lead=unit_named(TAX))

    def send_back(step, ticket):
        unit_work.request_return(step, ticket, form)

    on_ticket(number, "Mon 2026-11-23 10:00", MARKET, send_back)
    on_ticket(number, "Mon 2026-11-23 10:30", OPERATOR,
              lambda step, ticket: review.rule_on_return(step, ticket, ruling))  # fmt: skip
    on_ticket(number, "Mon 2026-11-23 11:00", TAX, send_back)

    with work() as session:
        counted = decisions_waiting.counts(session, moment(NOW), "x")
        listed = decisions_waiting.waiting(session, moment(NOW), "x")

    assert counted == {name: len(getattr(listed, name)) for name in counted}
    assert set(counted) == set(listed.__dataclass_fields__)
    assert counted["returned"] == 1


LISTS = {
    "ix_ticket_open": f"SELECT id FROM ticket WHERE {OPEN} ORDER BY id",
    "ix_ticket_event_figures": "SELECT count(DISTINCT ticket_id) FROM ticket_event WHERE "
    "event = 'callback_attempt' AND at >= '2026-11-01'",
    "ix_clock_answering": "SELECT DISTINCT ticket_id FROM clock WHERE state = 'running' "
    "AND kind IN ('requester', 'handling') AND due_at <= now()",
    "ix_breach_rows": "SELECT id FROM breach WHERE hotline_rows(task_rows) && '{7,91}'",
    "ix_outbox_undelivered": "SELECT id FROM outbox_message WHERE status = 'undelivered'",
    "ix_extension_request_pending": "SELECT 1 FROM extension_request WHERE state = 'pending'",
}


@pytest.mark.parametrize("index", LISTS)
def test_the_lists_and_counts_have_their_index(database, index):
    with work() as session:
        session.connection().execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.connection().execute(text(f"EXPLAIN {LISTS[index]}")).scalars().all()

    assert any(index in line for line in plan), plan


@pytest.mark.parametrize("key", ["", "~", "7", "x~2026-11-24", "7~2026-11-24", "9" * 5000 + "~1"])
def test_a_key_of_a_page_that_cannot_be_read_is_the_first_page(key):
    assert paging.read_key(key) is None


def test_the_ledger_goes_on_where_a_page_ended_last_missed_first(database):
    for day in ("Mon 2026-11-02 09:00", "Tue 2026-11-03 09:00", "Tue 2026-11-03 09:00"):
        a_signed_ticket(day)
    sweep("Mon 2026-11-23 09:00")
    found, after = [], ""

    with work() as session:
        for _ in range(9):
            rows, after = breach_ledger.page(session, BreachFilter(), after, limit=2)
            found += [(one.breach.true_at, one.breach.id) for one in rows]
            if not after:
                break
        assert len(found) == breach_ledger.count(session, BreachFilter())

    assert found == sorted(set(found), reverse=True)


def test_a_breach_keeps_the_rows_its_ticket_cited_when_the_limit_was_missed(database):
    number = a_signed_ticket("Mon 2026-11-02 09:00")
    with work() as session:
        session.exec(select(Ticket).where(Ticket.number == number)).one().task_rows = [7, 12]
    sweep("Mon 2026-11-23 09:00")

    with work() as session:
        session.exec(select(Ticket).where(Ticket.number == number)).one().task_rows = [99]
    with work() as session:
        of_seven = breach_ledger.page(session, BreachFilter(rows=(7, 8)))[0]
        of_ninety_nine = breach_ledger.page(session, BreachFilter(rows=(99,)))[0]

    assert {one.ticket.number for one in of_seven} == {number}
    assert of_ninety_nine == []


def test_a_list_says_what_a_clock_is_counted_in_and_proves_it_when_asked(database):
    number = a_ticket("Mon 2026-11-23 09:00")

    with work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        clocks = desk_views.lines_of(session, [ticket])[0].clocks
        assert clocks
        for clock in clocks:
            assert "certificate" in inspect(clock).unloaded
            assert clock.limit_unit == clock.certificate["unit"]
