"""What a caller sends is read as it stands: nothing guessed, nothing dropped, nothing twice."""

import gzip
import json
from typing import Any

import pytest

from tests.api.conftest import TICKETS, Caller, a_body
from tests.builders import a_ticket, a_ticket_to_call_back
from tests.looking import events_of

EARLY = "Mon 2026-11-23 09:00"
TYPES = {"short": "application/json", "usual": "application/json; charset=utf-8"}


def fields_of(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [one["field"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("moment", [1763859600, 1763859600.5, "1763859600", "20261123", True, ""])
def test_a_number_is_no_moment(caller: Caller, moment: Any) -> None:
    answer = caller.post(TICKETS, a_body(received_at=moment))

    assert fields_of(answer) == ["received_at"]
    assert "带时区的日期时间" in answer.json()["errors"][0]["detail"]


def test_a_moment_without_its_zone_is_told_that(caller: Caller) -> None:
    answer = caller.post(TICKETS, a_body(received_at="2026-11-23T09:00:00"))

    assert "时区" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("value", [1, 0, "true", "false", "yes"])
def test_only_true_and_false_are_yes_and_no(caller: Caller, value: Any) -> None:
    asked = {"channel": "human_call", "result": "reached", "contacted": value, "solved": "solved",
             "satisfaction": "satisfied", "called_by": "工号 1023"}  # fmt: skip
    number = a_ticket_to_call_back(EARLY)

    assert fields_of(caller.post(TICKETS, a_body(confidential=value))) == ["confidential"]
    assert fields_of(caller.post(f"{TICKETS}/{number}/callbacks", asked)) == ["contacted"]


@pytest.mark.parametrize("name", ["unit", "source", "external_id"])
@pytest.mark.parametrize("blank", ["", "%20", "%E2%80%8B"])
def test_a_blank_filter_is_refused_and_not_left_out(caller: Caller, name: str, blank: str) -> None:
    assert fields_of(caller.get(f"{TICKETS}?{name}={blank}")) == [name]


@pytest.mark.parametrize(
    ("path", "twice"),
    [(TICKETS, "limit=1&limit=2"), (TICKETS, "source=a&source=b"),
     ("/api/v1/events", "after=0&after=1")],
)  # fmt: skip
def test_a_parameter_that_takes_one_value_is_refused_twice(
    caller: Caller, path: str, twice: str
) -> None:
    assert fields_of(caller.get(f"{path}?{twice}")) == [twice.partition("=")[0]]


def test_a_filter_that_may_be_repeated_still_may(caller: Caller) -> None:
    number = a_ticket(EARLY)

    found = caller.get(f"{TICKETS}?kind=投诉&kind=求助&status=accepted&status=closed")

    assert [one["number"] for one in found.json()["items"]] == [number]


@pytest.mark.parametrize("tags", ["", " ", ",", " , "])
def test_an_empty_if_match_writes_nothing(caller: Caller, tags: str) -> None:
    number = a_ticket(EARLY)
    headers = {"If-Match": tags}

    answer = caller.post(f"{TICKETS}/{number}/supplements", {"text": "又来"}, headers=headers)

    assert fields_of(answer) == ["If-Match"]
    assert len(events_of(number)) == 1


@pytest.mark.parametrize("way", TYPES)
def test_a_field_said_twice_is_refused_by_name(caller: Caller, way: str) -> None:
    body = json.dumps(a_body())[:-1] + ', "kind": "建议", "phone": "0772-2800001"}'

    answer = caller.client.post(TICKETS, content=body, headers={"Content-Type": TYPES[way]})

    assert fields_of(answer) == ["kind", "phone"]
    assert caller.get(TICKETS).json()["items"] == []


def test_of_a_batch_only_the_ticket_that_says_a_field_twice_is_refused(caller: Caller) -> None:
    bad = json.dumps(a_body(external_id="B-1"))[:-1] + ', "kind": "建议"}'
    body = f'{{"tickets": [{bad}, {json.dumps(a_body(external_id="B-2"))}]}}'

    answer = caller.client.post(
        f"{TICKETS}:batch", content=body, headers={"Content-Type": TYPES["short"]}
    )
    first, second = answer.json()["items"]

    assert (first["status"], second["status"]) == (422, 201)
    assert [one["field"] for one in first["problem"]["errors"]] == ["kind"]


@pytest.mark.parametrize("path", ["", ":batch", "/LZ2611230001/supplements"])
@pytest.mark.parametrize("how", ["gzip", "GZIP", "br"])
def test_a_packed_body_is_told_so(caller: Caller, path: str, how: str) -> None:
    packed = gzip.compress(json.dumps(a_body()).encode())

    answer = caller.client.post(
        TICKETS + path, content=packed,
        headers={"Content-Type": TYPES["short"], "Content-Encoding": how},
    )  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (415, "packed")
    assert "Content-Encoding" in answer.json()["detail"]


def test_who_may_not_write_is_told_that_and_not_how_to_pack(with_scopes: Any) -> None:
    answer = with_scopes("tickets:read").client.post(
        TICKETS, content=b"x", headers={"Content-Encoding": "gzip"}
    )

    assert answer.status_code == 403
