"""What is asked ahead is handed over once, to exactly that question."""

import pytest
from sqlalchemy.exc import DBAPIError

from engine.store.database import Database, work
from engine.store.questions import Question, ask_ahead
from engine.store.writing import run

COUNT, TWICE = Question("SELECT count(*) FROM ticket"), Question("SELECT 2 * %s", [21])
COUNTED = Question("INSERT INTO number_series (prefix, last) VALUES ('t', 1)"
                   " ON CONFLICT (prefix) DO UPDATE SET last = number_series.last + 1"
                   " RETURNING last")  # fmt: skip

TAKEN = Question("INSERT INTO number_series (prefix, last) VALUES (%s, 1)", ["13800000000"])


def test_each_question_gets_its_own_answer_in_any_order(database: Database) -> None:
    with work() as session:
        ask_ahead(session, [COUNT, TWICE])

        assert run(session, *TWICE).fetchone() == (42,)
        assert run(session, *COUNT).fetchone() == (0,)


def test_an_answer_is_handed_over_once_and_then_asked_anew(database: Database) -> None:
    with work() as session:
        ask_ahead(session, [COUNTED])

        assert [run(session, *COUNTED).fetchone() for _ in range(3)] == [(1,), (2,), (3,)]


def test_other_values_are_another_question(database: Database) -> None:
    with work() as session:
        ask_ahead(session, [TWICE])

        assert run(session, TWICE.statement, [4]).fetchone() == (8,)


def test_asking_again_adds_to_what_waits(database: Database) -> None:
    with work() as session:
        ask_ahead(session, [COUNTED])
        ask_ahead(session, [TWICE])

        assert run(session, *COUNTED).fetchone() == (1,)


def test_nothing_is_carried_into_the_next_transaction(database: Database) -> None:
    with work() as session:
        ask_ahead(session, [COUNTED])
    with work() as session:
        assert run(session, *COUNTED).fetchone() == (2,)


def test_a_question_that_fails_is_told_as_any_statement_without_its_values(
    database: Database,
) -> None:
    with pytest.raises(DBAPIError) as told, work() as session:
        ask_ahead(session, [TAKEN, TAKEN])

    assert "duplicate key" in str(told.value)
    assert "13800000000" not in str(told.value)


def test_a_transaction_that_failed_ahead_leaves_its_connection_usable(database: Database) -> None:
    with pytest.raises(DBAPIError), work() as session:
        ask_ahead(session, [Question("SELECT nothing FROM nowhere")])

    with work() as session:
        assert run(session, *COUNT).fetchone() == (0,)
