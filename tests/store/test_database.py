"""One transaction a piece of work: all of it or nothing; a database that is away is said so."""

import traceback

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from engine.actions.intake import accept_ticket
from engine.errors import NotFoundError, UnavailableError
from engine.models import Assignment, NumberSeries, OutboxMessage
from engine.store import clocks as clock_store
from engine.store import embedded, letters, outbox
from engine.store import tickets as store
from engine.store.database import WAKE_CHANNEL, Database, connect, current, use, wake, work
from engine.store.writing import run
from engine.terms import AssignmentRole, ClockKind, MessageStatus, NoticeKind
from tests.builders import (
    MARKET,
    a_dispatched_ticket,
    a_new_ticket,
    a_step,
    a_ticket,
    moment,
)
from tests.delivery.conftest import free_port
from tests.looking import ticket_of, unit_named

NOW = "Mon 2026-11-23 09:00"


@pytest.fixture
def _elsewhere(database):
    """Give the test's database back after a test that used another."""
    yield
    use(database)


def test_work_that_ends_well_is_kept(database):
    with work() as session:
        session.add(NumberSeries(prefix="T", last=1))

    with work() as session:
        assert session.get(NumberSeries, "T").last == 1


def test_work_that_fails_leaves_nothing(database):
    with pytest.raises(RuntimeError), work() as session:  # noqa: PT012
        session.add(NumberSeries(prefix="T", last=1))
        session.flush()
        raise RuntimeError

    with work() as session:
        assert session.get(NumberSeries, "T") is None


@pytest.mark.usefixtures("_elsewhere")
def test_a_database_that_is_away_is_said_in_words():
    use(
        connect(
            f"postgresql://127.0.0.1:{free_port()}/nowhere", connect_args={"connect_timeout": 2}
        )
    )

    with pytest.raises(UnavailableError, match="没有保存"), work() as session:
        session.connection()


def test_a_connection_cut_half_way_is_said_in_words_and_the_next_work_goes_well(database, server):
    with pytest.raises(UnavailableError, match="没有保存"), work() as session:  # noqa: PT012
        accept_ticket(a_step(session, NOW), a_new_ticket())
        cut_connections(server)
        session.flush()
        store.next_number(session, "T")

    assert a_ticket(NOW) == "LZ2611230001"


def test_a_server_that_goes_as_a_transaction_begins_is_said_in_words(database, server):
    def goes(*_):
        cut_connections(server)

    event.listen(database.engine, "checkout", goes)  # after the look whether it is still there
    try:
        with pytest.raises(UnavailableError, match="没有保存"), work() as session:
            session.connection()
    finally:
        event.remove(database.engine, "checkout", goes)

    assert a_ticket(NOW) == "LZ2611230001"


def cut_connections(server):
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = 'hotline_test'"
        )


@pytest.mark.usefixtures("_elsewhere")
def test_without_a_database_the_message_says_what_to_do():
    use(None)

    with pytest.raises(UnavailableError, match="hotline serve"):
        current()


def test_what_is_woken_is_told_only_once_it_is_committed(database: Database):
    with psycopg.connect(database.url, autocommit=True) as listener:
        listener.execute(f"LISTEN {WAKE_CHANNEL}")
        with work() as session:
            wake(session, "outbox")
            early = list(listener.notifies(timeout=0.05, stop_after=1))
        late = list(listener.notifies(timeout=5, stop_after=1))

    assert early == []
    assert [one.payload for one in late] == ["outbox"]


def test_a_directory_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(UnavailableError, match="HOTLINE_VAR"):
        embedded.start_server(tmp_path / "file" / "postgres")


def test_the_second_lead_of_a_ticket_is_refused_by_the_database(database):
    number = a_dispatched_ticket(NOW)

    with pytest.raises(IntegrityError), work() as session:
        session.add(Assignment(
            ticket_id=ticket_of(number).id, unit_id=unit_named(MARKET).id,
            role=AssignmentRole.LEAD, dispatched_at=moment(NOW),
        ))  # fmt: skip


@pytest.mark.parametrize(
    "look",
    [
        lambda session: store.ticket_by_number(session, "LZ0000000000"),
        lambda session: store.unit_by_name(session, "无此单位"),
        lambda session: letters.letter(session, 4711),
        lambda session: letters.by_number(session, "无此字号"),
    ],
)
def test_what_is_not_there_is_not_found_in_words(database, look):
    with work() as session, pytest.raises(NotFoundError, match="没有"):
        look(session)


@pytest.mark.parametrize("name", ["区市场监管局", "shijianguan", " 区市场监管局 "])
def test_a_unit_is_found_by_name_or_slug(database, name):
    assert unit_named(name).slug == MARKET


def test_every_spelling_in_the_registry_finds_a_unit(database):
    with work() as session:
        aliases = [alias for unit in store.units(session) for alias in unit.aliases]
        found = [store.unit_by_name(session, alias).name for alias in aliases]

    assert len(found) == len(aliases) > 0


def test_a_message_is_owed_once_to_each_address(database):
    def a_message(name):
        return OutboxMessage(
            key="k", recipient="a@demo.invalid", message_id=name, kind=NoticeKind.WARNING,
            subject="s", text="t", created_at=moment(NOW), status=MessageStatus.PENDING,
            next_attempt_at=moment(NOW),
        )  # fmt: skip

    with work() as session:
        first = outbox.owe(session, a_message("<1@hotline>"))
        again = outbox.owe(session, a_message("<2@hotline>"))

    assert first is not None
    assert again is None


def test_a_clock_another_sweep_holds_is_passed_over(database):
    number = a_ticket(NOW)
    at = moment("Mon 2027-02-22 09:00")
    with work() as mine:
        clock = clock_store.one(mine, ticket_of(number).id, ClockKind.REQUESTER)
        assert clock_store.lock_due(mine, clock.id, at) is not None

        with work() as theirs:
            assert clock_store.lock_due(theirs, clock.id, at) is None


@pytest.mark.parametrize("orm", [True, False])
def test_an_error_of_the_database_never_quotes_what_was_being_written(database, orm):
    number = a_ticket("Mon 2026-11-23 09:00", phone="13800000000", contact_name="张三测试")
    broken = "UPDATE requester SET ticket_id = NULL, contact_name = '张三测试'"

    def act(session):
        return session.connection().exec_driver_sql(broken) if orm else run(session, broken)

    with pytest.raises(IntegrityError) as caught, database.work() as session:
        act(session)

    told = "".join(traceback.format_exception(caught.value)).replace(broken, "")
    assert "null value in column" in told
    for trace in (number, "张三测试", "DETAIL", "Failing row"):
        assert trace not in told
