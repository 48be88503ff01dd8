"""Errors as plain Chinese pages: what happened, what to do now, and what was typed."""

import secrets
from urllib.parse import quote

import structlog
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.pages.forms import EMPTY, Form
from api.pages.language import hear, remember
from api.pages.visit import ChangePasswordFirstError, html
from engine.errors import EngineError, NotSignedInError
from engine.settings import load_settings

log = structlog.get_logger()
SERVER = 500
DRAFTS = "“草稿”"  # a message that names them leads there
SHORT = 4  # shorter values are choices, not words
UNREPEATED = ("/password", "/login", "/logout")  # what was typed there is never shown
HEADS = {
    401: "请先登录", 403: "没有这项权限", 404: "没有找到", 409: "与现状冲突", 422: "填写有误",
    503: "服务暂时不可用",
}  # fmt: skip


def error_page(request: Request, error: EngineError) -> Response:
    """Return the page for a deliberate error; who isn't signed in is sent to sign in."""
    hear(request)
    if isinstance(error, NotSignedInError) and request.method in ("GET", "HEAD"):
        return _led(f"/login?next={quote(_wanted(request))}")
    if isinstance(error, ChangePasswordFirstError) and request.method in ("GET", "HEAD"):
        return _led(f"/password?next={quote(_wanted(request))}")
    number = "" if error.status < SERVER else _numbered(error)
    return _page(request, error.status, HEADS.get(error.status, error.title), str(error), number)


def _led(address: str) -> Response:
    """Send the browser on; a language just chosen goes along."""
    response = RedirectResponse(address, status_code=303)
    remember(response)
    return response


def _again(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form that came without a session, to be sent again after signing in.

    Its token is left out: what is sent again is shown as it was typed, and sends nothing by itself.
    """
    form: Form = getattr(request.state, "typed", EMPTY)
    kept = {} if request.url.path in UNREPEATED else form.values
    return [(name, one) for name, texts in kept.items() if name != "csrf" for one in texts]


def _typed(request: Request) -> list[tuple[str, str]]:
    """Return what somebody had typed, so that a refusal never costs them their words."""
    if request.url.path in UNREPEATED:
        return []
    form: Form = getattr(request.state, "typed", EMPTY)
    wordy = (text for text in form.words() if len(text) > SHORT)
    return [(str(place), text) for place, text in enumerate(wordy, start=1)]


def _numbered(error: EngineError) -> str:
    number = secrets.token_hex(2).upper()
    log.error("page_error", number=number, code=error.code)
    return number


def _wanted(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


def _page(request: Request, status: int, head: str, message: str, number: str) -> Response:
    facts = {"head": head, "message": message, "number": number, "status": status,
             "settings": load_settings(), "path": _wanted(request),
             "typed": _typed(request), "drafts": DRAFTS in message,
             "again": _again(request) if status == NotSignedInError.status else []}  # fmt: skip
    return html("error.html", facts, status)
