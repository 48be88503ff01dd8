"""Open311 keeps what is sent, or refuses it by name: nothing is cut short, nothing left out."""

from typing import Any

import pytest
from sqlmodel import func, select

from engine.models import Ticket
from engine.store.database import work
from tests.api.conftest import Caller
from tests.api.open311_calls import V2, a_form, post


def written() -> int:
    with work() as session:
        return session.exec(select(func.count()).select_from(Ticket)).one()


@pytest.mark.parametrize(
    "key", ["x" * 151, "two words", "", "\u00e9"], ids=["long", "blank", "empty", "accent"]
)
def test_a_name_that_is_none_is_refused_and_not_cut_to_one(city: Caller, key: str) -> None:
    answer = city.client.post(
        f"{V2}/requests.json", data=a_form(), headers={"Idempotency-Key": key.encode("latin-1")}
    )

    assert answer.status_code == 400
    assert "1 到 150 个" in answer.json()[0]["description"]
    assert written() == 0


def test_two_names_are_refused(city: Caller) -> None:
    headers = [("Idempotency-Key", "first"), ("Idempotency-Key", "second")]

    answer = city.client.post(f"{V2}/requests.json", data=a_form(), headers=headers)

    assert answer.status_code == 400
    assert "只能写一次" in answer.json()[0]["description"]
    assert written() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"description": "办理招牌设置许可\x00已逾承诺时限"}, "description：含有不能保存的字符"),
        ({"first_name": "小\x00明"}, "first_name：含有不能保存的字符"),
        ({"attribute[external_id]": "A\x00"}, "attribute[external_id]：含有不能保存的字符"),
        ({"attribute[external_id]": "   "}, "外部编号不能只有空白"),
        ({"attribute[external_id]": "\u200b"}, "外部编号不能只有空白"),
        ({"address_string": "潭中中路" * 60}, "地点合计最多 200 字"),
        ({"description": "\u200b" * 10}, "诉求内容"),
    ],
)
def test_what_cannot_be_kept_as_sent_is_refused(
    city: Caller, changes: dict[str, Any], words: str
) -> None:
    answer = post(city, a_form(**changes))

    assert answer.status_code == 400
    assert any(words in one["description"] for one in answer.json())
    assert written() == 0


def test_an_attribute_left_empty_is_one_not_given(city: Caller) -> None:
    assert post(city, a_form(**{"attribute[external_id]": ""})).status_code == 201
