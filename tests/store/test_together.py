"""Rows laid ready are written by one statement, refer to each other, and stand or fall together."""

from contextlib import suppress

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from engine.actions.background import system_step
from engine.actions.step import Why, append
from engine.models import Clock, Requester, Ticket, TicketEventRecord
from engine.store.clocks import one
from engine.store.database import Database, work
from engine.store.reading import read_rows
from engine.store.tickets import ticket_by_number
from engine.store.together import key_of, together
from engine.store.writing import made, write_row
from engine.terms import ClockKind, TicketEvent, TicketKind, TicketStatus, Urgency
from tests.builders import a_ticket, moment

NOW = "Mon 2026-11-23 09:00"


def a_row(number: str) -> Ticket:
    return made(
        Ticket, number=number, source="test", kind=TicketKind.COMPLAINT, urgency=Urgency.NORMAL,
        status=TicketStatus.ACCEPTED, title="题", content="文", accepted_at=moment(NOW),
    )  # fmt: skip


def a_requester(of: Ticket) -> Requester:
    return made(Requester, ticket_id=key_of(of), enterprise="示例企业")


def write_two(first: str, second: str) -> None:
    with work() as session, together(session):
        write_row(session, a_row(first))
        write_row(session, a_row(second))


def numbers(session: Session) -> list[str]:
    return list(session.exec(select(Ticket.number)))


def test_rows_refer_to_one_that_has_no_key_yet(database: Database) -> None:
    with work() as session, together(session):
        ticket = write_row(session, a_row("T1"))
        requester = write_row(session, a_requester(ticket))
        assert ticket.id is None

    with work() as session:
        found = session.exec(select(Requester)).one()
        assert found.ticket_id == ticket.id == requester.ticket_id
        assert found.enterprise == "示例企业"


def test_a_row_written_together_is_known_to_the_session_and_can_be_changed(
    database: Database,
) -> None:
    with work() as session:
        with together(session):
            ticket = write_row(session, a_row("T1"))
        ticket.title = "另题"

    with work() as session:
        assert session.exec(select(Ticket.title)).one() == "另题"


def test_rows_without_a_counted_key_are_written_together_too(database: Database) -> None:
    with work() as session:
        ticket = write_row(session, a_row("T1"))
        with together(session):
            write_row(session, a_requester(ticket))

    with work() as session:
        assert session.exec(select(Requester.ticket_id)).one() == ticket.id


def test_several_rows_of_one_table_each_get_their_own_key(database: Database) -> None:
    with work() as session, together(session):
        rows = [write_row(session, a_row(f"T{count}")) for count in range(3)]

    with work() as session:
        assert {one.number: one.id for one in rows} == {
            one.number: one.id for one in session.exec(select(Ticket))
        }


def test_one_row_that_is_refused_takes_the_others_with_it(database: Database) -> None:
    with work() as session:
        write_row(session, a_row("T1"))

    with pytest.raises(IntegrityError):
        write_two("T2", "T1")

    with work() as session:
        assert numbers(session) == ["T1"]


def test_what_is_laid_ready_when_something_is_raised_is_not_written(database: Database) -> None:
    with work() as session:
        with suppress(ZeroDivisionError), together(session):
            write_row(session, a_row("T1"))
            _ = 1 // 0
        write_row(session, a_row("T2"))

    with work() as session:
        assert numbers(session) == ["T2"]


def test_rows_read_the_short_way_are_what_the_session_reads_itself(database: Database) -> None:
    a_ticket(NOW)

    with work() as session:
        short = [row.model_dump() for row in read_rows(session, Clock, "ORDER BY id", [])]
    with work() as session:
        own = [row.model_dump() for row in session.exec(select(Clock).order_by(Clock.id))]

    assert short == own != []


def test_a_row_that_is_known_and_changed_is_not_read_over(database: Database) -> None:
    number = a_ticket(NOW)

    with work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        clock = one(session, ticket.id, ClockKind.REQUESTER)
        assert clock is not None
        clock.stop_reason = "办结"
        assert one(session, ticket.id, ClockKind.REQUESTER) is clock
        assert clock.stop_reason == "办结"


def test_an_event_is_written_and_stays_outside_the_session(database: Database) -> None:
    number = a_ticket(NOW)
    with work() as session:
        step = system_step(session, moment(NOW))
        locked = ticket_by_number(session, number, lock=True)
        with together(session):
            event = append(step, locked, TicketEvent.NOTE, Why("记"), locked.status, "H-01")

        assert event.id
        assert event not in session

    with work() as session:
        assert session.get_one(TicketEventRecord, event.id).reason == "记"
