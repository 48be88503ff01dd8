"""Who called: the callback and the withdrawal by a person name one, by the same table of names."""

from typing import Any

import pytest

from tests.api.conftest import TICKETS, Caller
from tests.builders import a_dispatched_ticket, a_ticket_to_call_back, status_of
from tests.names import NOBODY, SOMEBODY

EARLY = "Mon 2026-11-23 09:00"
SIDES = {
    "callbacks": (a_ticket_to_call_back, {"channel": "human_call", "result": "no_answer"}),
    "withdrawals": (a_dispatched_ticket, {"channel": "human_call", "words": "已自行解决"}),
}


@pytest.mark.parametrize("side", SIDES)
def test_nobodys_name_is_refused_by_field_and_nothing_changes(caller: Caller, side: str) -> None:
    make, body = SIDES[side]
    number = make(EARLY)
    before = status_of(number)

    for name in NOBODY:
        answer = caller.post(f"{TICKETS}/{number}/{side}", {**body, "called_by": name})

        assert answer.status_code == 422, name
        assert [one["field"] for one in answer.json()["errors"]] == ["called_by"]
    assert status_of(number) == before


@pytest.mark.parametrize("name", SOMEBODY[::4])
@pytest.mark.parametrize("side", SIDES)
def test_somebodys_name_is_taken(caller: Caller, side: str, name: str) -> None:
    make, body = SIDES[side]
    said: dict[str, Any] = {**body, "called_by": name}

    answer = caller.post(f"{TICKETS}/{make(EARLY)}/{side}", said)

    assert answer.status_code == 201, answer.text
