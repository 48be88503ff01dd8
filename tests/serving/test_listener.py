"""PostgreSQL's NOTIFY reaches the scheduler, gathered."""

import time

import psycopg
import pytest

from engine.serving.listener import Listener
from engine.store.database import WAKE_CHANNEL


@pytest.fixture
def heard(server):
    told: list[frozenset[str]] = []
    listener = Listener(server.format(name="postgres"), told.append)
    listener.start()
    yield told
    listener.stop()


def wait_for(condition, seconds=5.0):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def notify(server, *words):
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        for word in words:
            connection.execute("SELECT pg_notify(%s, %s)", (WAKE_CHANNEL, word))


def test_a_new_listener_wakes_everything_once(heard):
    assert wait_for(lambda: heard == [frozenset({""})])


def test_a_burst_of_notices_is_one_wake(heard, server):
    assert wait_for(lambda: heard)

    notify(server, "ticket", *["outbox"] * 20, "ticket")

    assert wait_for(lambda: frozenset().union(*heard) >= {"ticket", "outbox"})
    assert len(heard) <= 3


def test_an_unreachable_database_is_tried_again_and_stopping_is_quick():
    listener = Listener("postgresql://127.0.0.1:1/none", lambda _: None)
    listener.start()
    started = time.monotonic()

    listener.stop()

    assert time.monotonic() - started < 5
