"""POST /api/v1/tickets:batch: each ticket stands alone, and the whole can be sent again."""

from typing import Any

import pytest
from sqlmodel import func, select

from engine.models import Ticket
from engine.store.database import work
from tests.api.conftest import Caller, a_body

BATCH = "/api/v1/tickets:batch"


def bodies(*names: str, **changes: Any) -> list[dict[str, Any]]:
    return [a_body(external_id=name, source="city", **changes) for name in names]


def written() -> int:
    with work() as session:
        return session.exec(select(func.count()).select_from(Ticket)).one()


def test_a_wrong_ticket_does_not_hold_up_the_others(caller: Caller) -> None:
    good, wrong, last = bodies("A", "B", "C")
    wrong["phone"] = "1"

    items = caller.post(BATCH, {"tickets": [good, wrong, last]}).json()["items"]

    assert [item["status"] for item in items] == [201, 422, 201]
    assert items[1]["problem"]["errors"][0]["field"] == "phone"
    assert items[1]["problem"]["instance"] == "#/tickets/1"
    assert written() == 2


def test_a_batch_sent_again_makes_no_twins(caller: Caller) -> None:
    batch = {"tickets": bodies("A", "B")}
    first = caller.post(BATCH, batch).json()["items"]

    second = caller.post(BATCH, batch).json()["items"]

    assert [item["status"] for item in second] == [200, 200]
    assert [item["ticket"] for item in second] == [item["ticket"] for item in first]
    assert written() == 2


def test_a_ticket_without_an_external_id_is_refused(caller: Caller) -> None:
    (item,) = caller.post(BATCH, {"tickets": [a_body()]}).json()["items"]

    assert item["status"] == 422
    assert item["problem"]["errors"][0]["field"] == "external_id"


@pytest.mark.parametrize(
    ("number", "words"), [("  ", "空白"), ("\u200b\u3000", "空白"), (7, "应为文字")]
)
def test_a_number_that_says_nothing_is_refused_and_makes_no_twins(
    caller: Caller, number: Any, words: str
) -> None:
    for _ in range(2):
        (item,) = caller.post(BATCH, {"tickets": bodies(number)}).json()["items"]

        assert item["status"] == 422
        assert item["problem"]["errors"][0]["field"] == "external_id"
        assert words in item["problem"]["errors"][0]["detail"]
    assert written() == 0


def test_a_field_of_the_wrong_type_is_named_within_its_item(caller: Caller) -> None:
    (item,) = caller.post(BATCH, {"tickets": bodies("A", support_units=[1])}).json()["items"]

    assert item["problem"]["errors"] == [{"field": "support_units[0]", "detail": "应为文字。"}]


def test_supports_without_a_lead_are_refused_not_dropped(caller: Caller) -> None:
    (item,) = caller.post(BATCH, {"tickets": bodies("A", support_units=["shuiwu"])}).json()["items"]

    (told,) = item["problem"]["errors"]
    assert (item["status"], told["field"]) == (422, "support_units")
    assert "lead_unit" in told["detail"]
    assert written() == 0


@pytest.mark.parametrize("item", ["text", 1, None, [], True])
def test_an_item_that_is_no_object_does_not_hold_up_the_others(caller: Caller, item: Any) -> None:
    good, last = bodies("A", "B")

    items = caller.post(BATCH, {"tickets": [good, item, last]}).json()["items"]

    assert [one["status"] for one in items] == [201, 422, 201]
    assert items[1]["problem"]["errors"][0]["field"] == "tickets[1]"


def test_an_item_without_a_number_names_its_other_faults_too(caller: Caller) -> None:
    (item,) = caller.post(BATCH, {"tickets": [a_body(phone="1", place=5)]}).json()["items"]

    named = {one["field"] for one in item["problem"]["errors"]}
    assert named == {"external_id", "phone", "place"}


def test_another_body_in_the_same_batch_is_a_conflict_naming_the_first(caller: Caller) -> None:
    first, second = [*bodies("A"), *bodies("A", place="另一处")]

    items = caller.post(BATCH, {"tickets": [first, second]}).json()["items"]

    assert [item["status"] for item in items] == [201, 409]
    assert items[0]["ticket"]["number"] in items[1]["problem"]["detail"]


def test_an_empty_batch_and_one_too_long_are_refused(caller: Caller) -> None:
    for tickets in ([], [{}] * 1001):
        assert caller.post(BATCH, {"tickets": tickets}).status_code == 422
