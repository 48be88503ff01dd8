"""JSON columns hold what was written, whatever it is made of."""

import json
from typing import Any, NamedTuple

import pytest

from engine.store import json_columns
from engine.store.database import Database, work
from engine.store.tickets import ticket_by_number
from engine.store.writing import run
from engine.terms import TicketKind
from tests.builders import a_ticket


class Pair(NamedTuple):
    """A tuple with names: the fast way has no form for it."""

    one: int
    two: str


WRITTEN: list[Any] = [
    {"字": "喆 堃 ㎡", "\"": "\\"}, [1, -1, 2**63 - 1], {"kind": TicketKind.COMPLAINT}, (1, 2),
    Pair(1, "二"), {1: "number"}, [2**70], 0.1, None, "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("value", WRITTEN)
def test_it_is_written_as_the_standard_library_would(value: Any) -> None:
    assert json.loads(json_columns.dumps(value)) == json.loads(json.dumps(value))


def test_what_json_has_no_form_for_is_refused() -> None:
    with pytest.raises(TypeError):
        json_columns.dumps({"at": object()})


def test_chinese_goes_to_the_database_as_it_is_and_comes_back(database: Database) -> None:
    number = a_ticket("Mon 2026-11-23 09:00")
    with work() as session:
        ticket_by_number(session, number).routing = {"候选": ["区市场监管局"], "分": 0.5}

    with work() as session:
        sent = run(session, "SELECT routing ->> '候选' FROM ticket WHERE number = %s", [number])
        assert sent.fetchone() == ('["区市场监管局"]',)
        assert ticket_by_number(session, number).routing == {"候选": ["区市场监管局"], "分": 0.5}


def test_it_is_sent_as_utf_8() -> None:
    assert "区" in json_columns.dumps(["区"]).decode()
