"""Lists of whole numbers reach PostgreSQL as `bigint[]`; mail that is held is found by ticket."""

import pytest

from engine.models import OutboxMessage
from engine.store.ahead import HELD
from engine.store.database import Database, work
from engine.store.reading import rows_question
from engine.store.writing import run


def kind_of(values: list[object]) -> str:
    with work() as session:
        [(kind,)] = run(session, "SELECT pg_typeof(%s)::text", [values]).fetchall()
    return str(kind)


@pytest.mark.parametrize("numbers", [[1], [40_000, 1], [-(2**40)], [None, 7], [[1, 2], [3, 4]]])
def test_whole_numbers_are_bigint_however_small(database: Database, numbers: list[object]) -> None:
    assert kind_of(numbers) == "bigint[]"


def test_numbers_too_big_for_bigint_stay_what_they_are(database: Database) -> None:
    assert kind_of([2**70]) == "numeric[]"


def test_other_lists_are_sent_as_ever(database: Database) -> None:
    assert kind_of(["字"]) == "text[]"
    assert kind_of([True]) == "boolean[]"


def test_no_look_for_held_mail_reads_through_all_that_waits(database: Database) -> None:
    """With mail waiting by the thousand, each chunk once read all of it: the index of due mail."""
    prepared = rows_question(OutboxMessage, HELD, []).statement.replace("%s", "$1")

    with work() as session:
        run(session, "SET LOCAL plan_cache_mode = force_generic_plan", prepare=False)
        run(session, "SET LOCAL enable_seqscan = off", prepare=False)
        run(session, f"PREPARE held(bigint[]) AS {prepared}", prepare=False)
        plan = run(session, "EXPLAIN EXECUTE held('{1,2}')", prepare=False).fetchall()
        run(session, "DEALLOCATE held", prepare=False)

    assert any(f"ix_{OutboxMessage.__tablename__}_ticket_id" in line for (line,) in plan), plan
