"""What bad input gets: a clear Chinese sentence, every wrong field named, nothing lost."""

import json
from typing import Any

import psycopg
import pytest
from sqlmodel import func, select

from engine.models import Requester, Ticket
from engine.store.database import Database, connect, use, work
from tests.api.conftest import TICKETS, Caller, a_body


def refused(answer: Any, status: int, code: str) -> dict[str, str]:
    """Return the wrong fields of a problem+json answer, checked for its shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["instance"] == f"urn:hotline:request:{answer.headers['x-request-id']}"
    assert body["type"] == f"/api/docs#problem-{code}"
    return {one["field"]: one["detail"] for one in body["errors"]}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kind": "吐槽"}, "kind", "没有“吐槽”这个取值"),
        ({"kind": ""}, "kind", "可用：咨询"),
        ({"content": ""}, "content", "至少写 5 个字"),
        ({"content": "  \n "}, "content", "至少写 5 个字"),
        ({"content": "字" * 34_000}, "content", "34000 字，最多 20000 字"),
        ({"phone": "12345"}, "phone", "来电号码不对"),
        ({"phone": ""}, "phone", "请填写来电号码"),
        ({"urgency": "马上"}, "urgency", "没有“马上”这个取值"),
        ({"credit_code": "123"}, "credit_code", "18 位"),
        ({"lead_unit": "月球管理局"}, "lead_unit", "单位名录里没有“月球管理局”"),
        ({"lead_unit": "shijianguan", "support_units": ["无此"]}, "support_units", "名录里没有"),
        ({"support_units": ["shuiwu"]}, "support_units", "主办单位（lead_unit）"),
        (
            {"support_units": ["shuiwu"], "received_at": "2026-11-23T01:00:00Z"},
            "support_units", "主办单位（lead_unit）",
        ),
        ({"support_units": ["shuiwu"], "lead_unit": 1}, "lead_unit", "应为文字"),
        ({"accused_unit": "无此单位"}, "accused_unit", "单位名录里没有"),
        ({"external_id": "x" * 101}, "external_id", "最多 100 字"),
        ({"external_id": ""}, "external_id", "不能是空的"),
        ({"external_id": "  "}, "external_id", "空白"),
        ({"source": "\u3000"}, "source", "空白"),
        ({"content": "\u200b" * 10}, "content", "至少写 5 个字"),
        ({"content": "停\u200b\u2060 \ufeff车"}, "content", "至少写 5 个字"),
        ({"place": "城中\x00区"}, "place", "不能保存的字符"),
        ({"nmae": "x"}, "nmae", "没有这个字段"),
        ({"confidential": "maybe"}, "confidential", "true 或 false"),
        ({"received_at": "2026-11-23T09:00:00"}, "received_at", "时间要带时区"),
        ({"received_at": "昨天"}, "received_at", "应为时间"),
        ({"received_at": "2026-11-23T12:00:00+08:00"}, "received_at", "在将来"),
        ({"received_at": "2026-09-01T09:00:00+08:00"}, "received_at", "答复期限已经过了"),
        ({"lead_unit": "无", "received_at": "2026-11-23T01:00:00Z"}, "lead_unit", "名录里没有"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_written(
    caller: Caller, changes: dict[str, Any], field: str, words: str
) -> None:
    answer = caller.post(TICKETS, a_body(**changes))

    assert words in refused(answer, 422, "bad_input")[field]
    with work() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == 0


def test_every_wrong_field_is_named_at_once(caller: Caller) -> None:
    answer = caller.post(TICKETS, a_body(kind="吐槽", content="", phone="1", urgency="马上"))

    assert set(refused(answer, 422, "bad_input")) == {"kind", "content", "phone", "urgency"}


def test_wrong_shapes_words_units_moment_and_key_are_named_together(caller: Caller) -> None:
    body = a_body(
        content=5, phone="1", place="x" * 201, confidential="maybe", nmae="x", lead_unit="无此单位",
        support_units=["也无此单位"], received_at="2020-01-01T10:00:00+08:00",
    )  # fmt: skip

    answer = caller.post(TICKETS, body, headers={"Idempotency-Key": "with a blank"})

    assert set(refused(answer, 422, "bad_input")) == {
        "content", "phone", "place", "confidential", "nmae", "lead_unit", "support_units",
        "received_at", "Idempotency-Key",
    }  # fmt: skip


def test_an_unknown_unit_is_named_beside_an_unknown_kind(caller: Caller) -> None:
    fields = refused(caller.post(TICKETS, a_body(kind="吐槽", lead_unit="无")), 422, "bad_input")

    assert set(fields) == {"kind", "lead_unit"}


def test_an_unknown_unit_and_a_moment_to_come_are_named_together(caller: Caller) -> None:
    body = a_body(lead_unit="无", accused_unit="无", received_at="2026-11-24T10:00:00+08:00")

    fields = refused(caller.post(TICKETS, body), 422, "bad_input")

    assert set(fields) == {"lead_unit", "accused_unit", "received_at"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/events?foo=1"), ("GET", "/units?foo=1"), ("GET", "/tickets/LZ1/deadlines?foo=1"),
     ("GET", "/tickets?foo=1"), ("POST", "/tickets?foo=1"), ("POST", "/routing/suggest?foo=1")],
)  # fmt: skip
def test_a_parameter_that_does_not_exist_is_named(caller: Caller, method: str, path: str) -> None:
    body = a_body() if path.startswith("/tickets") else {"content": "窗口要求重复提交材料"}

    answer = caller.client.request(
        method, f"/api/v1{path}", json=body if method == "POST" else None
    )

    assert "核对拼写" in refused(answer, 422, "bad_input")["foo"]


def test_missing_fields_are_named(caller: Caller) -> None:
    answer = caller.post(TICKETS, {})

    fields = refused(answer, 422, "bad_input")
    assert fields == dict.fromkeys(("kind", "content", "phone"), "必须填写。")


@pytest.mark.parametrize(
    "sent", [b"{", b"{'kind': 1}", b"\xff\xfe", b"kind=complaint", b"[" * 9000]
)
def test_what_is_not_json_is_called_so(caller: Caller, sent: bytes) -> None:
    answer = caller.client.post(TICKETS, content=sent, headers={"Content-Type": "application/json"})

    refused(answer, 422, "not_json")
    assert "JSON" in answer.json()["detail"]


@pytest.mark.parametrize("sent", [[], "text", 1, None])
def test_json_that_is_no_object_is_refused(caller: Caller, sent: Any) -> None:
    refused(caller.post(TICKETS, sent), 422, "bad_input")


def test_a_form_instead_of_json_is_told_the_content_type(caller: Caller) -> None:
    answer = caller.client.post(TICKETS, data={"kind": "complaint"})

    assert "application/json" in str(refused(answer, 422, "bad_input"))


def test_half_a_surrogate_is_refused(caller: Caller) -> None:
    sent = json.dumps(a_body()).replace("0772", "\\ud83d0772")
    answer = caller.client.post(TICKETS, content=sent, headers={"Content-Type": "application/json"})

    assert "phone" in refused(answer, 422, "bad_input")


def test_more_than_a_megabyte_is_refused(caller: Caller) -> None:
    answer = caller.post(TICKETS, a_body(content="x" * 1_000_000))

    refused(answer, 413, "too_large")


def test_a_megabyte_in_pieces_without_a_length_is_refused(caller: Caller) -> None:
    pieces = (b"x" * 100_000 for _ in range(11))

    refused(caller.client.post(TICKETS, content=pieces), 413, "too_large")


def test_a_year_without_calendar_is_said_clearly(caller: Caller) -> None:
    answer = caller.at("Mon 2029-01-08 10:00").post(TICKETS, a_body())

    assert answer.status_code == 422
    assert answer.json()["code"] == "calendar_not_published"
    assert "2029" in answer.json()["detail"]


@pytest.mark.parametrize("day", ["2019-06-03", "2020-01-01", "2023-11-07"])
def test_a_moment_before_the_rules_names_its_field_and_what_to_do(caller: Caller, day: str) -> None:
    fields = refused(
        caller.post(TICKETS, a_body(received_at=f"{day}T10:00:00+08:00")), 422, "bad_input"
    )

    assert list(fields) == ["received_at"]
    assert day in fields["received_at"]
    assert "自 2023-11-08 起施行" in fields["received_at"]
    assert "与热线主管联系" in fields["received_at"]
    assert "--" not in fields["received_at"]


def test_a_database_that_is_away_answers_503(caller: Caller) -> None:
    use(connect("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1"))

    answer = caller.post(TICKETS, a_body())

    refused(answer, 503, "unavailable")
    assert answer.headers["retry-after"]
    assert "没有保存" in answer.json()["detail"]


def test_a_database_that_goes_away_half_way_leaves_nothing_behind(
    caller: Caller, database: Database
) -> None:
    with psycopg.connect(database.url, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
        )
        owner.execute("CREATE TRIGGER die AFTER INSERT ON requester EXECUTE FUNCTION die()")
        answer = caller.post(TICKETS, a_body(external_id="C-1"))
        owner.execute("DROP TRIGGER die ON requester")
    again = caller.post(TICKETS, a_body(external_id="C-1"))

    refused(answer, 503, "unavailable")
    assert again.status_code == 201
    with work() as session:
        assert session.exec(select(func.count()).select_from(Requester)).one() == 1


def test_an_unknown_address_and_method_are_problems_too(caller: Caller) -> None:
    refused(caller.get("/api/v1/nothing"), 404, "no_such_address")
    wrong = caller.client.delete(TICKETS)
    refused(wrong, 405, "wrong_method")
    assert "POST" in wrong.headers["allow"]


@pytest.mark.parametrize("path", ["", "/deadlines", "/deadlines/1", "/events"])
def test_an_unknown_number_is_404(caller: Caller, path: str) -> None:
    refused(caller.get(f"{TICKETS}/LZ9901010001{path}"), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=nowhere", "status"), ("kind=吐槽", "kind"), ("limit=0", "limit"),
        ("limit=many", "limit"), ("after=LZ9901010001", "after"), ("after=%00", "after"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_named(caller: Caller, query: str, field: str) -> None:
    assert field in refused(caller.get(f"{TICKETS}?{query}"), 422, "bad_input")


def test_a_crash_of_ours_is_a_problem_without_details(caller: Caller) -> None:
    from api.dependencies import present

    def broken() -> None:
        message = "13800000000"
        raise RuntimeError(message)

    caller.app.dependency_overrides[present] = broken

    answer = caller.post(TICKETS, a_body())

    refused(answer, 500, "crash")
    assert "13800000000" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["detail"]
