"""Every error as problem+json (RFC 9457) under /api and /health, and as a page elsewhere.

Besides the engine's own tree (engine/errors.py) the web knows:

EngineError
├── NotJsonError            422  the body is not JSON
├── NoSuchAddressError      404  nothing lives at this address
├── WrongMethodError        405  not with this method; `Allow` names those that exist
├── StaleError              412  the thing changed since the caller read it
├── TooLargeError           413  the body is over the limit
├── PackedError             415  the body comes compressed
├── TooManyError            429  called too often; `Retry-After` says when to try again
└── CrashError              500  a bug of ours; the request id leads to the log
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.problem import FieldError, Problem
from api.strict_body import SaidTwiceError
from api.validation_words import field_of, words_of
from engine.errors import (
    BadInputError,
    ConflictError,
    EngineError,
    NotFoundError,
    NotSignedInError,
    RefusedTransitionError,
    UnavailableError,
)

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"
OPEN311 = "/open311"
RETRY_SECONDS = "5"
SERVER_ERROR = 500
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
MACHINES = ("/api", "/health", OPEN311)


class NotJsonError(EngineError):
    """The body is not JSON, or not of this content type."""

    code, status, title = "not_json", 422, "不是 JSON"


class NoSuchAddressError(EngineError):
    """Nothing lives at this address."""

    code, status, title = "no_such_address", 404, "没有这个地址"


class WrongMethodError(EngineError):
    """The address exists, the method does not."""

    code, status, title = "wrong_method", 405, "不支持这种请求方法"


class StaleError(EngineError):
    """The thing changed since the caller read it."""

    code, status, title = "stale", 412, "已被改动"


class TooLargeError(EngineError):
    """The body is over the limit."""

    code, status, title = "too_large", 413, "内容太大"


class PackedError(EngineError):
    """The body comes compressed (Content-Encoding)."""

    code, status, title = "packed", 415, "请求体是压缩的"


class TooManyError(EngineError):
    """Called too often, or too many wrong keys; `retry_after` is in seconds."""

    code, status, title = "too_many", 429, "调用太频繁"

    def __init__(self, message: str, *, retry_after: int) -> None:
        """Keep when to try again."""
        super().__init__(message)
        self.retry_after = retry_after


class CrashError(EngineError):
    """A bug of ours."""

    code, status, title = "crash", 500, "系统出错"


HANDLED = (
    EngineError, RequestValidationError, HTTPException, DataError, IntegrityError, PoolTimeoutError,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Make every error of `app` answer in one shape."""
    for kind in HANDLED:
        app.add_exception_handler(kind, on_error)


async def on_error(request: Request, error: Exception) -> Response:
    """Answer an exception; the name is what Starlette's handlers are called with."""
    return answer_to(request, error)


def answer_to(request: Request, error: Exception) -> Response:
    """Return the answer that tells of an exception."""
    headers = {**(getattr(error, "headers", None) or {}), **_allowed(request, error)}
    by_address = request.url.path.startswith(OPEN311) or not _for_machine(request)
    if by_address and _no_such_thing(request, error):
        return respond(request, NotFoundError("没有找到这一项，请核对地址。"), headers)
    return respond(request, deliberate(error), headers)


def _allowed(request: Request, error: Exception) -> dict[str, str]:
    """Return every method that an address has; Starlette names those of its first route alone."""
    if not isinstance(error, HTTPException) or error.status_code != WrongMethodError.status:
        return {}
    return {"Allow": ", ".join(name for name in METHODS if _takes(request, name))}


def _takes(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(one.matches(dict(scope))[0] is Match.FULL for one in request.app.routes)


def _for_machine(request: Request) -> bool:
    return request.url.path.startswith(MACHINES)


def _no_such_thing(request: Request, error: Exception) -> bool:
    """Return whether an address of a page names what cannot be: a huge number, a NUL."""
    if isinstance(error, RequestValidationError):
        return any(one["loc"][0] == "path" for one in error.errors())
    return isinstance(error, DataError) and request.method in ("GET", "HEAD")


def deliberate(error: Exception) -> EngineError:
    """Return any exception as one of the errors that people and programs know."""
    match error:
        case EngineError():
            return error
        case RequestValidationError():
            return _of_validation(error)
        case SaidTwiceError():
            return BadInputError(str(error.detail), fields=error.fields)
        case HTTPException():
            return _of_http(error)
    return _of_database(error)


def _of_database(error: Exception) -> EngineError:
    match error:
        case DataError():
            return BadInputError("有一处填了系统不能保存的字符，或太长、太大，请改后再提交。")
        case IntegrityError():
            return ConflictError("有人刚好同时登记了同样的内容，请重新读取后再试。")
        case PoolTimeoutError():
            return UnavailableError("现在太忙，刚才的内容没有保存，请稍后再试。")
    return CrashError("系统出错了，刚才的内容没有保存。请把请求编号告诉管理员。")


def _of_validation(error: RequestValidationError) -> EngineError:
    wrong = error.errors()
    if any(one["type"] == "json_invalid" for one in wrong):
        at = next(one["loc"][-1] for one in wrong if one["type"] == "json_invalid")
        return NotJsonError(f"请求体不是合法的 JSON，错在第 {int(at) + 1} 个字符附近。")
    return of_findings(wrong)


def of_findings(wrong: Sequence[Any]) -> BadInputError:
    """Return what pydantic found wrong as one error that names every field."""
    fields: dict[str, str] = {}
    for one in wrong:
        fields.setdefault(field_of(one["loc"]), words_of(one))
    sentence = "；".join(f"{name}：{words}" for name, words in fields.items())
    return BadInputError(sentence, fields=fields)


def _of_http(error: HTTPException) -> EngineError:
    known: dict[int, EngineError] = {
        400: NotJsonError("请求体读不出来：请发送 UTF-8 编码的 JSON 或完整的表单。"),
        404: NoSuchAddressError("没有这个地址，请核对网址。"),
        405: WrongMethodError("这个地址不支持这种请求方法。"),
        413: TooLargeError(str(error.detail)),
        415: PackedError(str(error.detail)),
    }
    return known.get(error.status_code, BadInputError(str(error.detail)))


def respond(
    request: Request, error: EngineError, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer to an error: problem+json for programs, a page for people."""
    _log(error)
    sent = {**(headers or {}), **_headers(error)}
    if request.url.path.startswith(OPEN311):
        return _open311(request, error, sent)
    if _for_machine(request):
        content = problem(request, error).model_dump(exclude_none=True)
        return JSONResponse(content, error.status, sent, media_type=MEDIA_TYPE)
    return _page(request, error)


def _log(error: EngineError) -> None:
    if error.status >= SERVER_ERROR:
        log.warning("request_failed", code=error.code, status=error.status)


def _headers(error: EngineError) -> dict[str, str]:
    if isinstance(error, NotSignedInError):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, UnavailableError):
        return {"Retry-After": RETRY_SECONDS}
    if isinstance(error, TooManyError):
        return {"Retry-After": str(error.retry_after)}
    return {}


def problem(request: Request, error: EngineError) -> Problem:
    """Return an error of one request as RFC 9457 wants it."""
    return problem_of(error, f"urn:hotline:request:{request.state.request_id}")


def problem_of(error: EngineError, instance: str) -> Problem:
    """Return an error as RFC 9457 wants it; `instance` names the occurrence."""
    refused: dict[str, Any] = {}
    if isinstance(error, RefusedTransitionError):
        refused = {"clause": error.clause or None, "allows": list(error.allows)}
    return Problem(
        type=f"/api/docs#problem-{error.code}",
        title=error.title,
        status=error.status,
        detail=utf8(str(error)),
        instance=instance,
        code=error.code,
        errors=[
            FieldError(field=utf8(name), detail=utf8(words)) for name, words in error.fields.items()
        ],
        **refused,
    )


def utf8(text: str) -> str:
    """Return a text that can be sent: half a character (lone surrogate) becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _open311(request: Request, error: EngineError, headers: Mapping[str, str]) -> Response:
    from api.open311.refusals import refused

    return refused(request, error, headers)


def _page(request: Request, error: EngineError) -> Response:
    from api.pages.errors import error_page

    return error_page(request, error)
