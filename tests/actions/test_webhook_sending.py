"""Pushing to real receivers: signed, in order, and never twice at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from engine.actions import webhook_sending, webhooks
from engine.store.database import connect, use
from engine.terms import TicketEvent
from tests.actions.conftest import allow
from tests.actions.webhook_steps import (
    ADMINISTRATOR,
    a_subscription,
    deliveries,
    pushed,
    types,
)
from tests.builders import a_dispatched_ticket, a_ticket, a_ticket_to_call_back, doing, moment
from tests.delivery.receiver import receiving

NOW = "Mon 2026-11-23 09:00"
BUSY = 20  # seconds of real time that a step may take on a machine with much else to do
pytestmark = pytest.mark.usefixtures("database")


def right(got, secret):
    """Return whether a secret has signed what was got."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), tz=UTC)
    mark = Webhook(secret).sign(got.headers["webhook-id"], at, got.body.decode())
    return mark in got.headers["webhook-signature"].split(" ")


def test_what_is_pushed_is_signed_and_dated_with_the_moment_of_the_attempt(receiver):
    _, secret = a_subscription(receiver.url)
    a_ticket(NOW)

    pushed("Mon 2026-11-23 11:00")

    (got,) = receiver.got
    assert right(got, secret)
    late = int(got.headers["webhook-timestamp"]) - moment("Mon 2026-11-23 11:00").timestamp()
    assert 0 <= late <= BUSY
    assert got.headers["content-type"] == "application/json; charset=utf-8"


def test_events_arrive_once_and_in_order(receiver):
    a_subscription(receiver.url)
    a_ticket_to_call_back(NOW)

    assert pushed(NOW) == {"delivered": 5}
    assert pushed("Mon 2026-11-23 10:00") == {}
    assert types(receiver) == ["accepted", "dispatched", "signed_for", "answered",
                               "answer_approved"]  # fmt: skip
    assert [one.state.value for one in deliveries()] == ["delivered"] * 5
    assert deliveries()[0].last_status == 204


def test_every_attempt_sends_the_same_bytes_under_the_same_id(receiver):
    a_subscription(receiver.url)
    a_ticket(NOW)
    receiver.answer = lambda _: 500 if len(receiver.got) < 3 else 200

    for now in (NOW, "Mon 2026-11-23 09:01", "Mon 2026-11-23 09:30"):
        pushed(now)

    assert len({one.body for one in receiver.got}) == 1
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    assert len({one.headers["webhook-timestamp"] for one in receiver.got}) == 3
    assert deliveries("delivered")[0].attempts == 3


def test_two_workers_never_push_to_one_receiver_at_once(receiver, database):
    use(connect(database.url, pool_size=6))
    a_subscription(receiver.url)
    for _ in range(4):
        a_dispatched_ticket(NOW)
    busy, together = threading.Semaphore(1), []

    def alone(_):
        together.append(busy.acquire(blocking=False))
        busy.release()
        return 204

    receiver.answer = alone

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pushed(NOW), range(4)))

    assert all(together)
    assert len(receiver.got) == len(deliveries("delivered")) >= 8
    assert deliveries("pending") == []


def test_what_a_dead_worker_had_reserved_is_pushed_by_another_after_its_lease(receiver):
    a_subscription(receiver.url)
    a_ticket(NOW)
    assert webhook_sending.webhooks_due(moment(NOW), 8) == [1]  # and then it is killed

    meanwhile = pushed("Mon 2026-11-23 09:01:59")
    afterwards = pushed("Mon 2026-11-23 09:02:01")

    assert (meanwhile, afterwards) == ({}, {"delivered": 1})


def test_a_slow_receiver_does_not_hold_up_another(receiver, monkeypatch, database):
    use(connect(database.url, pool_size=6))
    let_go = threading.Event()
    with receiving() as slow:
        allow(monkeypatch, receiver.port, slow.port)
        a_subscription(slow.url)
        a_subscription(receiver.url, name="快的平台")
        slow.answer = lambda _: (let_go.wait(10), 204)[1]
        receiver.answer = lambda _: (let_go.set(), 204)[1]
        a_ticket(NOW)

        counts = pushed(NOW)

    assert counts == {"delivered": 2}


def test_no_transaction_is_open_while_a_receiver_is_talked_to(receiver, database):
    a_subscription(receiver.url)
    a_ticket(NOW)
    other, seen = connect(database.url, pool_size=1), []
    open_ones = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
    )

    def look(_):
        with other.engine.connect() as connection:
            seen.append(connection.execute(text(open_ones)).scalar())
        return 204

    receiver.answer = look
    pushed(NOW)
    other.dispose()

    assert seen == [0]


def test_while_a_secret_is_replaced_both_sign_and_then_only_the_new_one(receiver):
    number, old = a_subscription(receiver.url, events=[TicketEvent.ACCEPT])
    _, new = doing(NOW, ADMINISTRATOR, lambda step: webhooks.rotate(step, number))
    for now in (NOW, "Mon 2026-11-30 08:59", "Mon 2026-11-30 09:01"):
        a_ticket(now, content=f"第 {now} 件，门前道路积水，请协调排水")
        pushed(now)

    assert [(right(got, new), right(got, old)) for got in receiver.got] == [
        (True, True), (True, True), (True, False),
    ]  # fmt: skip


def test_events_of_another_moment_come_by_a_replay(receiver):
    a_dispatched_ticket(NOW)
    number, _ = a_subscription(receiver.url, events=[TicketEvent.DISPATCH])

    since = moment("Mon 2020-01-06 00:00")
    count = doing(NOW, ADMINISTRATOR, lambda step: webhooks.replay_since(step, number, since))

    assert count == 1
    assert pushed(NOW) == {"delivered": 1}
    assert types(receiver) == ["dispatched"]
