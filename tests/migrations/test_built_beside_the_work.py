"""Indexes are built while others work: nobody waits for the build, and none is left half done."""

import threading
import time

import psycopg

from engine.store.database import connect
from engine.store.migrate import INDEXES, OUTLIVED, migrate

VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"
NAME = "ix_ticket_parent_id_filled"


def test_the_indexes_of_all_rows_are_gone_once_those_of_some_are_there(database):
    with psycopg.connect(database.url) as asking:
        found = {name: asking.execute(VALID, [name]).fetchone() for name in (*INDEXES, *OUTLIVED)}

    assert found == dict.fromkeys(INDEXES, (True,)) | dict.fromkeys(OUTLIVED)


def test_who_comes_while_an_index_is_built_goes_on_without_it(database):
    """The build waits for a long query, and whoever waited for the build was in a deadlock."""
    first, second = (connect(database.url, pool_size=1) for _ in range(2))
    with psycopg.connect(database.url) as long, psycopg.connect(database.url) as asking:
        asking.execute(f"DROP INDEX {NAME}")
        asking.commit()
        long.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        long.execute("SELECT count(*) FROM ticket")
        building = threading.Thread(target=migrate, args=[first])
        building.start()
        while asking.execute(VALID, [NAME]).fetchone() is None:
            asking.commit()
            time.sleep(0.02)
        asking.commit()

        migrate(second)

        assert building.is_alive()
        long.commit()
        building.join(30)
        assert asking.execute(VALID, [NAME]).fetchone() == (True,)
    for one in (first, second):
        one.dispose()
