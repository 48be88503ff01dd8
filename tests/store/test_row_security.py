"""A unit's transaction touches its own rows alone, even where a query forgets to ask for them."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel, select

from engine.actions import unit_work
from engine.actions.dispatch import Dispatch, dispatch
from engine.actions.letters import Proposal, propose_letter
from engine.models import (
    Assignment,
    Clock,
    Letter,
    OutboxMessage,
    Requester,
    Ticket,
    TicketEventRecord,
)
from engine.store import row_security
from engine.store.database import connect, use, work
from engine.store.row_security import as_house, see_as_unit
from engine.terms import LetterKind, RectificationGround, TicketEvent, TicketKind
from tests.builders import (
    FINANCE,
    MARKET,
    OPERATOR,
    SUPERVISOR,
    TAX,
    a_dispatched_ticket,
    a_step,
    a_ticket,
    an_account,
    moment,
    on_ticket,
)
from tests.looking import events_of, ticket_of, unit_named

NOW = "Mon 2026-11-23 09:00"
KEPT = moment(NOW) - timedelta(days=30)


def as_unit(session, who, kept_since=KEPT):
    account = an_account(session, who)
    see_as_unit(session, account.unit_id, account.id, kept_since)


def seen_by(who, table=Ticket, kept_since=KEPT):
    """Return what a query without any condition gives a unit's person."""
    with work() as session:
        as_unit(session, who, kept_since)
        return session.exec(select(table)).all()


def numbers(who, **more):
    return {one.number for one in seen_by(who, **more)}


def assisted(number, now, lead, *helpers):
    def hand_over(step, ticket):
        units = [unit_named(one) for one in helpers]
        dispatch(step, ticket, Dispatch(unit_named(lead), tuple(units), "测试"))

    on_ticket(number, now, OPERATOR, hand_over)
    return number


@pytest.fixture
def market(database):
    """Return the number of a ticket of one unit; another unit and nobody have the others."""
    a_dispatched_ticket(NOW, TAX)
    a_ticket(NOW)
    return a_dispatched_ticket(NOW, MARKET)


def test_a_forgotten_condition_shows_a_unit_its_own_tickets_and_no_others(market):
    assert numbers(MARKET) == {market}


@pytest.mark.parametrize(
    "table",
    [Requester, Clock, TicketEventRecord, OutboxMessage],
)
def test_what_belongs_to_others_tickets_is_as_unseen_as_they_are(market, table):
    mine = ticket_of(market).id

    found = seen_by(MARKET, table)

    assert found
    assert {one.ticket_id for one in found} == {mine}


def test_a_unit_without_work_sees_nothing(market):
    assert numbers(FINANCE) == set()


def test_a_transaction_of_no_unit_in_particular_sees_nothing(market):
    with work() as session:
        session.connection().execute(text("SET LOCAL ROLE hotline_unit"))

        assert session.exec(select(Ticket)).all() == []


def test_operators_supervisors_and_the_house_itself_see_everything(market):
    with work() as session:
        assert len(session.exec(select(Ticket)).all()) == 3


def test_what_one_transaction_may_see_does_not_stay_on_the_connection(database, server, market):
    """The pool has one connection, so that the next transaction is bound to get the same."""
    only = use(connect(server.format(name="hotline_test"), pool_size=1, max_overflow=0))
    try:
        with work() as session:
            first = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
            as_unit(session, MARKET)
        with work() as session:
            assert session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar() == first
            assert len(session.exec(select(Ticket)).all()) == 3
        with pytest.raises(RuntimeError), work() as session:  # noqa: PT012
            as_unit(session, MARKET)
            raise RuntimeError
        with work() as session:
            assert len(session.exec(select(Ticket)).all()) == 3
    finally:
        only.dispose()
        use(database)


def test_an_assisting_unit_sees_the_ticket_and_both_see_each_others_part(database):
    number = assisted(a_ticket(NOW), NOW, MARKET, TAX)

    assert numbers(MARKET) == numbers(TAX) == {number}
    assert len(seen_by(TAX, Assignment)) == len(seen_by(MARKET, Assignment)) == 2


def test_of_a_confidential_matter_an_assisting_unit_learns_nobodys_name(database):
    assisted(a_ticket(NOW, kind=TicketKind.REPORT), NOW, MARKET, TAX)

    assert len(seen_by(MARKET, Requester)) == 1
    assert seen_by(TAX, Requester) == []


def test_a_unit_a_report_is_about_never_sees_it(database):
    """Even where somebody made it assist before the report named it."""
    number = assisted(a_ticket(NOW, kind=TicketKind.REPORT), NOW, MARKET, TAX)
    with work() as session:
        session.get_one(Ticket, ticket_of(number).id).accused_unit_id = unit_named(TAX).id

    assert numbers(MARKET) == {number}
    assert numbers(TAX) == set()
    for table in (Requester, TicketEventRecord, Clock, OutboxMessage):
        assert seen_by(TAX, table) == []


def test_a_ticket_taken_away_is_seen_no_more(database):
    number = a_dispatched_ticket(NOW, MARKET)
    order = Dispatch(unit_named(TAX), (), "改派", event=TicketEvent.REDISPATCH)
    on_ticket(number, NOW, SUPERVISOR, lambda step, ticket: dispatch(step, ticket, order))

    assert numbers(MARKET) == set()
    assert numbers(TAX) == {number}


def test_what_a_unit_closed_is_seen_until_the_day_it_is_kept_to(database):
    number = a_dispatched_ticket(NOW, MARKET)
    with work() as session:
        part = session.exec(select(Assignment)).one()
        part.ended_at, part.end_reason = moment(NOW), "办结"

    assert numbers(MARKET, kept_since=moment(NOW)) == {number}
    assert numbers(MARKET, kept_since=moment(NOW) + timedelta(seconds=1)) == set()


def test_a_unit_sees_the_letters_sent_to_it_and_no_draft_and_nobody_elses(market):
    ticket = ticket_of(market)
    with work() as session:
        for place, (unit, number) in enumerate([(MARKET, ""), (MARKET, "一号"), (TAX, "二号")]):
            session.add(Letter(
                ticket_id=ticket.id, unit_id=unit_named(unit).id, kind=LetterKind.RECTIFICATION,
                status="sent" if number else "proposed", proposed_at=moment(NOW),
                proposed_by="测试", number=number, organ_code="测", year=2026, serial=place,
            ))  # fmt: skip

    assert [one.number for one in seen_by(MARKET, Letter)] == ["一号"]
    assert [one.number for one in seen_by(TAX, Letter)] == ["二号"]


def test_a_clue_handed_on_is_hidden_from_the_unit_and_the_numbers_of_events_go_on(market):
    clue = Proposal(LetterKind.REFERRAL, (RectificationGround.DUTY_NOT_PERFORMED,), "测试理由")
    on_ticket(market, NOW, SUPERVISOR, lambda step, ticket: propose_letter(step, ticket, clue))
    hidden = events_of(market)[-1].seq

    with work() as session:
        step = a_step(session, NOW, MARKET)
        as_unit(session, MARKET)
        unit_work.sign_for(step, session.exec(select(Ticket).with_for_update()).one())

    assert hidden not in {one.seq for one in seen_by(MARKET, TicketEventRecord)}
    assert events_of(market)[-1].seq == hidden + 1


def test_of_the_house_a_unit_may_use_what_an_action_does_and_is_itself_again_after(market):
    with work() as session:
        as_unit(session, MARKET)
        with as_house(session), as_house(session):
            assert len(session.exec(select(Ticket)).all()) == 3

        assert len(session.exec(select(Ticket)).all()) == 1


def test_a_unit_is_itself_again_even_after_the_house_failed(market):
    with work() as session:
        as_unit(session, MARKET)
        with pytest.raises(RuntimeError), as_house(session):
            raise RuntimeError

        assert len(session.exec(select(Ticket)).all()) == 1


@pytest.mark.parametrize(
    "statement",
    ["SELECT password_hash FROM account", "SELECT * FROM account_session", "SELECT * FROM api_key",
     "DELETE FROM ticket", "UPDATE requester SET phone = ''", "SELECT * FROM outbox_attachment",
     "UPDATE letter_serial SET last = 0", "SELECT * FROM evaluation_link"],
)  # fmt: skip
def test_what_is_no_business_of_units_is_closed_to_them(market, statement):
    with work() as session:
        as_unit(session, MARKET)
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.connection().execute(text(statement))


def test_a_unit_cannot_write_into_others_tickets(market):
    with work() as session:
        as_unit(session, MARKET)
        changed = session.connection().execute(text("UPDATE ticket SET title = 'x'")).rowcount
        parts = session.connection().execute(text("UPDATE assignment SET opinion = 'x'")).rowcount

        assert (changed, parts) == (1, 1)


def test_every_table_about_tickets_says_what_units_may_do_with_it():
    about = {
        table.name for table in SQLModel.metadata.tables.values()
        if {"ticket_id", "letter_id", "clock_id"} & set(table.columns.keys())
    }  # fmt: skip

    named = {*row_security.POLICIES, *row_security.CLOSED}
    assert about - named == set(), "name them in POLICIES or CLOSED of engine/store/row_security.py"
    assert set(row_security.POLICIES) <= set(SQLModel.metadata.tables)
