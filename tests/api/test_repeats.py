"""The same request again: the same meaning is the same body, and later facts are written once."""

from typing import Any

import pytest

from tests.api.conftest import NOW, TICKETS, Caller, a_body
from tests.builders import a_dispatched_ticket, a_ticket, a_ticket_to_call_back
from tests.looking import events_of

EARLY = "Mon 2026-11-23 09:00"
REACHED = {
    "channel": "human_call", "result": "no_answer", "called_by": "工号 1023",
}  # fmt: skip
LATER: list[tuple[str, Any, Any, Any]] = [
    ("supplements", a_ticket, {"text": "窗口又要材料"}, {"text": "另一件事"}),
    ("callbacks", a_ticket_to_call_back, REACHED, {**REACHED, "called_by": "工号 7"}),
    ("withdrawals", a_dispatched_ticket, {"words": "算了", "channel": "web"},
     {"words": "不算了", "channel": "web"}),
]  # fmt: skip


@pytest.mark.parametrize(
    "spelled_out",
    [{"confidential": False}, {"urgency": "一般"}, {"urgency": "normal"}, {"kind": "投诉"},
     {"phone": " 0772 2800000 "}, {"support_units": []}, {"place": "  "}, {"answer_by": "电话"},
     {"received_at": None}, {"source": "api"}],
)  # fmt: skip
def test_the_same_meaning_is_the_same_body(caller: Caller, spelled_out: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "same-meaning"}
    first = caller.post(TICKETS, a_body(external_id="A-1"), headers=key)

    again = caller.post(TICKETS, a_body(external_id="A-1") | spelled_out, headers=key)

    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert again.json() == first.json()


@pytest.mark.parametrize(
    "changes",
    [{"confidential": True}, {"urgency": "urgent"}, {"phone": "0772-2800001"},
     {"received_at": "2026-11-23T09:00:00+08:00"}, {"lead_unit": "shijianguan"}],
)  # fmt: skip
def test_another_meaning_is_another_body(caller: Caller, changes: dict[str, Any]) -> None:
    caller.post(TICKETS, a_body(external_id="A-1"))

    assert caller.post(TICKETS, a_body(external_id="A-1", **changes)).status_code == 409


def test_one_moment_written_in_two_time_zones_is_the_same(caller: Caller) -> None:
    caller.post(TICKETS, a_body(external_id="A", received_at="2026-11-23T09:00:00+08:00"))

    again = caller.post(TICKETS, a_body(external_id="A", received_at="2026-11-23T01:00:00Z"))

    assert again.status_code == 200


@pytest.mark.parametrize(("what", "make", "body", "other"), LATER)
def test_a_later_fact_sent_again_is_written_once(
    caller: Caller, what: str, make: Any, body: Any, other: Any
) -> None:
    number = make(EARLY)
    key = {"Idempotency-Key": "later-1"}
    first = caller.post(f"{TICKETS}/{number}/{what}", body, headers=key)
    written = len(events_of(number))

    again = caller.at("Mon 2026-11-23 10:05").post(f"{TICKETS}/{number}/{what}", body, headers=key)

    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert len(events_of(number)) == written


@pytest.mark.parametrize(("what", "make", "body", "other"), LATER)
def test_another_later_fact_under_the_same_key_is_refused(
    caller: Caller, what: str, make: Any, body: Any, other: Any
) -> None:
    number = make(EARLY)
    key = {"Idempotency-Key": "later-1"}
    caller.post(f"{TICKETS}/{number}/{what}", body, headers=key)
    written = len(events_of(number))

    refused = caller.post(f"{TICKETS}/{number}/{what}", other, headers=key)

    assert refused.status_code == 409
    assert number in refused.json()["detail"]
    assert len(events_of(number)) == written


def test_a_reminder_sent_again_reminds_once(caller: Caller) -> None:
    number = a_dispatched_ticket(EARLY)
    key = {"Idempotency-Key": "later-1"}
    address = f"{TICKETS}/{number}/reminders"
    first = caller.client.post(address, headers=key)
    written = len(events_of(number))

    again = caller.client.post(address, headers=key)

    assert (first.status_code, again.status_code) == (201, 200)
    assert len(events_of(number)) == written


def test_a_key_used_for_a_ticket_is_not_free_for_a_supplement(caller: Caller) -> None:
    key = {"Idempotency-Key": "later-1"}
    number = caller.post(TICKETS, a_body(), headers=key).json()["number"]

    refused = caller.post(f"{TICKETS}/{number}/supplements", {"text": "补充"}, headers=key)

    assert refused.status_code == 409


def test_a_later_fact_sent_again_with_the_version_it_was_written_to_is_no_stale_write(
    caller: Caller,
) -> None:
    number = a_ticket(NOW)
    tag = caller.get(f"{TICKETS}/{number}").headers["etag"]
    guards = {"Idempotency-Key": "later-1", "If-Match": tag}
    address = f"{TICKETS}/{number}/supplements"

    answers = [caller.post(address, {"text": "窗口又要材料"}, headers=guards) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 200]


def test_without_a_key_two_supplements_are_two(caller: Caller) -> None:
    number = a_ticket(NOW)

    for _ in range(2):
        caller.post(f"{TICKETS}/{number}/supplements", {"text": "窗口又要材料"})

    assert len(events_of(number)) == 3


TWO_NAMES = [("Idempotency-Key", "first"), ("Idempotency-Key", "second")]


def test_two_names_for_one_request_are_refused_and_nothing_is_written(caller: Caller) -> None:
    headers = [*caller.client.headers.items(), *TWO_NAMES]
    number = caller.a_number()
    before = len(events_of(number))

    for path, body in ((TICKETS, a_body()), (f"{TICKETS}/{number}/supplements", {"text": "又来"})):
        answer = caller.post(path, body, headers=headers)

        assert answer.status_code == 422, answer.text
        assert [one["field"] for one in answer.json()["errors"]] == ["Idempotency-Key"]
    assert len(events_of(number)) == before
