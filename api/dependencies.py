"""What a route is handed: one transaction, the moment, the key that called, the rules."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeGuard, get_origin

from fastapi import Depends, Header, Path, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from pydantic.json_schema import SkipJsonSchema

from engine import clock
from engine.actions.actor import Actor
from engine.actions.people import api_key, ask_of_call
from engine.actions.rules_in_force import rules_in_force
from engine.actions.step import Step
from engine.errors import BadInputError, NotSignedInError
from engine.rules import access
from engine.store.database import work
from engine.terms import ActorKind

BEARER = HTTPBearer(auto_error=False, scheme_name="Bearer", description="the API key")
TWICE = "请求头 Idempotency-Key 只能写一次。"
NO_BODY = (b"", b"{}", b"null")
NOT_READ = "这个地址不读请求体，写在里面的内容不会保存；要补充情况请用 supplements。"
ONCE = "只能写一次。"
UNKNOWN = "这个地址没有这个参数，请核对拼写。"
HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="X-API-Key")


class Scope(StrEnum):
    """What a key may do (接口权限)."""

    TICKETS_WRITE = "tickets:write"
    TICKETS_READ = "tickets:read"
    TICKETS_PRIVATE = "tickets:private"
    CALLBACKS_WRITE = "callbacks:write"
    ROUTING_READ = "routing:read"
    EVENTS_READ = "events:read"
    CALLS_WRITE = "calls:write"


async def present() -> datetime:
    """Return the moment of a request; tests put their own in its place."""
    return clock.now()


Now = Annotated[datetime, Depends(present)]


@dataclass(frozen=True)
class Call:
    """An authenticated call: the step to act with, and what its key may see."""

    step: Step
    key_id: int
    scopes: frozenset[str]

    @property
    def private(self) -> bool:
        """Return whether the caller may see who the requester is."""
        return Scope.TICKETS_PRIVATE in self.scopes


async def place(request: Request) -> AsyncIterator[None]:
    """Wait for one of the places of calls that hold a connection, without holding a thread.

    A call is entered, answered and committed in a thread each time. Were more let in than there are
    connections, those that wait for one would take the threads that those who have one need.
    """
    async with request.app.state.places:
        yield


@dataclass(frozen=True)
class Asked:
    """A call that was asked for and is not opened yet; `api.one_thread` opens it."""

    request: Request
    secret: str
    scope: Scope
    now: datetime

    @contextmanager
    def opened(self) -> Iterator[Call]:
        """Yield the call; it is committed at the end, and not at all when something is raised.

        Raises:
            NotSignedInError: there is no such key.
            NotPermittedError: the key lacks the scope, or may not be used from there.
            TooManyError: the key calls too often, or the address tries too many wrong keys.
            BadInputError: the address asks for what this route does not know.
        """
        with opened_call(self.request, self.secret, self.scope, self.now) as call:
            check_query(self.request)
            check_said_once(self.request)
            yield call


class Needs:
    """A dependency that demands a scope: routes of `CallRoute` get a `Call` on one transaction.

    The transaction is committed before the answer is sent, and not at all when the route raises.
    """

    def __init__(self, scope: Scope) -> None:
        """Keep which scope is demanded."""
        self.scope = scope

    async def __call__(
        self,
        request: Request,
        _place: Annotated[None, Depends(place, scope="function")],
        now: Now,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
        header: Annotated[str | None, Security(HEADER)],
    ) -> Asked:
        """Return what was asked for.

        Raises:
            NotSignedInError: no key was brought.
        """
        secret = bearer.credentials if bearer else header
        if not secret:
            message = "请带接口密钥：在请求头写 Authorization: Bearer <密钥> 或 X-API-Key: <密钥>。"
            raise NotSignedInError(message)
        request.state.asked = Asked(request, secret, self.scope, now)
        return request.state.asked  # type: ignore[no-any-return]


def check_query(request: Request) -> None:
    """Refuse parameters that the route does not have, or twice: a misspelt one is no filter.

    Raises:
        BadInputError: names each of them.
    """
    asked = request.query_params.keys()
    if not asked:
        return
    known = _parameters(request.scope["route"])
    unknown = [] if known is None else [name for name in asked if name not in known]
    if unknown:
        fields = dict.fromkeys(unknown, UNKNOWN)
        raise BadInputError("；".join(f"{name}：{UNKNOWN}" for name in fields), fields=fields)
    _check_once(request)


def _check_once(request: Request) -> None:
    asked, many = request.query_params, _repeatable(request.scope["route"])
    fields = {name: ONCE for name in asked if len(asked.getlist(name)) > 1 and name not in many}
    if fields:
        raise BadInputError("；".join(f"{name}：{ONCE}" for name in fields), fields=fields)


async def no_body(request: Request) -> None:
    """Refuse a body where none is read: what somebody wrote there would be lost.

    Raises:
        BadInputError: there is one, and it is more than an empty object.
    """
    if (await request.body()).strip() not in NO_BODY:
        raise BadInputError(NOT_READ, fields={"body": NOT_READ})


def check_said_once(request: Request) -> None:
    """Refuse a request with two names to be unique by: one of them would count for nothing.

    Raises:
        BadInputError: the Idempotency-Key came more than once.
    """
    if len(request.headers.getlist("idempotency-key")) > 1:
        raise BadInputError(TWICE, fields={"Idempotency-Key": TWICE})


def wrong_key(key: str | None) -> dict[str, str]:
    """Return what is wrong with an Idempotency-Key, by its name; none is not wrong."""
    if key is None or KEY_PATTERN.fullmatch(key):
        return {}
    return {"Idempotency-Key": "应为 1 到 150 个可见的 ASCII 字符，不含空格。"}


def _parameters(route: APIRoute) -> frozenset[str] | None:
    """Return the parameters of a route; nothing where a model of them refuses others itself."""
    fields = route.dependant.query_params
    if any(_is_model(one.field_info.annotation) for one in fields):
        return None
    return frozenset(one.alias for one in fields)


def _repeatable(route: APIRoute) -> frozenset[str]:
    """Return the parameters of a route that are lists; only a model of them has any."""
    models = [one.field_info.annotation for one in route.dependant.query_params]
    return frozenset(
        name for model in models if _is_model(model)
        for name, field in model.model_fields.items() if get_origin(field.annotation) is list
    )  # fmt: skip


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


@contextmanager
def opened_call(request: Request, secret: str, scope: Scope, now: datetime) -> Iterator[Call]:
    """Yield the call of a key in one transaction, counted against its limits.

    Raises:
        NotSignedInError: there is no such key.
        NotPermittedError: the key lacks the scope, or may not be used from there.
        TooManyError: the key calls too often, or the address tries too many wrong keys.
    """
    gate = request.app.state.gate
    address = request.client.host if request.client else ""
    with work() as session:
        ask_of_call(session, secret)
        rules = rules_in_force(session)
        try:
            key = api_key(session, secret, scope, now, address)
        except NotSignedInError:
            gate.wrong_key(address, access.wrong_keys_per_minute(now, rules), now)
            raise
        gate.call(key.id, access.calls_per_minute(key.calls_per_minute, now, rules), now)
        request.app.state.usage.note(key.id)
        step = Step(session, Actor(ActorKind.API, key.name), now, rules)
        yield Call(step, key.id, frozenset(key.scopes))


Writing = Annotated[Call, Depends(Needs(Scope.TICKETS_WRITE), scope="function")]
Reading = Annotated[Call, Depends(Needs(Scope.TICKETS_READ), scope="function")]
CallingBack = Annotated[Call, Depends(Needs(Scope.CALLBACKS_WRITE), scope="function")]
Routing = Annotated[Call, Depends(Needs(Scope.ROUTING_READ), scope="function")]
Ringing = Annotated[Call, Depends(Needs(Scope.CALLS_WRITE), scope="function")]
Following = Annotated[Call, Depends(Needs(Scope.EVENTS_READ), scope="function")]

Number = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9-]{1,24}$", description="工单号", examples=["LZ2611230001"]),
]
KEY_PATTERN = re.compile(r"[\x21-\x7e]{1,150}")
KEY_WORDS = (
    "the same key with the same body gets the same answer, never a second ticket; with another "
    "body 409"
)
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=f"^{KEY_PATTERN.pattern}$",
        description="the same key with the same body is done once; with another body 409",
    ),
]
# Checked with the body, so that a wrong key and wrong fields are told at once.
TicketKey = Annotated[
    str | SkipJsonSchema[None],
    Header(
        alias="Idempotency-Key",
        description=KEY_WORDS,
        json_schema_extra={"pattern": f"^{KEY_PATTERN.pattern}$"},
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern=r"^[\x20-\x7e]*[\x21-\x2b\x2d-\x7e][\x20-\x7e]*$",
        max_length=200,
        description="the ETag of the ticket as read; 412 when it changed meanwhile",
    ),
]
