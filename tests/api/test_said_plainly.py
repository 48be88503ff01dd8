"""What the API says of a request that is nearly right: which method, which key, which field."""

from typing import Any

import pytest

from engine.actions.receiving import Sent, meaning, receive_ticket
from engine.actions.repeats import KEY, remember
from engine.store import tickets as store
from engine.store.api_views import Recorded
from engine.store.database import work
from tests.api.conftest import NOW, TICKETS, Caller, a_body
from tests.builders import a_dispatched_ticket, a_new_ticket, a_step, a_ticket

EARLY = "Mon 2026-11-23 09:00"
BROKEN = {"content": b'{"kind": "\xe5\x92', "headers": {"Content-Type": "application/json"}}
WITHDRAWAL = {"words": "已自行解决", "channel": "human_call", "called_by": "工号 1023"}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [(TICKETS, "GET, POST"), (f"{TICKETS}/LZ1", "GET"), (f"{TICKETS}/LZ1/callbacks", "GET, POST")],
)
def test_a_wrong_method_is_told_every_right_one(caller: Caller, path: str, allowed: str) -> None:
    answer = caller.client.put(path, json={})

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_slash_too_many_leads_to_the_address_without(caller: Caller) -> None:
    answer = caller.get(f"{TICKETS}/", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (307, f"http://testserver{TICKETS}")


@pytest.mark.parametrize("broken", [b'{"kind":', b"\xff\xfe", b"["])
@pytest.mark.parametrize("path", [TICKETS, f"{TICKETS}:batch", f"{TICKETS}/LZ1/supplements"])
def test_a_key_that_may_not_write_is_told_so_though_its_body_is_no_json(
    with_scopes: Any, path: str, broken: bytes
) -> None:
    sent: dict[str, Any] = {"content": broken, "headers": {"Content-Type": "application/json"}}

    reader, writer, nobody = (
        one.client.post(path, **sent)
        for one in (with_scopes("tickets:read"), with_scopes("tickets:write"), _nobody(with_scopes))
    )

    assert (reader.status_code, reader.json()["code"]) == (403, "not_permitted")
    assert (writer.status_code, writer.json()["code"]) == (422, "not_json")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "not_signed_in")


def _nobody(with_scopes: Any) -> Caller:
    caller: Caller = with_scopes("tickets:write")
    del caller.client.headers["Authorization"]
    return caller


def test_a_batch_is_told_that_a_number_is_no_text_not_that_it_is_missing(caller: Caller) -> None:
    answer = caller.post(f"{TICKETS}:batch", {"tickets": [a_body(external_id=7)]})

    (field,) = answer.json()["items"][0]["problem"]["errors"]
    assert field == {"field": "external_id", "detail": "应为文字。"}


@pytest.mark.parametrize(
    ("first", "again"),
    [({"lead_unit": "shijianguan"}, {"lead_unit": "区市场监管局"}),
     ({"lead_unit": "区市场监管局"}, {"lead_unit": "shijianguan"}),
     ({"lead_unit": "shijianguan", "support_units": ["shuiwu"]},
      {"lead_unit": "shijianguan", "support_units": ["区税务局"]}),
     ({"accused_unit": "shuiwu"}, {"accused_unit": "区税务局"})],
)  # fmt: skip
def test_a_unit_by_name_and_by_slug_is_the_same_request(
    caller: Caller, first: dict[str, Any], again: dict[str, Any]
) -> None:
    one = caller.post(TICKETS, a_body(external_id="A-1", **first))
    two = caller.post(TICKETS, a_body(external_id="A-1", **again))

    assert (one.status_code, two.status_code) == (201, 200)
    assert two.json() == one.json()


def test_what_was_sent_before_units_were_told_apart_by_slug_is_known(caller: Caller) -> None:
    new = a_new_ticket(lead_unit="区市场监管局")
    with work() as session:
        step = a_step(session, NOW)
        number = a_ticket(EARLY)
        ticket = store.ticket_by_number(session, number)
        (written, *_) = meaning(step, new, None).earlier
        remember(step, 1, [f"{KEY}k"], Recorded("", ticket.id, written, step.now))

        found = receive_ticket(step, new, Sent(api_key_id=1, idempotency_key="k"))

    assert (found.replayed, found.ticket.number) == (True, number)


def test_a_withdrawal_that_no_unit_knew_of_tells_of_no_unit(caller: Caller) -> None:
    alone, given = a_ticket(EARLY), a_dispatched_ticket(EARLY)

    said = [caller.post(f"{TICKETS}/{one}/withdrawals", WITHDRAWAL).json()["next"]
            for one in (alone, given)]  # fmt: skip

    assert said == ["已按诉求人撤回了结。", "已按诉求人撤回了结，承办单位会收到告知。"]


@pytest.mark.parametrize("body", ["请快一点", '{"words": "请快一点"}', "[]"])
def test_words_sent_with_a_reminder_are_refused_not_lost(caller: Caller, body: str) -> None:
    path = f"{TICKETS}/{a_dispatched_ticket(EARLY)}/reminders"

    refused = caller.client.post(path, content=body)

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["body"]
    assert caller.client.post(path, content="{}").status_code == 201


def test_several_fields_are_told_in_one_sentence(caller: Caller) -> None:
    said = caller.post(TICKETS, {"kind": "投诉"}).json()["detail"]

    assert said.count("。") == 1
    assert said.endswith("。")
    assert "content" in said
    assert "phone" in said


def test_open311_says_what_was_used_before(city: Caller, caller: Caller) -> None:
    key = caller.client.headers["Authorization"].removeprefix("Bearer ")
    form = {"api_key": key, "service_code": "complaint", "phone": "0772-2800000",
            "jurisdiction_id": "chengzhong", "address_string": "东环大道 1 号",
            "description": "门前道路积水，请协调排水"}  # fmt: skip
    sent = {"headers": {"Idempotency-Key": "k-1"}}
    first, other = (
        city.client.post("/open311/v2/requests.json", data={**form, **more}, **sent)
        for more in ({}, {"description": "门前路灯不亮，请协调修理"})
    )

    assert first.status_code == 201
    assert other.json()[0]["description"].startswith("这个幂等键已用于工单 LZ")
