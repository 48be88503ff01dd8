"""Who may call: from where, until when, how often; and a key replaced without a gap."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.proxy import real_caller
from engine.actions import keys
from engine.actions.keys import KeyForm
from engine.actions.people import api_key
from engine.errors import BadInputError, ConflictError, NotSignedInError
from engine.models import ApiKey, ApiKeyDay, AuditEntry
from engine.settings import load_settings
from engine.store.database import Database, work
from tests.api.conftest import NOW, Caller
from tests.builders import day, doing, moment

EVENTS = "/api/v1/events"
ADMINISTRATOR = "guanli"


def made(**changes: Any) -> tuple[int, str]:
    """Make a key as an administrator and return its number and its secret."""
    form = KeyForm(**{"name": "热线系统", "scopes": ["events:read"], **changes})
    key, secret = doing(NOW, ADMINISTRATOR, lambda step: keys.make_key(step, form))
    return key.id, secret


@pytest.fixture
def calling(app: FastAPI, database: Database) -> Callable[..., Any]:
    """Return how to call with a key from an address at a moment."""

    def call(secret: str, address: str = "10.20.3.4", now: str = NOW, **headers: str) -> Any:
        caller = Caller(app).at(now)
        caller.client = TestClient(app, base_url="http://testserver", client=(address, 1))
        return caller.get(EVENTS, headers={"Authorization": f"Bearer {secret}", **headers})

    return call


def test_a_key_opens_only_from_its_networks(calling: Any) -> None:
    _, secret = made(networks=["10.20.0.0/16", "2400:3200::/32"])

    callers = ("10.20.3.4", "::ffff:10.20.3.4", "2400:3200::1", "10.21.0.1", "nobody")
    statuses = [calling(secret, one).status_code for one in callers]

    assert statuses == [200, 200, 200, 403, 403]
    assert "10.21.0.1" in calling(secret, "10.21.0.1").json()["detail"]


def test_a_key_without_networks_opens_from_anywhere(calling: Any) -> None:
    _, secret = made()

    assert calling(secret, "8.8.8.8").status_code == 200


@pytest.fixture
def behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_TRUSTED_PROXIES", "10.9.0.0/24")
    load_settings.cache_clear()


def test_only_a_trusted_proxy_is_believed(calling: Any, behind_a_proxy: None) -> None:
    _, secret = made(networks=["10.20.0.0/16"])
    says = {"X-Forwarded-For": "10.20.3.4"}

    assert calling(secret, "10.9.0.1", **says).status_code == 200
    assert calling(secret, "10.21.0.1", **says).status_code == 403
    assert calling(secret, "10.9.0.1").status_code == 403


def test_without_trusted_proxies_the_header_means_nothing(calling: Any) -> None:
    _, secret = made(networks=["10.20.0.0/16"])

    answer = calling(secret, "127.0.0.1", **{"X-Forwarded-For": "10.20.3.4"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("chain", "caller"),
    [
        ([], "10.9.0.1"),
        (["10.20.3.4"], "10.20.3.4"),
        (["1.2.3.4", "10.20.3.4"], "10.20.3.4"),
        (["10.20.3.4", "10.9.0.7"], "10.20.3.4"),
        (["10.20.3.4", "nonsense", "10.9.0.7"], "10.9.0.7"),
        (["nonsense"], "10.9.0.1"),
        (["10.9.0.5", "10.9.0.7"], "10.9.0.5"),
        (["::ffff:10.20.3.4"], "10.20.3.4"),
        (["[2400:3200::1]"], "2400:3200::1"),
    ],
)
def test_the_caller_is_the_last_address_that_is_no_trusted_proxy(
    chain: list[str], caller: str
) -> None:
    assert real_caller(chain, "10.9.0.1", ("10.9.0.0/24",)) == caller


def test_a_key_works_until_its_last_day_is_over(calling: Any) -> None:
    _, secret = made(expires_on=day("Wed 2026-11-25"))

    assert calling(secret, now="Wed 2026-11-25 23:59").status_code == 200
    late = calling(secret, now="Thu 2026-11-26 00:00")
    assert late.status_code == 401
    assert "已到期" in late.json()["detail"]


def test_a_replaced_key_works_seven_days_beside_the_new_one(calling: Any) -> None:
    number, old = made()
    _, new = doing(NOW, ADMINISTRATOR, lambda step: keys.rotate_key(step, number))

    assert calling(new).status_code == calling(old).status_code == 200
    assert calling(old, now="Mon 2026-11-30 09:59").status_code == 200
    assert calling(old, now="Mon 2026-11-30 10:00").status_code == 401
    assert calling(new, now="Mon 2026-11-30 10:00").status_code == 200


def test_an_old_secret_can_be_ended_at_once(calling: Any) -> None:
    number, old = made()
    _, new = doing(NOW, ADMINISTRATOR, lambda step: keys.rotate_key(step, number))
    with pytest.raises(ConflictError, match="先停用旧密钥"):
        doing(NOW, ADMINISTRATOR, lambda step: keys.rotate_key(step, number))

    doing(NOW, ADMINISTRATOR, lambda step: keys.end_old_key(step, number))

    assert (calling(old).status_code, calling(new).status_code) == (401, 200)


def test_a_revoked_key_is_revoked_with_its_old_secret(calling: Any) -> None:
    number, old = made()
    _, new = doing(NOW, ADMINISTRATOR, lambda step: keys.rotate_key(step, number))

    doing(NOW, ADMINISTRATOR, lambda step: keys.revoke_key(step, number))

    assert (calling(old).status_code, calling(new).status_code) == (401, 401)
    with pytest.raises(ConflictError, match="已停用"):
        doing(NOW, ADMINISTRATOR, lambda step: keys.rotate_key(step, number))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"networks": ["10.20.0.0/99"]}, "networks"),
        ({"networks": ["10.20.0.1/16"]}, "networks"),
        ({"expires_on": day("Sun 2026-11-22")}, "expires_on"),
        ({"calls_per_minute": 0}, "calls_per_minute"),
        ({"calls_per_minute": 9001}, "calls_per_minute"),
    ],
)
def test_a_wrong_key_form_names_the_field(
    database: Database, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        made(**changes)

    assert list(refused.value.fields) == [field]


def test_what_is_done_with_keys_stands_in_the_audit_log_without_their_secrets(
    database: Database,
) -> None:
    number, secret = made()
    _, new = doing(NOW, ADMINISTRATOR, lambda step: keys.rotate_key(step, number))
    doing(NOW, ADMINISTRATOR, lambda step: keys.revoke_key(step, number))

    with work() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.stream == "api_key:1")).all()
        stored = str([one.model_dump() for one in session.exec(select(ApiKey)).all()])
    assert [one.action for one in entries] == ["made", "replaced", "revoked"]
    for text in (secret, new):
        assert text not in str([one.model_dump() for one in entries]) + stored


def test_calls_are_counted_by_day(app: FastAPI, calling: Any) -> None:
    number, secret = made()
    for _ in range(3):
        calling(secret)

    app.state.usage.write()
    calling(secret)
    app.state.usage.write()
    app.state.usage.write()

    with work() as session:
        (row,) = session.exec(select(ApiKeyDay)).all()
    assert (row.api_key_id, row.calls) == (number, 4)


def test_a_running_application_writes_its_counts_down_when_it_ends(
    app: FastAPI, database: Database
) -> None:
    _, secret = made()

    with TestClient(app, base_url="http://testserver") as client:
        client.get(EVENTS, headers={"X-API-Key": secret})

    with work() as session:
        assert [one.calls for one in session.exec(select(ApiKeyDay)).all()] == [1]


def test_a_made_up_key_is_nobody(database: Database) -> None:
    with work() as session, pytest.raises(NotSignedInError):
        api_key(session, "hl_made_up", "events:read", moment(NOW))


def test_who_may_not_call_is_told_that_and_not_what_is_wrong_with_the_body(
    app: FastAPI, database: Database
) -> None:
    _, reading = made(scopes=["events:read"])
    client = TestClient(app, base_url="http://testserver")

    answers = [
        client.post("/api/v1/tickets/X1/supplements", json={"words": 1}, headers=headers)
        for headers in ({}, {"X-API-Key": "hl_guess"}, {"X-API-Key": reading})
    ]

    assert [one.status_code for one in answers] == [401, 401, 403]
