"""Routes that open their call, act, and commit in one thread of the pool (一次调用一个线程).

FastAPI would go to a thread three times for a route whose dependency holds a transaction: to open
it, to answer, to commit; and once more to check the answer. Each way costs as much as a statement.
"""

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, get_args

from fastapi import Request, Response, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.dependencies import BEARER, HEADER, Asked, Needs, present
from api.strict_body import StrictRequest, check_plain
from engine import clock


class CallRoute(APIRoute):
    """A route of the API; a parameter that `Needs` a scope is an open `Call`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Keep the endpoint, run in one thread."""
        self.needed = needed_by(endpoint)
        super().__init__(path, in_one_thread(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request; who may not call is told that and not what is misspelt."""
        handle, needed = super().get_route_handler(), self.needed

        async def answer(asking: Request) -> Response:
            request = StrictRequest(asking.scope, asking.receive)
            try:
                check_plain(request)
                return await handle(request)
            except (RequestValidationError, HTTPException):
                asked = getattr(request.state, "asked", None) or await _unread(request, needed)
                if asked is not None:
                    await run_in_threadpool(_let_in, asked)
                raise

        return answer


async def _unread(request: Request, needed: Needs | None) -> Asked | None:
    """Return what a request asks for whose body cannot be read: FastAPI reads that first."""
    if needed is None:
        return None
    bearer, header = await BEARER(request), await HEADER(request)
    now = request.app.dependency_overrides.get(present, clock.now)()
    return await needed(request, None, now, bearer, header)


def _let_in(asked: Asked) -> None:
    with asked.opened():
        pass


def in_one_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return the endpoint as FastAPI calls it: what was asked for is opened around it."""
    names = [name for name, one in inspect.signature(endpoint).parameters.items() if _needs(one)]
    if not names:
        return endpoint
    (name,) = names

    def run(given: dict[str, Any]) -> Any:
        with given[name].opened() as call:
            return endpoint(**{**given, name: call})

    @wraps(endpoint)
    async def answered(**given: Any) -> Any:
        return await run_in_threadpool(run, given)

    return answered


def needed_by(endpoint: Callable[..., Any]) -> Needs | None:
    """Return the dependency by which an endpoint demands a scope, if it does."""
    found = map(_needs, inspect.signature(endpoint).parameters.values())
    return next((one for one in found if one is not None), None)


def _needs(parameter: inspect.Parameter) -> Needs | None:
    marks = (one.dependency for one in get_args(parameter.annotation)[1:]
             if isinstance(one, params.Depends))  # fmt: skip
    return next((one for one in marks if isinstance(one, Needs)), None)
