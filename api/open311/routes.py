"""The addresses of GeoReport v2: services, requests, tokens, each as .xml and .json.

Errors are the standard's: 403 for a missing or wrong api_key, 404 for what does not exist, 400 for
anything else; only where trying again helps do 429 and 503 stay what they are (with Retry-After).
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from api.dependencies import Call, Now, Scope, check_said_once, opened_call, wrong_key
from api.open311 import queries, services
from api.open311.formats import Format, Rows, answer
from api.open311.intake import SOURCE, new_request, read_form
from api.receipt import TicketReceipt, receipt
from engine.actions.receiving import Sent, receive_ticket
from engine.errors import BadInputError, NotFoundError, NotSignedInError
from engine.rules.routing.catalogue import load_catalogue, version_for
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import open311 as store
from engine.store.database import work

router = APIRouter(prefix="/open311", include_in_schema=False)
REQUESTS, REQUEST = "service_requests", "request"
BEARER = "bearer "


async def _form(request: Request) -> dict[str, str]:
    return read_form(await request.body(), request.headers.get("content-type", ""))


Form = Annotated[dict[str, str], Depends(_form)]


@router.get("/discovery.{form}")
def discovery(form: Format) -> Response:
    """Say where the service is and which formats it speaks."""
    return answer(form, "discovery", services.discovery())


@router.get("/v2/services.{form}")
def list_services(form: Format, request: Request) -> Response:
    """List what may be asked for."""
    _check_jurisdiction(request.query_params)
    return answer(form, "services", services.services())


@router.get("/v2/services/{code}.{form}")
def define(code: str, form: Format, request: Request, now: Now) -> Response:
    """Say what more a service wants to know."""
    _check_jurisdiction(request.query_params)
    kind = services.service_kind(code)
    catalogue = load_catalogue(version_for(shanghai_date(now)))
    return answer(form, "service_definition", services.definition(kind, catalogue))


@router.post("/v2/requests.{form}")
def report(form: Format, request: Request, fields: Form, now: Now) -> Response:
    """Take a request in; with `attribute[external_id]` or an Idempotency-Key, once."""
    with _call(request, fields, Scope.TICKETS_WRITE, now) as call:
        _check_jurisdiction(fields)
        new = new_request(fields)
        sent = Sent(api_key_id=call.key_id, idempotency_key=_key(request))
        received = receive_ticket(call.step, new, sent)
        made = receipt(call, received)
    told = {"service_request_id": made.number, "service_notice": _notice(made), "account_id": None}
    status = 200 if received.replayed else 201
    return answer(form, REQUESTS, Rows(REQUEST, [told]), status)


def _key(request: Request) -> str:
    """Return the name that a request is to be unique by; nothing where it has none.

    Raises:
        BadInputError: it is none; cut short or with blanks, it would be another's.
    """
    check_said_once(request)
    key = request.headers.get("idempotency-key")
    wrong = wrong_key(key)
    if wrong:
        raise BadInputError("；".join(wrong.values()), fields=wrong)
    return key or ""


def _notice(made: TicketReceipt) -> str:
    due = made.deadlines[0].reason if made.deadlines else ""
    return f"{made.next}{due}"


@router.get("/v2/requests.{form}")
def list_requests(form: Format, request: Request, now: Now) -> Response:
    """List requests: those numbered, or those of a span of at most 90 days; 1,000 at most."""
    query = dict(request.query_params)
    _check_jurisdiction(query)
    with _reading(request, query, now) as (session, private):
        found = store.requests(session, queries.wanted(query, now))
        rows = queries.shown(found, private=private)
    return answer(form, REQUESTS, Rows(REQUEST, rows))


@router.get("/v2/requests/{number}.{form}")
def show(number: str, form: Format, request: Request, now: Now) -> Response:
    """Show one request."""
    query = dict(request.query_params)
    _check_jurisdiction(query)
    with _reading(request, query, now) as (session, private):
        found = store.requests(session, store.Wanted(numbers=(number,)))
        if not found:
            msg = f"没有 service_request_id 为“{number[:40]}”的诉求，或不能在此查询。"
            raise NotFoundError(msg)
        rows = queries.shown(found, private=private)
    return answer(form, REQUESTS, Rows(REQUEST, rows))


@router.get("/v2/tokens/{token}.{form}")
def resolve(token: str, form: Format, request: Request, now: Now) -> Response:
    """Find the request written under a name of the caller's own, after an answer that was lost.

    The name is the Idempotency-Key or `external_id` sent with it: ids are given at once here, so no
    other tokens are handed out.
    """
    query = dict(request.query_params)
    _check_jurisdiction(query)
    with _call(request, query, Scope.TICKETS_WRITE, now) as call:
        number = store.number_of_token(call.step.session, call.key_id, token, SOURCE)
    if number is None:
        msg = f"没有 token 为“{token[:40]}”的诉求。"
        raise NotFoundError(msg)
    return answer(form, REQUESTS, Rows(REQUEST, [{"service_request_id": number, "token": token}]))


def _check_jurisdiction(query: Mapping[str, str]) -> None:
    given = query.get("jurisdiction_id", "").strip()
    if given and given != load_settings().open311_jurisdiction:
        msg = f"没有 jurisdiction_id 为“{given[:40]}”的辖区。"
        raise NotFoundError(msg)


def _call(
    request: Request, query: Mapping[str, str], scope: Scope, now: datetime
) -> AbstractContextManager[Call]:
    """Return the call of the key that came as `api_key`, or in a header as everywhere else."""
    secret = query.get("api_key", "") or request.query_params.get("api_key", "")
    secret = secret or request.headers.get("x-api-key", "") or _bearer(request)
    if not secret:
        msg = "没有 api_key：请在参数里写 api_key，或用请求头 X-API-Key。"
        raise NotSignedInError(msg)
    return opened_call(request, secret, scope, now)


def _bearer(request: Request) -> str:
    given = request.headers.get("authorization", "")
    return given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else ""


@contextmanager
def _reading(
    request: Request, query: Mapping[str, str], now: datetime
) -> Iterator[tuple[Session, bool]]:
    """Yield a transaction to read in, and whether words and places may be shown.

    Without a key only where this installation opened its requests to everybody.
    """
    keyed = query.get("api_key") or request.headers.get("x-api-key") or _bearer(request)
    if load_settings().open311_public and not keyed:
        with work() as session:
            yield session, False
        return
    with _call(request, query, Scope.TICKETS_READ, now) as call:
        yield call.step.session, call.private
