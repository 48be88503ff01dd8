"""A caller of the API: a client at a fixed moment, with a key."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.dependencies import present
from api.main import create_app
from engine.store.database import Database
from tests.builders import LICENCE, an_api_key, moment

NOW = "Mon 2026-11-23 10:00"
TICKETS = "/api/v1/tickets"


def a_body(**changes: Any) -> dict[str, Any]:
    """Return a ticket as the city's system sends it."""
    return {"kind": "complaint", "content": LICENCE, "phone": "0772-2800000", **changes}


class Caller:
    """A client of the API with one key, at a moment that a test may move."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.client = TestClient(app, base_url="http://testserver")
        self.at(NOW)

    def at(self, now: str) -> "Caller":
        self.app.dependency_overrides[present] = lambda: moment(now)
        return self

    def with_key(self, *scopes: str) -> "Caller":
        self.client.headers["Authorization"] = f"Bearer {an_api_key(NOW, *scopes)}"
        return self

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, **options)

    def post(self, path: str, body: Any, **options: Any) -> Any:
        return self.client.post(path, json=body, **options)

    def a_number(self, **changes: Any) -> str:
        answer = self.post(TICKETS, a_body(**changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])


@pytest.fixture
def app() -> FastAPI:
    return create_app()


@pytest.fixture
def anonymous(app: FastAPI, database: Database) -> Caller:
    """Return a caller without a key."""
    return Caller(app)


@pytest.fixture
def caller(app: FastAPI, database: Database) -> Caller:
    """Return a caller whose key has every scope."""
    return Caller(app).with_key()


@pytest.fixture
def with_scopes(app: FastAPI, database: Database) -> Callable[..., Caller]:
    """Return callers whose keys have only the scopes named."""
    return lambda *scopes: Caller(app).with_key(*scopes)


@pytest.fixture
def city(anonymous: Caller) -> Caller:
    """Return a caller of Open311, whose key comes in the form or the query."""
    return anonymous


@pytest.fixture
def port(database: Database) -> Iterator[int]:
    """Yield the port of a real server of this application."""
    running = uvicorn.Server(uvicorn.Config(create_app(), port=0, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    thread.join(timeout=10)
