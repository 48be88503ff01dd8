"""Followers of the feed: each event once, none skipped, however transactions interleave."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from engine.actions.auditing import seal
from engine.actions.intake import accept_ticket
from engine.models import TicketEventRecord
from engine.store import api_views
from engine.store.database import Database, use, work
from engine.terms import TicketKind
from tests.api.conftest import Caller
from tests.builders import a_new_ticket, a_step, a_ticket, moment

FORMATS = ("json", "cloudevents")
WRITERS, TIMES = 4, 60
COPY = text("""
INSERT INTO ticket_event (ticket_id, seq, event, at, recorded_at, actor_kind, actor_name, to_status,
                          reason, citation, details, words_digest, link)
SELECT ticket_id, seq + 1, 'note', at, recorded_at, actor_kind, actor_name, to_status,
       '', citation, '{}', words_digest, link
FROM ticket_event WHERE ticket_id = :ticket ORDER BY seq DESC LIMIT 1 RETURNING id
""")

PLENTY = """
INSERT INTO ticket_event (ticket_id, seq, event, at, recorded_at, actor_kind, actor_name, to_status,
                          reason, citation, details, words_digest, link)
SELECT ticket_id, seq + n, 'note', at, recorded_at, actor_kind, actor_name, to_status,
       '', citation, '{}', words_digest, link
FROM ticket_event, generate_series(1, 5000) n WHERE id = 1
"""


def all_ids() -> list[int]:
    with work() as session:
        return list(session.exec(select(TicketEventRecord.id).order_by(col(TicketEventRecord.id))))


def told(caller: Caller, after: int, form: str = "json") -> tuple[list[int], int]:
    answer = caller.get(f"/api/v1/events?after={after}&limit=500&format={form}")
    if form == "json":
        page = answer.json()
        return [one["id"] for one in page["items"]], page["next"]
    return [int(one["id"]) for one in answer.json()], int(answer.headers["x-next-after"])


@contextmanager
def under_way(database: Database) -> Iterator[Session]:
    """Yield a session whose transaction has its number, older than all that begin later."""
    with Session(database.engine) as session:
        session.execute(text("SELECT pg_current_xact_id()"))
        yield session


def praise(session: Session, at: str) -> None:
    """Write an event and leave it uncommitted; each day has its own numbers, nobody waits."""
    accept_ticket(a_step(session, at), a_new_ticket(kind=TicketKind.PRAISE))


@pytest.mark.parametrize("form", FORMATS)
def test_an_event_of_a_younger_transaction_with_a_lower_id_is_told(
    caller: Caller, database: Database, form: str
) -> None:
    with under_way(database) as older, under_way(database) as younger:
        praise(younger, "Sat 2026-11-21 09:00")
        praise(older, "Sun 2026-11-22 09:00")
        older.commit()
        first, after = told(caller, 0, form)
        younger.commit()

    rest, _ = told(caller, after, form)

    assert first == []
    assert rest == all_ids()


def test_what_was_settled_is_told_while_another_transaction_holds_an_event(
    caller: Caller, database: Database
) -> None:
    a_ticket("Fri 2026-11-20 09:00")
    before = all_ids()
    with under_way(database) as slow:
        assert told(caller, 0) == (before, before[-1])
        praise(slow, "Sat 2026-11-21 09:00")
        a_ticket("Sun 2026-11-22 09:00")

        assert told(caller, 0) == (before, before[-1])


def test_a_transaction_that_writes_no_event_holds_nothing_back(
    caller: Caller, database: Database
) -> None:
    with under_way(database) as long:
        long.execute(text("UPDATE unit SET name = name"))
        a_ticket("Mon 2026-11-23 09:00")

        found, _ = told(caller, 0)

    assert found == all_ids() != []


def test_events_go_on_while_writers_follow_each_other_without_a_pause(
    caller: Caller, database: Database
) -> None:
    """One of two is always under way: what was marked before the second began is told."""
    with under_way(database) as one, under_way(database) as other:
        praise(one, "Sat 2026-11-21 09:00")
        a_ticket("Fri 2026-11-20 09:00")
        assert told(caller, 0) == ([], 0)
        praise(other, "Sun 2026-11-22 09:00")
        one.commit()
        marked = all_ids()
        a_ticket("Thu 2026-11-19 09:00")

        found, _ = told(caller, 0)

    assert found == marked


def test_a_process_that_begins_while_an_event_is_held_tells_what_was_sealed(
    caller: Caller, database: Database
) -> None:
    a_ticket("Fri 2026-11-20 09:00")
    for minute in (0, 5):
        seal(moment(f"Fri 2026-11-20 10:{minute:02}"))
    before = all_ids()
    with under_way(database) as slow:
        praise(slow, "Sat 2026-11-21 09:00")
        a_ticket("Sun 2026-11-22 09:00")
        use(Database(database.url, database.engine))  # a second process remembers nothing

        found, _ = told(caller, 0)

    assert found == before


def test_a_follower_of_many_writers_gets_every_event_once(database: Database) -> None:
    for _ in range(WRITERS):
        a_ticket("Mon 2026-11-23 09:00")
    with work() as session:
        tickets = list(session.exec(select(TicketEventRecord.ticket_id).distinct()))
    writers = [threading.Thread(target=write, args=(database, one)) for one in tickets]
    for one in writers:
        one.start()
    got, last = [], False

    while not last:
        last = not any(one.is_alive() for one in writers)
        with work() as session:
            found = api_views.events_after(session, got[-1] if got else 0, 500)
            got += [one.record.id for one in found]

    assert got == all_ids()
    assert len(got) > WRITERS * TIMES / 2


def write(database: Database, ticket: int) -> None:
    """Write events: half of them begin early, the others commit late; one in ten is undone."""
    chance = random.Random(ticket)
    for number in range(TIMES):
        with Session(database.engine) as session:
            if number % 2:
                session.execute(text("SELECT pg_current_xact_id()"))
                time.sleep(chance.random() / 50)
            with session.begin_nested():
                session.execute(COPY, {"ticket": ticket})
            if not number % 2:
                time.sleep(chance.random() / 50)
            if chance.random() < 0.1:
                session.rollback()
            session.commit()


def test_a_follower_walks_along_the_key_from_where_it_stands(
    database: Database,
) -> None:
    a_ticket("Mon 2026-11-23 09:00")
    with Session(database.engine) as session:
        for query in (PLENTY, "ANALYZE ticket_event"):
            session.execute(text(query))
        page = str(api_views.event_page(900, 5002, 100).compile(
            session.connection(), compile_kwargs={"literal_binds": True}))  # fmt: skip
        plans = [
            " ".join(session.execute(text(f"EXPLAIN {query}")).scalars())
            for query in (page, "SELECT max(id) FROM ticket_event")
        ]

    assert "Index Scan using pk_ticket_event" in plans[0]
    assert "Index Only Scan Backward using pk_ticket_event" in plans[1]
