"""Rows written the short way are what a flush would have written, checks included."""

import subprocess
import sys

import pytest
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import select

from engine.models import Draft, Requester, Ticket, TicketEventRecord
from engine.store.database import work
from engine.store.writing import made, run, write_once, write_row
from engine.terms import TicketKind, TicketStatus, Urgency
from tests.builders import a_ticket, an_account, moment

NOW = "Mon 2026-11-23 09:00"


def a_row(**changes):
    values = {
        "number": "T1", "source": "test", "kind": TicketKind.COMPLAINT, "urgency": Urgency.NORMAL,
        "status": TicketStatus.ACCEPTED, "title": "题", "content": "文", "accepted_at": moment(NOW),
        "routing": {"候选": ["区市场监管局"]}, "task_rows": [113], **changes,
    }  # fmt: skip
    return Ticket(**values)


def stored(table, key):
    with work() as session:
        return session.get(table, key)


def test_a_row_written_the_short_way_reads_back_as_written(database):
    with work() as session:
        written = write_row(session, a_row())
        values = written.model_dump()

    assert stored(Ticket, written.id).model_dump() == values


def test_a_row_made_the_short_way_is_the_constructors(database):
    given = a_row().model_dump(exclude={"id"}, exclude_defaults=True)

    with work() as session:
        written = write_row(session, made(Ticket, **given))
        values = written.model_dump()
        written.title = "另题"

    assert values == a_row(id=written.id).model_dump()
    assert stored(Ticket, written.id).title == "另题"


def test_lists_of_rows_made_the_short_way_are_their_own():
    given = a_row().model_dump(exclude={"id", "task_rows"})
    first, second = made(Ticket, **given), made(Ticket, **given)

    first.task_rows.append(113)

    assert second.task_rows == []


@pytest.mark.parametrize(("changes", "named"), [({"nmae": 1}, "nmae"), ({}, "ticket_id")])
def test_a_column_that_is_none_and_one_that_is_missing_are_named(changes, named):
    with pytest.raises(TypeError, match=named):
        made(Requester, **changes)


def test_later_changes_of_such_a_row_are_kept(database):
    with work() as session:
        ticket = write_row(session, a_row())
        ticket.title = "另题"

    assert stored(Ticket, ticket.id).title == "另题"


def test_what_waits_in_the_session_is_written_first(database):
    with work() as session:
        session.add(a_row(number="T2"))

        write_row(session, Requester(ticket_id=1, enterprise="示例公司"))

    assert stored(Requester, 1).enterprise == "示例公司"


def test_a_word_that_is_none_of_the_terms_is_refused(database):
    with work() as session, pytest.raises(LookupError):
        write_row(session, a_row(status="nonsense"))


def test_errors_of_the_database_are_those_of_every_other_statement(database):
    with work() as session:
        write_row(session, a_row())
    with pytest.raises(IntegrityError) as refused, work() as session:
        write_row(session, a_row(title="秘密"))
    with pytest.raises(DataError), work() as session:
        run(session, "SELECT 1 / %s::int", [0])

    assert "秘密" not in str(refused.value)


def test_a_row_is_written_once_and_the_first_one_stands(database):
    def a_draft(account, words):
        fields = {"content": words}
        return Draft(account_id=account, form_id="f", fields=fields, updated_at=moment(NOW))

    with work() as session:
        account = an_account(session).id
        first = write_once(session, a_draft(account, "第一"), "account_id", "form_id")
        again = write_once(session, a_draft(account, "第二"), "account_id", "form_id")
        kept = session.exec(select(Draft)).one()

    assert (first, again) == (kept.id, None)
    assert kept.fields == {"content": "第一"}


def test_a_row_of_an_unknown_ticket_is_refused(database):
    with pytest.raises(IntegrityError), work() as session:
        write_row(session, Requester(ticket_id=99))


def test_a_tickets_events_stay_in_order_within_one_transaction(database):
    number = a_ticket(NOW, lead_unit="shijianguan")
    with work() as session:
        seqs = session.exec(select(TicketEventRecord.seq).order_by(TicketEventRecord.id)).all()

    assert number
    assert seqs == [1, 2]


def test_a_process_may_make_a_row_before_it_has_asked_for_anything():
    first = (
        "from engine.models import IdempotencyRecord as Row; from engine.store.writing import made;"
        "print(made(Row, api_key_id=1, key='k', body_hash='h', ticket_id=1, created_at=None).id)"
    )

    command = [sys.executable, "-c", first]
    said = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (said.stdout, said.returncode) == ("None\n", 0), said.stderr
