"""Around every request: an id, a limit on its size, security headers, one line of log.

Plain ASGI, so that nothing of a request is held twice and a crash is answered here, once: what
went wrong is logged by place and kind, never with values, which may be personal data.
"""

import re
import time
import traceback
import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from fastapi import Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import uploads
from api.errors import CrashError, TooLargeError, respond
from api.proxy import behind_proxy

log = structlog.get_logger()
LARGEST_BODY = 1_000_000
CUT_SHORT = 499  # only in the log: there is nobody left to answer
TOO_LARGE = "内容太大，最多 1 MB；长材料请作附件。"
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class CutShortError(Exception):
    """The connection broke before the whole request had arrived: nothing of it is carried out."""


class Envelope:
    """Wraps the application; see the module's words."""

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application inside."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        behind_proxy(scope)
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        seal = Seal(scope, send, request_id)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._answer(scope, receive, seal)
            seal.log()

    async def _answer(self, scope: Scope, receive: Receive, seal: "Seal") -> None:
        try:
            checked = await _checked(scope, receive)
            if isinstance(checked, TooLargeError):
                await _refuse(scope, seal, checked)
                return
            await self.app(scope, checked, seal)
        except (CutShortError, ClientDisconnect):
            seal.status = CUT_SHORT
        except Exception as error:
            # A traceback could show values, so only the places are logged.
            log.error("crash", error=type(error).__name__, where=_where(error))  # noqa: TRY400
            if seal.started:
                raise
            request = Request(scope)
            words = f"系统出错了，刚才的内容没有保存。请把请求编号 {seal.request_id} 告诉管理员。"
            await respond(request, CrashError(words))(scope, receive, seal)


class Seal:
    """Sends an answer with the headers every answer carries, and remembers how it went."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        """Start counting the time."""
        self.scope, self.send, self.request_id = scope, send, request_id
        self.started, self.status, self.since = False, 0, time.perf_counter()

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            self._add_headers(message)
        await self.send(message)

    def _add_headers(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = self.request_id
        if not self.scope["path"].startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")

    def log(self) -> None:
        """Write one line: the route's pattern, never the address itself."""
        found = self.scope.get("fastapi", {}).get("effective_route_context")
        route = getattr(found or self.scope.get("route"), "path", "")
        milliseconds = round((time.perf_counter() - self.since) * 1000, 1)
        log.info(
            "request", method=self.scope["method"], route=route, status=self.status,
            ms=milliseconds,
        )  # fmt: skip


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


async def _checked(scope: Scope, receive: Receive) -> Receive | TooLargeError:
    """Return how the application reads the body, or why it is not read at all."""
    if uploads.brings_files(scope):
        too_much = _announced(scope) > uploads.MOST
        return TooLargeError(uploads.WORDS) if too_much else uploads.counted(receive)
    body = await read_body(scope, receive)
    return TooLargeError(TOO_LARGE) if body is None else replay(body, receive)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Return a request's whole body, or nothing when it is larger than allowed.

    Raises:
        CutShortError: the connection broke in the middle; half a form would pass for a whole one.
    """
    if _announced(scope) > LARGEST_BODY:
        return None
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CutShortError
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body once and then what the server says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _refuse(scope: Scope, seal: Seal, error: TooLargeError) -> None:
    response: Response = respond(Request(scope), error, {"Connection": "close"})

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    await response(scope, nothing, seal)


def _where(error: Exception) -> list[str]:
    """Return the innermost places of a crash, without any value."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
