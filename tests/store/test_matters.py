"""What a new ticket is compared with is read by key, however many tickets there are."""

from sqlalchemy import text
from sqlmodel import Session

from engine.store import matters
from engine.store.database import Database, work
from engine.store.matters import LATE, Said
from engine.store.questions import Question
from engine.store.writing import run
from tests.builders import a_ticket

NOW = "Mon 2026-11-23 09:00"


def asked(session: Session, question: Question) -> list[int]:
    return sorted(Said._make(row).id for row in run(session, *question))


def test_the_newest_and_those_that_were_committed_late_are_asked_for(database: Database) -> None:
    for _ in range(6):
        a_ticket(NOW)

    with work() as session:
        every = asked(session, matters.not_known(()))
        late, known, new = every[1], {*every[:1], *every[2:4]}, every[4:]

        assert len(every) == 6
        assert asked(session, matters.not_known(known)) == [late, *new]
        assert asked(session, matters.not_known(set(every))) == []


def test_one_is_missed_only_beyond_so_many_ids(database: Database) -> None:
    question = matters.not_known({1000})

    assert question.values == {"newest": 1000, "missed": list(range(1000 - LATE, 1000))}


def test_without_one_missed_only_newer_ones_are_asked_for_by_one_plan_for_all(
    database: Database,
) -> None:
    """With the ids left out each question was planned anew: that cost more than its answer."""
    question = matters.not_known(set(range(LATE + 1)))

    assert question.values == {"newest": LATE}
    assert "UNION" not in question.statement


def test_a_plan_for_any_values_reads_no_more_than_was_asked_for(database: Database) -> None:
    """Kept for all values, a plan once walked through every ticket for the newest one."""
    statement = matters.not_known({1}).statement
    prepared = statement.replace("%(newest)s", "$1").replace("%(missed)s", "$2")

    with work() as session:
        session.connection().execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        session.connection().execute(text("SET LOCAL enable_seqscan = off"))
        run(session, f"PREPARE newest(bigint, bigint[]) AS {prepared}", prepare=False)
        plan = run(session, "EXPLAIN EXECUTE newest(5, '{1,2}')", prepare=False).fetchall()
        run(session, "DEALLOCATE newest", prepare=False)

    assert sum("on pk_ticket" in line or "using pk_ticket" in line for (line,) in plan) == 2, plan
    assert sum("Index Cond" in line for (line,) in plan) == 2, plan
