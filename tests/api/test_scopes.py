"""Every address of the API, asked with every scope alone: a key opens what it was given."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from api.dependencies import Scope
from tests.api.conftest import Caller

READ, WRITE = Scope.TICKETS_READ, Scope.TICKETS_WRITE
CALLS, ROUTING, EVENTS, RINGS = (
    Scope.CALLBACKS_WRITE,
    Scope.ROUTING_READ,
    Scope.EVENTS_READ,
    Scope.CALLS_WRITE,
)
NUMBERED = "/api/v1/tickets/{number}"
ROUTES = {
    "GET /api/v1/catalogue/tasks": READ,
    "GET /api/v1/units": READ,
    "POST /api/v1/routing/suggest": ROUTING,
    "GET /api/v1/events": EVENTS,
    "POST /api/v1/calls": RINGS,
    "GET /api/v1/tickets": READ,
    "POST /api/v1/tickets": WRITE,
    "POST /api/v1/tickets:batch": WRITE,
    f"GET {NUMBERED}": READ,
    f"GET {NUMBERED}/attachments": READ,
    f"POST {NUMBERED}/attachments": WRITE,
    f"GET {NUMBERED}/attachments/{{attachment_id}}": READ,
    f"GET {NUMBERED}/callbacks": READ,
    f"POST {NUMBERED}/callbacks": CALLS,
    f"GET {NUMBERED}/deadlines": READ,
    f"GET {NUMBERED}/deadlines/{{deadline_id}}": READ,
    f"GET {NUMBERED}/events": READ,
    f"GET {NUMBERED}/promises": READ,
    f"POST {NUMBERED}/reminders": WRITE,
    f"GET {NUMBERED}/routing": READ,
    f"POST {NUMBERED}/supplements": WRITE,
    f"POST {NUMBERED}/withdrawals": WRITE,
}

# The bytes of a file show who the requester is: tickets:private besides.
PRIVATE_TOO = f"GET {NUMBERED}/attachments/{{attachment_id}}"


def routes(app: FastAPI) -> set[str]:
    """Return every address of /api/v1 as the application itself names it."""
    contexts = [
        one for part in app.routes if hasattr(part, "effective_route_contexts")
        for one in part.effective_route_contexts()
    ]  # fmt: skip
    return {f"{method} {one.path}" for one in contexts for method in one.methods
            if one.path.startswith("/api/v1/")}  # fmt: skip


def test_every_address_says_which_scope_it_takes(app: FastAPI) -> None:
    assert routes(app) == set(ROUTES), "name its scope in this file"


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_with_one_scope_opens_that_scopes_addresses_and_no_other(
    scope: Scope, caller: Caller, with_scopes: Callable[..., Caller]
) -> None:
    number = caller.a_number()
    one = with_scopes(scope.value)

    opened = {route for route in ROUTES if asked(one, route, number).status_code != 403}

    assert opened == {route for route, wanted in ROUTES.items() if wanted is scope} - {PRIVATE_TOO}


def test_the_bytes_of_a_file_want_two_scopes(
    caller: Caller, with_scopes: Callable[..., Caller]
) -> None:
    both = with_scopes(READ.value, Scope.TICKETS_PRIVATE.value)

    assert asked(both, PRIVATE_TOO, caller.a_number()).status_code == 404


def asked(caller: Caller, route: str, number: str) -> Any:
    method, path = route.split(" ")
    path = path.format(number=number, attachment_id=1, deadline_id=1)
    answer = caller.client.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code not in (401, 500), route
    return answer
