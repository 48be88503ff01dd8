"""Receivers in trouble: tried again, left alone, passed by, given up; nothing is lost."""

import pytest
from sqlalchemy import text

from engine.actions import background, webhook_parcels, webhook_sending, webhooks
from engine.store.database import work
from engine.terms import WebhookFormat, WebhookStop
from tests.actions.conftest import allow
from tests.actions.webhook_steps import (
    ADMINISTRATOR,
    a_subscription,
    deliveries,
    pushed,
    shapes,
    the_subscription,
)
from tests.builders import a_dispatched_ticket, a_ticket, a_ticket_to_call_back, doing, moment
from tests.delivery.conftest import free_port
from tests.delivery.receiver import receiving

NOW = "Mon 2026-11-23 09:00"
BUSY = 20  # seconds of real time that a step may take on a machine with much else to do
pytestmark = pytest.mark.usefixtures("database")


def test_a_failure_is_tried_again_later_and_later_and_then_it_is_dead(receiver):
    a_subscription(receiver.url)
    a_ticket(NOW)
    receiver.answer = lambda _: 422
    at, waits = moment(NOW), []

    for _ in range(12):
        webhook_sending.push(webhook_sending.webhooks_due(at, 8), at)
        (one,) = deliveries()
        if one.state.value == "dead":
            break
        waits.append((one.next_attempt_at - at).total_seconds())
        at = one.next_attempt_at

    least = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert len(receiver.got) == 10
    assert len(waits) == len(least)
    for waited, wanted in zip(waits, least, strict=True):
        assert wanted <= waited <= wanted * 1.2 + BUSY
    assert (one.attempts, one.last_status, one.last_error) == (10, 422, "对方回答 422")


def test_one_event_that_is_refused_does_not_hold_up_the_others(receiver):
    a_subscription(receiver.url)
    a_dispatched_ticket(NOW)
    receiver.answer = lambda got: 400 if b"hotline.ticket.accepted" in got.body else 204

    counts = pushed(NOW)

    assert counts == {"refused": 1, "delivered": 1}
    assert the_subscription().not_before is None
    assert the_subscription().failing_since is None


def test_an_event_tried_again_does_not_wait_behind_a_backlog(receiver, monkeypatch):
    monkeypatch.setattr(webhook_parcels, "AT_ONCE", 3)
    a_subscription(receiver.url)
    refused = a_ticket(NOW)
    receiver.answer = lambda _: 429 if len(receiver.got) == 1 else 204
    pushed(NOW)
    for _ in range(9):
        a_ticket("Mon 2026-11-23 09:00:01")

    pushed("Mon 2026-11-23 09:05")

    assert [one["data"]["number"] for one in shapes(receiver)].index(refused, 1) == 3


def test_a_server_in_trouble_is_left_alone_for_a_while(receiver):
    a_subscription(receiver.url)
    a_dispatched_ticket(NOW)
    receiver.answer = lambda _: 500

    first = pushed(NOW)
    too_early = pushed("Mon 2026-11-23 09:00:04")

    assert (first, too_early) == ({"refused": 1}, {})
    assert len(receiver.got) == 1
    assert the_subscription().failures == 1


def test_a_poisoned_event_that_breaks_the_receiver_is_passed_by(receiver):
    a_subscription(receiver.url)
    a_ticket_to_call_back(NOW)
    receiver.answer = lambda got: 500 if b"hotline.ticket.dispatched" in got.body else 204

    pushed(NOW)
    pushed("Mon 2026-11-23 09:00:07")

    assert [one.state.value for one in deliveries()] == [
        "delivered", "pending", "delivered", "delivered", "delivered",
    ]  # fmt: skip


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept(receiver, status):
    a_subscription(receiver.url)
    a_dispatched_ticket(NOW)
    receiver.answer = lambda _: (status, {"Retry-After": "3600"})

    pushed(NOW)
    receiver.answer = lambda _: 204
    early, late = pushed("Mon 2026-11-23 09:59"), pushed("Mon 2026-11-23 10:01")

    assert (early, late) == ({}, {"delivered": 2})


def test_an_outage_kills_no_message_and_keeps_their_order(monkeypatch):
    port = free_port()
    allow(monkeypatch, port)
    a_subscription(f"http://127.0.0.1:{port}/hook")
    a_ticket_to_call_back(NOW)
    for day in ("Mon 2026-11-23", "Tue 2026-11-24", "Wed 2026-11-25", "Thu 2026-11-26"):
        assert pushed(f"{day} 09:00") == {"away": 1}
    assert {one.attempts for one in deliveries()} == {0}
    assert "连不上" in deliveries()[0].last_error

    with receiving() as receiver:
        allow(monkeypatch, receiver.port)
        with work() as session:
            session.connection().execute(
                text("UPDATE webhook_subscription SET url = :url"), {"url": receiver.url}
            )
        assert pushed("Thu 2026-11-26 12:00") == {"delivered": 5}
        assert [one["data"]["seq"] for one in shapes(receiver)] == [1, 2, 3, 4, 5]


def test_a_dead_receiver_is_asked_at_most_every_half_hour(monkeypatch):
    port = free_port()
    allow(monkeypatch, port)
    a_subscription(f"http://127.0.0.1:{port}/hook")
    a_ticket(NOW)
    at, pauses = moment(NOW), []
    for _ in range(5):
        webhook_sending.push(webhook_sending.webhooks_due(at, 8), at)
        pauses.append((the_subscription().not_before - at).total_seconds())
        at = the_subscription().not_before

    assert 5 <= pauses[0] < 6 + BUSY
    assert 1800 <= pauses[-1] < 1800 + BUSY


def test_after_five_days_of_nothing_pushing_stops_and_administrators_are_told(monkeypatch):
    port = free_port()
    allow(monkeypatch, port)
    number, _ = a_subscription(f"http://127.0.0.1:{port}/hook")
    a_ticket(NOW)
    pushed(NOW)

    before = pushed("Sat 2026-11-28 08:59")
    after = pushed("Sat 2026-11-28 09:31")

    assert (before, after) == ({"away": 1}, {"stopped": 1})
    assert the_subscription(number).stopped is WebhookStop.FAILING
    assert len(deliveries("pending")) == 1
    mails = background.messages_due(moment("Sat 2026-11-28 09:32"), 10)
    assert len(mails) == 1


def test_a_receiver_that_is_gone_is_pushed_to_no_more(receiver):
    number, _ = a_subscription(receiver.url)
    a_dispatched_ticket(NOW)
    receiver.answer = lambda _: 410

    assert pushed(NOW) == {"gone": 1}
    assert pushed("Tue 2026-11-24 09:00") == {}
    assert the_subscription(number).stopped is WebhookStop.GONE
    assert len(receiver.got) == 1


def test_switched_on_again_it_gets_what_waited(receiver):
    number, _ = a_subscription(receiver.url)
    a_dispatched_ticket(NOW)
    receiver.answer = lambda _: 410
    pushed(NOW)
    receiver.answer = lambda _: 204

    on = "Tue 2026-11-24 09:00"
    doing(on, ADMINISTRATOR, lambda step: webhooks.switch(step, number, on=True))

    assert pushed("Tue 2026-11-24 09:00") == {"delivered": 2}


def test_a_refused_batch_is_sent_again_one_by_one(receiver):
    a_subscription(receiver.url, format=WebhookFormat.CLOUDEVENTS_BATCH)
    a_ticket_to_call_back(NOW)
    receiver.answer = lambda got: 400 if b"hotline.ticket.dispatched" in got.body else 204

    pushed(NOW)
    pushed("Mon 2026-11-23 09:01")

    assert [one.state.value for one in deliveries()] == [
        "delivered", "pending", "delivered", "delivered", "delivered",
    ]  # fmt: skip


def test_a_secret_that_cannot_be_read_loses_nothing_and_says_why(receiver, var):
    a_subscription(receiver.url)
    a_ticket(NOW)
    kept = (var / "keys" / "secret.key").read_bytes()
    (var / "keys" / "secret.key").write_bytes(b"another key of another machine")

    without = pushed(NOW)
    (var / "keys" / "secret.key").write_bytes(kept)

    assert without == {"away": 1}
    assert "HOTLINE_SECRET_KEY" in deliveries()[0].last_error
    assert pushed("Mon 2026-11-23 09:01") == {"delivered": 1}
