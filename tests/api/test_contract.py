"""The contract: every route asks who calls, documents its errors, and changes only knowingly."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.dependencies import Needs, Scope
from api.main import create_app
from api.routes import PARTS
from engine.actions.setup import SCOPES
from tests.api.conftest import TICKETS, Caller
from tests.builders import a_ticket, a_ticket_to_call_back

SNAPSHOT = Path(__file__).parent / "openapi.json"
CONTRACT = create_app().openapi()
OPEN = {"/health/live", "/health/ready"}
JSON = "application/json"
ALWAYS = {"401", "403", "413", "422", "429", "500", "503"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in CONTRACT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


NAMED = {"number": "LZ2611230001", "deadline_id": 1, "attachment_id": 1}
GUARDED = [one for one in operations() if one[1] not in OPEN]
NAMES = [f"{method} {path}" for method, path, _ in GUARDED]
ROUTES = [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]


def test_no_route_is_left_out_of_these_tests() -> None:
    assert len(ROUTES) == len(GUARDED)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods} {route.path}")
def test_every_route_demands_a_scope(route: APIRoute) -> None:
    needed = [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs)]

    assert len(needed) == 1


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED, ids=NAMES)
def test_an_anonymous_caller_gets_401_from_every_route(
    anonymous: Caller, method: str, path: str, operation: dict[str, Any]
) -> None:
    address = path.format(**NAMED)

    answer = anonymous.client.request(method, address)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED, ids=NAMES)
def test_a_key_without_any_scope_gets_403_from_every_route(
    with_scopes: Any, method: str, path: str, operation: dict[str, Any]
) -> None:
    address = path.format(**NAMED)

    answer = with_scopes("none").client.request(method, address)

    assert answer.status_code == 403


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED, ids=NAMES)
def test_every_route_documents_its_errors(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    wanted = ALWAYS | ({"404"} if "{number}" in path else set())
    wanted |= {"409"} if method == "post" else set()

    assert wanted <= set(operation["responses"])
    assert operation["security"]
    assert operation["description"]
    for status in wanted:
        assert list(operation["responses"][status]["content"]) == ["application/problem+json"]


def test_the_scopes_of_the_api_are_those_a_key_can_be_given() -> None:
    assert {scope.value for scope in Scope} == set(SCOPES)


def test_every_body_has_an_example() -> None:
    for method, path, operation in operations():
        if "requestBody" in operation and JSON in operation["requestBody"]["content"]:
            assert examples_of(operation), f"{method} {path}"


def examples_of(operation: dict[str, Any]) -> list[Any]:
    content = operation["requestBody"]["content"]
    if JSON not in content:  # a file is no JSON: tests/api/test_attachments.py tries it
        return []
    schema = content[JSON]["schema"]
    name = schema["$ref"].rsplit("/", 1)[-1]
    return list(CONTRACT["components"]["schemas"][name].get("examples", []))


EXAMPLES = [
    (path, example)
    for _, path, operation in operations()
    if "requestBody" in operation
    for example in examples_of(operation)
]


@pytest.mark.parametrize(("path", "example"), EXAMPLES)
def test_the_examples_of_the_contract_work(caller: Caller, path: str, example: Any) -> None:
    made = a_ticket if path.endswith("/withdrawals") else a_ticket_to_call_back
    number = made("Mon 2026-11-23 09:00") if "{number}" in path else ""

    answer = caller.post(path.format(number=number), example)

    assert answer.status_code in (200, 201), answer.text


def test_the_contract_changes_only_knowingly() -> None:
    """Set HOTLINE_WRITE_CONTRACT=1 to accept a change; the next test asks for a line about it."""
    found = json.dumps(CONTRACT, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("HOTLINE_WRITE_CONTRACT"):
        SNAPSHOT.write_text(found, encoding="utf-8")

    assert found == SNAPSHOT.read_text(encoding="utf-8"), "the contract changed: see docstring"


def test_a_changed_contract_is_told_in_the_changelog() -> None:
    digest = hashlib.sha256(SNAPSHOT.read_bytes()).hexdigest()[:12]
    changelog = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    told = re.findall(r"^- `([0-9a-f]{12})` \S.+", changelog, re.MULTILINE)

    assert told[:1] == [digest], f"begin “API contract” in CHANGELOG.md with - `{digest}` and why"


def test_the_contract_is_openapi_3_1_and_served(app: FastAPI) -> None:
    answer = TestClient(app).get("/api/v1/openapi.json")

    assert answer.json() == CONTRACT
    assert CONTRACT["openapi"].startswith("3.1")
    assert f"{TICKETS}/{{number}}" in CONTRACT["paths"]


def test_the_reference_page_needs_no_other_server_and_names_every_route(app: FastAPI) -> None:
    answer = TestClient(app).get("/api/docs")

    assert answer.status_code == 200
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert "<style" not in answer.text
    assert "<script" not in answer.text
    for path in CONTRACT["paths"]:
        assert path in answer.text
    assert 'id="problem-bad_input"' in answer.text
