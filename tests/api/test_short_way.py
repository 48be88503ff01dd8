"""A plain ticket takes the short way in; its answer is that of the usual way, good or bad."""

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import func, select
from starlette.types import Receive, Scope, Send

from api.short_way import ShortWay
from engine.models import Ticket
from engine.store.database import work
from tests.api.conftest import TICKETS, Caller, a_body

WAYS = {"short": "application/json", "usual": "application/json; charset=utf-8"}
SAID = {"X-Request-Id": "the-same"}
MANY = {
    "a complaint": a_body(),
    "a report": a_body(kind="举报", content="某单位收取企业好处费，请求查处并且保密。"),
    "with a unit": a_body(lead_unit="shijianguan"),
    "all fields": a_body(
        title="题", enterprise="示例企业", contact_name="某", place="某处", urgency="urgent",
        source="city", external_id="X-1", accused_unit="", received_at="2026-11-23T09:00:00+08:00",
    ),
    "no such kind": a_body(kind="问候"),
    "too short": a_body(content="短"),
    "no such unit": a_body(lead_unit="没有这个单位"),
    "a wrong type": a_body(content=["文"]),
    "an unknown field": a_body(colour="red"),
    "nothing needed": {},
    "received in the future": a_body(received_at="2026-11-24T09:00:00+08:00"),
    "no object": ["文"],
}  # fmt: skip


def sent(caller: Caller, way: str, body: Any, **headers: str) -> Any:
    told = {"Content-Type": WAYS[way], **SAID, **headers}
    return caller.client.post(TICKETS, content=json.dumps(body).encode(), headers=told)


def shown(answer: Any) -> tuple[int, Any, dict[str, str]]:
    """Return an answer without what every ticket has for itself: its number, ids, length."""
    text = re.sub(r"LZ\d{10}|X-\d", "NUMBER", answer.text)
    text = re.sub(r'"id":\d+|/deadlines/\d+', "ID", text)
    headers = {name: re.sub(r"LZ\d{10}", "NUMBER", one) for name, one in answer.headers.items()}
    headers.pop("content-length")
    return answer.status_code, text, headers


@pytest.mark.parametrize("name", MANY)
def test_both_ways_give_the_same_answer(caller: Caller, name: str) -> None:
    body = json.dumps(MANY[name])
    usual = sent(caller, "usual", json.loads(body.replace("X-1", "X-2")))

    assert shown(sent(caller, "short", MANY[name])) == shown(usual)


@pytest.mark.parametrize("way", WAYS)
def test_the_same_request_again_gets_the_same_answer_whichever_way(
    caller: Caller, way: str
) -> None:
    first = sent(caller, "short", a_body(external_id="E-1"), **{"Idempotency-Key": "k-1"})
    again = sent(caller, way, a_body(external_id="E-1"), **{"Idempotency-Key": "k-1"})

    assert (again.status_code, again.json()) == (200, first.json())
    assert (
        sent(caller, way, a_body(external_id="E-1", content="另一件不同的事情。")).status_code
        == 409
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", ["", "Bearer ", "Bearer wrong", "Basic abc", "Bearer  two"])
def test_nobody_without_a_key_gets_in_either_way(caller: Caller, way: str, secret: str) -> None:
    answer = sent(caller, way, a_body(), Authorization=secret)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    with work() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == 0


class Usual:
    """The application, which counts what the short way left to it."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.asked = app, 0
        self.first = ShortWay(self.left)

    async def left(self, *asked: Any) -> None:
        self.asked += 1
        await self.app(*asked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"], scope["state"] = self.app, {"request_id": "the-same"}
        await self.first(scope, receive, send)


@pytest.mark.parametrize(
    ("left", "way", "body", "headers"),
    [
        (0, "short", a_body(), {}),
        (0, "short", {}, {}),
        (1, "usual", a_body(), {}),
        (1, "short", a_body(), {"X-API-Key": "k"}),
        (1, "short", ["文"], {}),
        (1, "short", a_body(), {"Authorization": "Bearer "}),
    ],
)
def test_only_what_is_plain_takes_the_short_way(
    caller: Caller, left: int, way: str, body: Any, headers: dict[str, str]
) -> None:
    usual = Usual(caller.app)
    caller.client = TestClient(usual, headers=dict(caller.client.headers))

    sent(caller, way, body, **headers)

    assert usual.asked == left
