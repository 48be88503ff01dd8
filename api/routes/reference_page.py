"""The reference of the API as one page that needs no other server (接口说明)."""

import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from api.open311 import router as open311
from api.pages.language import hear, remember
from api.pages.rendering import render
from engine.errors import EngineError

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Operation:
    """One operation of the contract as the page shows it; its words are the contract's."""

    id: str
    name: str
    about: str
    parameters: tuple[dict[str, str], ...]
    examples: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


@router.get("/api/docs")
def reference(request: Request) -> HTMLResponse:
    """Return the reference page, made from the contract itself."""
    hear(request)
    contract = request.app.openapi()
    facts = {
        "title": contract["info"]["title"],
        "operations": list(_operations(contract)), "standard": list(_standard()),
        "problems": list(_kinds(EngineError)),
    }  # fmt: skip
    answer = HTMLResponse(render("reference.html", facts))
    remember(answer)
    return answer


def _operations(contract: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in contract["paths"].items():
        for method, said in methods.items():
            yield Operation(
                said["operationId"], f"{method.upper()} {path}", said.get("description", ""),
                tuple(map(_parameter, said.get("parameters", ()))),
                tuple(_examples(said, contract)),
                tuple((status, one["description"])
                      for status, one in sorted(said["responses"].items())),
            )  # fmt: skip


def _parameter(said: dict[str, Any]) -> dict[str, str]:
    return {"name": said["name"], "in": said["in"], "description": said.get("description", "")}


def _examples(operation: dict[str, Any], contract: dict[str, Any]) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        name = content["schema"]["$ref"].rsplit("/", 1)[-1]
        for one in contract["components"]["schemas"][name].get("examples", ()):
            yield json.dumps(one, ensure_ascii=False, indent=2)


def _standard() -> Iterator[tuple[str, str]]:
    """Yield each address of Open311, which has a standard for its contract, with what it does."""
    for route in open311.routes:
        if isinstance(route, APIRoute):
            name = f"{next(iter(route.methods or ()))} {route.path}"
            yield name, inspect.getdoc(route.endpoint) or ""


def _kinds(kind: type[EngineError]) -> Iterator[type[EngineError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds(one)
