"""Who calls too often is told when to come again; nobody else is held up by it."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from freezegun import freeze_time
from structlog.testing import capture_logs

from engine.store.database import Database
from tests.api.conftest import Caller
from tests.api.test_bad_input import refused
from tests.api.test_keys import EVENTS, made
from tests.builders import an_api_key, moment

MANY = 400  # pieces of 64 kB: 26 MB


@pytest.fixture
def frozen() -> Iterator[None]:
    """Stand still, for a minute that turns over in the middle counts a little otherwise."""
    with freeze_time(moment("Mon 2026-11-23 10:00:30")):
        yield


def call(app: FastAPI, secret: str, address: str = "10.0.0.1") -> Any:
    client = TestClient(app, base_url="http://testserver", client=(address, 1))
    return client.get(EVENTS, headers={"X-API-Key": secret})


def test_a_key_that_calls_too_often_is_told_when_to_come_again(
    app: FastAPI, database: Database, frozen: None
) -> None:
    _, secret = made(calls_per_minute=3)

    statuses = [call(app, secret).status_code for _ in range(3)]
    answer = call(app, secret)

    assert statuses == [200, 200, 200]
    refused(answer, 429, "too_many")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert "超过 3 次" in answer.json()["detail"]


def test_another_key_is_not_held_up_by_it(app: FastAPI, database: Database, frozen: None) -> None:
    _, hasty = made(calls_per_minute=1)
    other = an_api_key()

    statuses = [call(app, one).status_code for one in (hasty, hasty, other)]

    assert statuses == [200, 429, 200]


def test_an_address_that_tries_many_wrong_keys_is_stopped_and_a_right_key_from_there_is_not(
    app: FastAPI, database: Database, frozen: None
) -> None:
    right = an_api_key()

    wrong = [call(app, f"hl_guess_{count}").status_code for count in range(32)]

    assert wrong == [401] * 30 + [429] * 2
    assert call(app, right).status_code == 200
    assert call(app, "hl_guess", address="10.0.0.2").status_code == 401


def test_a_call_without_any_key_is_not_counted_as_a_wrong_one(anonymous: Caller) -> None:
    assert {anonymous.get(EVENTS).status_code for _ in range(40)} == {401}


def test_an_endless_body_is_refused_long_before_its_end(port: int) -> None:
    """Sent in chunks without a length, and never ended: answered after a megabyte, then closed."""
    head = (
        b"POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(head)
        pieces = 0
        with suppress(OSError):
            while pieces < MANY:
                one.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                pieces += 1
                time.sleep(0.005)
        text = received(one)

    assert pieces < MANY
    assert b" 413 " in text.split(b"\r\n", 1)[0]
    assert b"application/problem+json" in text
    assert "内容太大".encode() in text


def received(one: socket.socket) -> bytes:
    """Return what a server has said, whether or not it has hung up by now."""
    text = b""
    with suppress(OSError):
        while part := one.recv(65536):
            text += part
    return text


def test_a_body_announced_as_too_large_is_refused_before_it_comes(port: int) -> None:
    head = (
        b"POST /api/v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000001\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(head)
        text = received(one)

    assert b" 413 " in text.split(b"\r\n", 1)[0]
    assert b"x-request-id" in text.lower()


def test_every_answer_and_its_log_line_carry_the_same_request_id(caller: Caller) -> None:
    with capture_logs() as lines:
        answers = [caller.get(path) for path in (EVENTS, "/api/v1/none", "/api/v1/units?x=1")]

    assert all(one.headers["x-request-id"] for one in answers)
    assert len({one.headers["x-request-id"] for one in answers}) == 3
    assert len([one for one in lines if one["event"] == "request"]) == 3


def test_more_callers_at_once_than_threads_and_connections_are_all_answered(caller: Caller) -> None:
    async def ask() -> list[int]:
        way = httpx2.ASGITransport(caller.app)
        headers = {"Authorization": caller.client.headers["Authorization"]}
        async with httpx2.AsyncClient(
            transport=way, base_url="http://t", headers=headers
        ) as client:
            answers = await asyncio.gather(*(client.get("/api/v1/units") for _ in range(80)))
        return [one.status_code for one in answers]

    assert asyncio.run(ask()) == [200] * 80
