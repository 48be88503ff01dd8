"""Half a character, NUL, a year nobody lives in: anywhere in a body, a clear 4xx."""

import json
from typing import Any

import pytest

from tests.api.conftest import TICKETS, Caller, a_body

HALF = "\ud800"
FIELDS = ("kind", "content", "phone", "title", "enterprise", "credit_code", "contact_name", "place",
          "answer_by", "urgency", "source", "external_id", "accused_unit", "lead_unit")  # fmt: skip


def send(caller: Caller, path: str, body: Any) -> Any:
    """Post JSON as a careless program writes it: half characters as backslash-u escapes."""
    headers = {"Content-Type": "application/json"}
    return caller.client.post(path, content=json.dumps(body).encode(), headers=headers)


@pytest.mark.parametrize("odd", [HALF, "a\x00b", f"诉求{HALF}内容"])
@pytest.mark.parametrize("field", FIELDS)
def test_half_a_character_in_any_field_is_named_and_never_a_fault(
    caller: Caller, field: str, odd: str
) -> None:
    answer = send(caller, TICKETS, a_body(**{field: odd}))

    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "body",
    [a_body(**{HALF: "x"}), a_body(support_units=[HALF]), {HALF: 1}, [HALF], HALF,
     a_body(confidential=HALF), a_body(received_at=HALF)],
)  # fmt: skip
def test_half_a_character_anywhere_else_is_refused(caller: Caller, body: Any) -> None:
    assert send(caller, TICKETS, body).status_code == 422


@pytest.mark.parametrize("change", [{HALF: "x"}, {"content": HALF}, {"kind": f"x{HALF}"}])
def test_half_a_character_in_a_batch_spoils_only_its_own_ticket(
    caller: Caller, change: dict[str, str]
) -> None:
    good, bad = a_body(external_id="A-1"), a_body(external_id="A-2", **change)

    answer = send(caller, f"{TICKETS}:batch", {"tickets": [bad, good]})

    assert answer.status_code == 200, answer.text
    assert [one["status"] for one in answer.json()["items"]] == [422, 201]


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00", "9999-12-31T00:00:00Z",
     "1970-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_moment_in_a_year_nobody_lives_in_is_a_wrong_field(caller: Caller, moment: str) -> None:
    answer = caller.post(TICKETS, a_body(received_at=moment))

    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == ["received_at"]


@pytest.mark.parametrize("odd", [HALF, "\x00"])
def test_odd_characters_in_callbacks_supplements_and_suggestions_are_refused(
    caller: Caller, odd: str
) -> None:
    number = caller.a_number()
    calls = {"channel": "human_call", "result": odd}
    reached = {"channel": "robot_call", "result": "no_answer", "words": odd, "called_by": odd}

    for path, body in (
        (f"{TICKETS}/{number}/supplements", {"text": odd}),
        (f"{TICKETS}/{number}/callbacks", calls),
        (f"{TICKETS}/{number}/callbacks", reached),
        ("/api/v1/routing/suggest", {"content": odd}),
        ("/api/v1/routing/suggest", {"content": "停车", "kind": odd}),
    ):
        assert send(caller, path, body).status_code == 422, (path, body)


@pytest.mark.parametrize("path", ["/LZ%00", "/%ED%A0%80", "?unit=%00", "?after=%00",
                                  "?unit=%ED%A0%80"])  # fmt: skip
def test_odd_addresses_are_no_fault(caller: Caller, path: str) -> None:
    assert 400 <= caller.get(f"{TICKETS}{path}").status_code < 500
