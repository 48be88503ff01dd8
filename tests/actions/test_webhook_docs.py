"""What docs/webhooks.md says is so: the example receives, the numbers are the rules' own."""

import json
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from docs.examples import webhook_receiver
from docs.examples.webhook_receiver import Tickets, is_genuine, server
from engine import clock
from engine.actions import webhook_sending, webhooks
from engine.delivery.events import NAMES
from engine.delivery.signing import new_secret, signed
from engine.rules.rule_set import load_rules
from engine.terms import WebhookFormat
from tests.actions.conftest import allow
from tests.actions.webhook_steps import ADMINISTRATOR, a_subscription, deliveries, pushed, shapes
from tests.builders import a_dispatched_ticket, day, doing

DOC = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


@pytest.fixture
def example(monkeypatch):
    """Run the example on a free port, and return how to set its secret and what it knows."""
    tickets = Tickets()
    secret = new_secret()
    running = server(0, secret, tickets)
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    allow(monkeypatch, running.server_port)
    monkeypatch.setattr(webhooks, "new_secret", lambda: secret)
    yield f"http://127.0.0.1:{running.server_port}/", tickets
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize("form", list(WebhookFormat))
def test_the_example_verifies_and_follows_what_is_pushed(database, example, capsys, form):
    """At the real moment, for the example refuses what is older than five minutes."""
    url, tickets = example
    now = clock.now()
    a_subscription(url, now, format=form)
    number = a_dispatched_ticket(now)
    doing(now, ADMINISTRATOR, lambda step: webhooks.try_out(step, 1))

    at = clock.now()
    webhook_sending.push(webhook_sending.webhooks_due(at, 8), at)

    assert {one.state.value for one in deliveries()} == {"delivered"}
    assert tickets.steps == {number: 2}
    assert f"{number} 派单 -> 已派单" in capsys.readouterr().out


def test_the_example_refuses_what_is_not_genuine():
    secret, at = new_secret(), clock.now()
    headers = signed("msg_1", '{"a":1}', at, [new_secret(), secret])
    now = at.timestamp()

    assert is_genuine(b'{"a":1}', headers, secret, now)
    assert not is_genuine(b'{"a":2}', headers, secret, now)
    assert not is_genuine(b'{"a":1}', headers, new_secret(), now)
    assert not is_genuine(b'{"a":1}', headers, secret, now + 301)
    assert not is_genuine(b'{"a":1}', {**headers, "webhook-id": "msg_2"}, secret, now)
    assert not is_genuine(b'{"a":1}', {}, secret, now)


def test_the_example_passes_by_what_comes_late_or_twice():
    tickets = Tickets()
    first, second = ({"number": "LZ1", "seq": seq, "event": {"label": "派单"},
                      "status": {"label": "已派单"}} for seq in (1, 2))  # fmt: skip

    said = [tickets.hear("x", one) for one in (second, first, second)]

    assert [bool(one) for one in said] == [True, False, False]
    assert timedelta(minutes=5).seconds == webhook_receiver.OLDEST_SECONDS


def test_the_message_in_the_docs_has_the_fields_that_are_sent(receiver, database):
    a_subscription(receiver.url)
    a_dispatched_ticket("Mon 2026-11-23 09:00")
    pushed("Mon 2026-11-23 09:00")

    shown = json.loads(re.search(r"```json\n(.*?)```", DOC, re.S)[1])
    sent = shapes(receiver)[-1]
    assert shape_of(shown) == shape_of(sent)


def shape_of(value):
    """Return the names in a JSON value, without what stands under them."""
    if isinstance(value, dict):
        return {name: shape_of(one) for name, one in value.items()}
    return [shape_of(value[0])] if isinstance(value, list) else None


def test_the_numbers_in_the_docs_are_those_of_the_rules():
    on = day("Mon 2026-11-23")
    value = {key: load_rules().parameters[key].on(on).value for key in (
        "webhooks.retry_after", "webhooks.timeout", "webhooks.longest_pause",
        "webhooks.stop_after", "webhooks.secret_overlap", "webhooks.keep_settled",
        "webhooks.keep_unsent", "webhooks.jitter",
    )}  # fmt: skip

    waits = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    assert tuple(value["webhooks.retry_after"]) == waits
    assert "5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h" in DOC
    assert list(value.values())[1:] == [15, 30, 5, 7, 14, 90, 20]
    for words in ("within 15 seconds", "half an hour", "five days", "seven days", "after 14 days",
                  "not after 90", "up to a fifth"):  # fmt: skip
        assert words in DOC, words


def test_the_types_in_the_docs_exist():
    named = re.search(r"Types are (.*?)\(all", DOC, re.S)[1]

    assert set(re.findall(r"`([a-z_]+)`", named)) <= set(NAMES.values())
