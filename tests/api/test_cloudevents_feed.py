"""The feed as CloudEvents 1.0: the same events as are pushed, pulled in batches."""

from typing import Any

import pytest

from engine.terms import TicketKind
from tests.api.conftest import Caller
from tests.builders import a_dispatched_ticket, a_ticket, a_ticket_to_call_back

FEED = "/api/v1/events?format=cloudevents"
ACCEPT = {"Accept": "application/json;q=0.5, application/cloudevents-batch+json"}
REQUIRED = {"specversion", "id", "source", "type"}


@pytest.mark.parametrize(
    ("path", "headers"), [(FEED, {}), ("/api/v1/events", ACCEPT)], ids=["parameter", "header"]
)
def test_events_come_as_a_batch_of_cloudevents(caller: Caller, path: str, headers: Any) -> None:
    number = a_dispatched_ticket("Mon 2026-11-23 09:00")

    answer = caller.get(path, headers=headers)

    assert answer.headers["content-type"].startswith("application/cloudevents-batch+json")
    assert [one["type"] for one in answer.json()] == [
        "hotline.ticket.accepted", "hotline.ticket.dispatched",
    ]  # fmt: skip
    for one in answer.json():
        assert set(one) >= REQUIRED
        assert (one["specversion"], one["subject"]) == ("1.0", number)


def test_without_asking_the_feed_is_what_it_was(caller: Caller) -> None:
    a_ticket("Mon 2026-11-23 09:00")

    assert set(caller.get("/api/v1/events").json()) == {"items", "next"}


def test_a_follower_gets_each_event_once_by_the_cursor_in_the_header(caller: Caller) -> None:
    a_ticket_to_call_back("Mon 2026-11-23 09:00")
    seen, after = [], 0

    while batch := (answer := caller.get(f"{FEED}&after={after}&limit=2")).json():
        seen += [one["id"] for one in batch]
        after = int(answer.headers["x-next-after"])

    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, key=int)
    assert f"after={after}&limit=2&format=cloudevents" in answer.headers["link"]
    assert answer.json() == []


def test_reports_are_left_out_and_the_cursor_moves_past_them(with_scopes: Any) -> None:
    a_ticket("Mon 2026-11-23 09:00", kind=TicketKind.REPORT)

    without = with_scopes("events:read").get(FEED)
    private = with_scopes("events:read", "tickets:private").get(FEED)

    assert without.json() == []
    assert len(private.json()) >= 1
    assert without.headers["x-next-after"] == private.headers["x-next-after"] != "0"


def test_even_private_keys_get_no_personal_data_here(caller: Caller) -> None:
    a_ticket_to_call_back("Mon 2026-11-23 09:00", phone="0772-2881234")

    text = caller.get(FEED).text

    assert not [one for one in ("演示企业甲", "2881234", "话务员", "承办人") if one in text]


def test_a_format_that_is_none_is_refused(caller: Caller) -> None:
    assert caller.get("/api/v1/events?format=xml").status_code == 422
