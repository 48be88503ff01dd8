"""Routing learns small corrections from what was confirmed, and keeps them only if no worse."""

from datetime import timedelta

import pytest
from sqlmodel import select

from engine.actions import learning, lexicon, review, unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.intake import propose
from engine.models import RoutingVersion, Ticket
from engine.store import routing_views
from engine.store import tickets as store
from engine.store.database import work
from engine.store.routing_heat import counted, spread
from engine.terms import RoutingDecision, TicketEvent, TicketKind, TicketStatus
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_callback,
    a_ticket,
    a_ticket_to_call_back,
    call_back,
    day,
    doing,
    moment,
    on_ticket,
)

NOW = "Mon 2023-11-13 09:00"
NIGHT = "Tue 2023-11-14 02:30"
INVOICE = "增值税发票开不出来"
MARKET_NAME = "区市场监管局"
CLOSE = "财政票据、经费和发票哪里问"


def settled(count, unit, content):
    """Write closed tickets whose lead was that unit, as a season of work leaves them."""
    with work() as session:
        lead = store.unit_by_name(session, unit)
        at = moment(NOW)
        for place in range(count):
            session.add(
                Ticket(
                    number=f"LZ{lead.id:04d}{place:06d}{abs(hash(content)) % 1000:03d}",
                    source="test", kind=TicketKind.COMPLAINT, urgency="normal",
                    status=TicketStatus.CLOSED, title="", content=content, accepted_at=at,
                    closed_at=at + timedelta(minutes=place), lead_unit_id=lead.id, task_rows=[74],
                    catalogue_version="2023-19",
                )
            )  # fmt: skip


def learn():
    return doing(NIGHT, None, learning.retrain)


def in_force():
    with work() as session:
        return session.exec(
            select(RoutingVersion).where(RoutingVersion.kept).order_by(RoutingVersion.id.desc())
        ).first()


def test_too_few_tickets_teach_nothing(database):
    settled(19, FINANCE, INVOICE)

    assert learn().outcome == "too_few"
    assert in_force() is None


def test_confirmed_proposals_teach_nothing(database):
    settled(30, TAX, INVOICE)

    assert learn().outcome == "unchanged"


def test_overrides_become_bounded_corrections_with_scores(database):
    settled(30, FINANCE, CLOSE)
    with work() as session:
        before = propose(session, None, "", CLOSE, day("Mon 2023-11-13")).stored["candidates"][0]
    learned = learn()
    version = in_force()

    assert before["unit"] != "区财政局"
    assert learned.outcome == "kept"
    assert 0 < version.corrections["区财政局"] <= 0.6
    assert version.scores["before"]["tickets"] == version.scores["after"]["tickets"] == 15
    assert version.scores["after"]["first"] >= version.scores["before"]["first"]


def test_the_same_night_again_changes_nothing(database):
    settled(30, FINANCE, CLOSE)

    assert learn().outcome == "kept"
    assert learn().outcome == "unchanged"


def test_corrections_that_are_worse_in_the_replay_are_stored_and_not_used(database):
    # The older tickets pull one way; on the 200 newest that way is wrong.
    settled(300, FINANCE, CLOSE)
    with work() as session:
        for ticket in session.exec(select(Ticket)):
            ticket.closed_at = moment(NOW) - timedelta(days=30)
    right = None
    with work() as session:
        right = propose(session, None, "", CLOSE, day("Mon 2023-11-13")).stored["candidates"][0]
    settled(200, right["unit"], CLOSE)

    learned = learn()

    assert learned.outcome == "not_kept"
    assert in_force() is None
    with work() as session:
        stored = session.get_one(RoutingVersion, learned.version)
    assert not stored.kept
    assert stored.scores["after"]["first"] < stored.scores["before"]["first"]
    assert learn().outcome == "unchanged"


def test_what_a_supervisor_went_back_from_is_not_learned_again(database):
    settled(30, FINANCE, CLOSE)
    learn()
    doing(NOW, SUPERVISOR, lambda step: lexicon.restore(step, 0, "不合适"))

    assert learn().outcome == "unchanged"
    assert in_force().corrections == {}


def test_words_survive_learning(database):
    word = lexicon.Word(TAX, "票根", "usual", "常说")
    doing(NOW, SUPERVISOR, lambda step: lexicon.add_expression(step, word))
    settled(30, FINANCE, CLOSE)

    learn()

    assert in_force().edits == [["区税务局", "票根", "usual"]]


def test_a_demonstration_teaches_nothing(database):
    settled(30, FINANCE, CLOSE)
    with work() as session:
        for ticket in session.exec(select(Ticket)):
            ticket.demonstration = True

    assert learn().outcome == "too_few"


def test_an_upheld_return_speaks_against_the_unit_that_sent_it_back(database):
    settled(20, TAX, INVOICE)
    for _ in range(3):
        number = a_ticket(NOW, content="餐馆不开发票还偷税")
        returned(number)

    learned = learn()

    assert learned.outcome == "kept"
    assert in_force().corrections == {"区税务局": -0.15}


def returned(number):
    on_ticket(
        number, NOW, OPERATOR,
        lambda step, ticket: dispatch(
            step, ticket, Dispatch(store.unit_by_name(step.session, TAX), (), "试")
        ),
    )  # fmt: skip
    form = unit_work.ReturnForm(
        reason=next(iter(unit_work.ReturnReason)), explanation="不属本单位职责",
        legal_basis="三定规定", suggested_unit="区市场监管局",
    )  # fmt: skip
    on_ticket(number, NOW, TAX, lambda step, ticket: unit_work.request_return(step, ticket, form))
    ruling = review.Ruling(upheld=True, reason="确非税务职责")
    on_ticket(number, NOW, SUPERVISOR, lambda s, t: review.rule_on_return(s, t, ruling))


def test_a_tickets_returns_are_one_picture(database):
    number = a_ticket(NOW, content=INVOICE)
    returned(number)

    picture = on_ticket(number, NOW, None, lambda s, t: routing_views.serial_returns(s.session, t))

    (line,) = picture.returns
    assert (line.unit, line.suggested, line.ruling) == ("区税务局", "区市场监管局", "同意退单")
    assert line.ruled_by == "演示主管甲"
    assert [stay.unit for stay in picture.stays] == ["区税务局"]
    assert picture.stays[0].ended
    assert not picture.serial


def test_heat_counts_rows_and_units(database):
    settled(3, TAX, INVOICE)
    settled(2, FINANCE, CLOSE)
    with work() as session:
        found = counted(session, moment("Wed 2023-11-01 00:00"), moment(NIGHT))
        later = counted(session, moment("Fri 2023-12-01 00:00"), moment(NIGHT))

    assert [(one.name, one.total) for one in found.rows] == [("74@2023-19", 5)]
    assert [(one.name, one.total) for one in found.units] == [("区税务局", 3), ("区财政局", 2)]
    assert found.dispatched == 5
    assert (later.rows, later.units, later.dispatched) == ([], [], 0)


def test_what_a_span_holds_is_counted_anew_after_ten_minutes(database):
    since = moment("Wed 2023-11-01 00:00")
    settled(3, TAX, INVOICE)
    with work() as session:
        first = spread(session, since, moment(NIGHT))
    settled(2, FINANCE, CLOSE)

    with work() as session:
        soon = spread(session, since + timedelta(minutes=9), moment(NIGHT) + timedelta(minutes=9))
        later = spread(
            session, since + timedelta(minutes=10), moment(NIGHT) + timedelta(minutes=10)
        )

    assert [one.dispatched for one in (first, soon, later)] == [3, 3, 5]


def test_a_ticket_a_person_dispatches_counts_for_the_row_cited_for_that_unit(database):
    a_ticket(NOW, content="镇政府欠我们修路的工程款三年了", lead_unit="区工业和信息化局")
    with work() as session:
        found = counted(session, moment("Wed 2023-11-01 00:00"), moment(NIGHT))

    assert [(one.name, one.total) for one in found.rows] == [("91@2023-19", 1)]


def test_words_of_unsure_tickets_that_no_lexicon_has_are_told(database):
    from engine.actions.routing_in_force import coverage_since

    for _ in range(4):
        a_ticket(NOW, content="我们想问蹦床馆的事")
    a_ticket(NOW, content="我们想问蹦床馆的事", confidential=True)
    with work() as session:
        found = coverage_since(session, moment("Wed 2023-11-01 00:00"), moment(NIGHT))

    assert found.texts == 4
    assert any("蹦床馆" in word for word, _ in found.strangers)


def test_a_real_ticket_that_was_closed_is_confirmed(database):
    from engine.store import routing_versions

    number = a_ticket_to_call_back(NOW, MARKET)
    call_back(number, "Tue 2023-11-14 09:00", a_callback())

    with work() as session:
        (one,) = routing_versions.confirmed(session, 10)
    assert one.unit == "区市场监管局"


def test_the_replay_shares_no_ticket_with_what_was_learned_from(database):
    # All that speaks for finance is in the newer half: nothing is learned from it.
    settled(30, TAX, INVOICE)
    with work() as session:
        for ticket in session.exec(select(Ticket)):
            ticket.closed_at = moment(NOW) - timedelta(days=30)
    settled(30, FINANCE, CLOSE)

    assert learn().outcome == "unchanged"


@pytest.mark.parametrize(
    "content", ["楼下小作坊卖过期食品，请市场监管局查处", "市监所的人收钱，过期食品照卖"]
)
def test_a_report_that_names_the_unit_is_never_dispatched_by_itself(database, content):
    from engine.actions import routing

    number = a_ticket(NOW, kind=TicketKind.REPORT, content=content)

    def sure(step, ticket):
        # Whatever routing said: as if it had been sure of the named unit.
        best = {"unit": MARKET_NAME, "supports": [], "tasks": [90], "evidence": ["过期食品"]}
        ticket.routing = ticket.routing | {"candidates": [best]}
        ticket.routing_decision = RoutingDecision.DISPATCH
        lead = routing.route_ticket(step, ticket.id)
        helped = best | {"unit": "区商务局", "supports": [MARKET_NAME]}
        ticket.routing = ticket.routing | {"candidates": [helped]}
        return lead, routing.order_of(step, ticket)

    assert on_ticket(number, NOW, None, sure) == ("held", None)


def test_the_events_are_still_one_of_each(database):
    number = a_ticket(NOW, content=INVOICE)
    returned(number)

    events = on_ticket(
        number, NOW, None, lambda s, t: [one.event for one in store.events(s.session, t)]
    )

    assert events.count(TicketEvent.UPHOLD_RETURN) == 1
