"""Signatures by Standard Webhooks, checked by hand and by the specification's own library."""

import base64
import hashlib
import hmac

import pytest
from freezegun import freeze_time
from standardwebhooks import Webhook, WebhookVerificationError

from engine.delivery.sealing import seal, unseal
from engine.delivery.signing import new_secret, signed
from engine.errors import UnavailableError
from engine.settings import load_settings
from tests.builders import moment

AT = moment("Mon 2026-11-23 09:00")
BODY = '{"type":"hotline.ticket.dispatched","data":{"label":"已派单"}}'


def by_hand(secret, message_id, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{message_id}.{int(AT.timestamp())}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()


def test_a_secret_has_the_form_and_the_length_the_specification_asks_for():
    secret = new_secret()

    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert new_secret() != secret


def test_headers_are_those_of_the_specification():
    secret = new_secret()

    headers = signed("msg_1_2", BODY, AT, [secret])

    assert headers == {
        "webhook-id": "msg_1_2",
        "webhook-timestamp": str(int(AT.timestamp())),
        "webhook-signature": by_hand(secret, "msg_1_2", BODY),
    }


def test_while_a_secret_is_replaced_both_sign():
    new, old = new_secret(), new_secret()

    headers = signed("msg_1", BODY, AT, [new, old])

    assert headers["webhook-signature"].split(" ") == [
        by_hand(new, "msg_1", BODY), by_hand(old, "msg_1", BODY),
    ]  # fmt: skip
    with freeze_time(AT):
        for one in (new, old):
            assert Webhook(one).verify(BODY, headers)["type"] == "hotline.ticket.dispatched"


def test_a_changed_body_or_another_secret_does_not_verify():
    secret = new_secret()
    headers = signed("msg_1", BODY, AT, [secret])

    with freeze_time(AT):
        for one, body in ((secret, BODY + " "), (new_secret(), BODY)):
            with pytest.raises(WebhookVerificationError):
                Webhook(one).verify(body, headers)


def test_a_sealed_secret_is_read_again_and_stands_nowhere(var):
    sealed = seal("whsec_secret")

    assert unseal(sealed) == "whsec_secret"
    assert b"secret" not in sealed
    assert (var / "keys" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert seal("whsec_secret") != sealed


def test_machines_with_the_same_key_read_each_others_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "one key for every machine of this house")
    load_settings.cache_clear()
    sealed = seal("whsec_secret")

    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "another machine"))
    load_settings.cache_clear()

    assert unseal(sealed) == "whsec_secret"


def test_another_key_says_what_to_do(monkeypatch):
    sealed = seal("whsec_secret")
    monkeypatch.setenv("HOTLINE_SECRET_KEY", "x" * 32)
    load_settings.cache_clear()

    with pytest.raises(UnavailableError, match="HOTLINE_SECRET_KEY"):
        unseal(sealed)
