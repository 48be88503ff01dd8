"""The reference of the API as one page that needs no other server (接口说明)."""

import inspect
import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from api.open311 import router as open311
from api.pages.english import said_in_english
from api.pages.language import hear, remember, spoken
from engine.errors import EngineError

router = APIRouter(include_in_schema=False)
PAGE = """<!doctype html>
<html lang="{tag}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/desk.css"></head>
<body><main><h1>{title}</h1><p lang="en">{about}</p>
<p><a href="/api/v1/openapi.json">OpenAPI 3.1</a>
<a href="{switch}" lang="{other_tag}">{other}</a></p>
<nav><ul>{index}</ul></nav>{operations}
<h2 id="open311">Open311 GeoReport v2</h2><table>{open311}</table>
<h2>{wrong}</h2><dl>{problems}</dl></main></body></html>"""

SCROLL = '<div class="scroll" tabindex="0"><table>'


@router.get("/api/docs")
def reference(request: Request) -> HTMLResponse:
    """Return the reference page, made from the contract itself."""
    hear(request)
    contract = request.app.openapi()
    found = list(_operations(contract))
    answer = HTMLResponse(
        PAGE.format(
            **_language(), wrong=_said("错误代码"),
            title=escape(_said(contract["info"]["title"])),
            about=escape(contract["info"]["description"]),
            index="".join(_entry(name, one) for name, one in found),
            operations="".join(_section(name, one, contract) for name, one in found),
            open311="".join(_standard()),
            problems="".join(_problem(kind) for kind in _kinds(EngineError)),
        )
    )  # fmt: skip
    remember(answer)
    return answer


def _language() -> dict[str, str]:
    now = spoken()
    return {
        "tag": now.tag, "other": now.other, "other_tag": now.other_tag,
        "switch": escape(now.switch),
    }  # fmt: skip


def _said(words: str) -> str:
    """Return a heading in the reader's language; what the contract says is English always."""
    return said_in_english(words) if spoken().code == "en" else words


def _standard() -> Iterator[str]:
    """Yield a line for each address of Open311, which has a standard for its contract."""
    for route in open311.routes:
        if isinstance(route, APIRoute):
            name = f"{next(iter(route.methods or ()))} {route.path}"
            said = escape(inspect.getdoc(route.endpoint) or "")
            yield f'<tr><td><code>{escape(name)}</code></td><td lang="en">{said}</td></tr>'


def _operations(contract: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _entry(name: str, operation: dict[str, Any]) -> str:
    return f'<li><a href="#{operation["operationId"]}"><code>{escape(name)}</code></a></li>'


def _section(name: str, operation: dict[str, Any], contract: dict[str, Any]) -> str:
    return (
        f'<section id="{operation["operationId"]}"><h2><code>{escape(name)}</code></h2>'
        f'<p lang="en">{escape(operation.get("description", ""))}</p>'
        f"{_parameters(operation)}{_example(operation, contract)}{_answers(operation)}</section>"
    )


def _parameters(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
        f'<td lang="en">{escape(one.get("description", ""))}</td></tr>'
        for one in operation.get("parameters", ())
    )
    return f"{SCROLL}<caption>{_said('参数')}</caption>{rows}</table></div>" if rows else ""


def _example(operation: dict[str, Any], contract: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return ""
    name = content["schema"]["$ref"].rsplit("/", 1)[-1]
    examples = contract["components"]["schemas"][name].get("examples", [])
    shown = (json.dumps(one, ensure_ascii=False, indent=2) for one in examples)
    return "".join(f'<pre lang="zh-CN"><code>{escape(one)}</code></pre>' for one in shown)


def _answers(operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{status}</td><td>{escape(one['description'])}</td></tr>"
        for status, one in sorted(operation["responses"].items())
    )
    return f"{SCROLL}<caption>{_said('回答')}</caption>{rows}</table></div>"


def _kinds(kind: type[EngineError]) -> Iterator[type[EngineError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds(one)


def _problem(kind: type[EngineError]) -> str:
    """Return a code with the words an answer has beside it, which are Chinese always."""
    words = f'{kind.status} <span lang="zh-CN">{escape(kind.title)}</span>'
    return f'<dt id="problem-{kind.code}"><code>{kind.code}</code></dt><dd>{words}</dd>'
