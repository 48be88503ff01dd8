"""Sign-in, sessions and keys: counted, locked, expired, revoked; secrets are never stored."""

from datetime import timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import select

from engine.actions import people
from engine.actions.people import NewAccount, SignedIn
from engine.actions.setup import DEMO_PASSWORD
from engine.errors import ConflictError, NotPermittedError, NotSignedInError
from engine.models import Account, AccountSession, ApiKey
from engine.store.database import work
from engine.terms import Role
from tests.builders import OPERATOR, an_account, an_api_key, moment

NOW = moment("Mon 2026-11-23 09:00")
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _cheap_hash(database):
    """Keep the operator's password with little memory: the tests are about what is counted."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with work() as session:
        an_account(session).password_hash = cheap.hash(DEMO_PASSWORD)


def enter(password=DEMO_PASSWORD, now=NOW, username=OPERATOR):
    with work() as session:
        return people.sign_in(session, username, password, now)


def seen(secret, now=NOW):
    with work() as session:
        return people.signed_in(session, secret, now)[1].username


def test_the_right_password_opens_a_session():
    entered = enter()

    assert isinstance(entered, SignedIn)
    assert seen(entered.secret) == OPERATOR


def test_a_wrong_password_says_how_many_tries_are_left():
    assert enter("wrong") == "账号或密码不对。还可以试 4 次。"


def test_an_unknown_name_gets_the_words_of_a_wrong_password():
    assert enter(username="nobody") == "账号或密码不对。"


def test_five_wrong_tries_lock_the_account_even_for_the_right_password():
    for _ in range(5):
        enter("wrong")

    assert "15 分钟" in enter()


def test_the_lock_ends_after_fifteen_minutes():
    for _ in range(5):
        enter("wrong")

    assert "15 分钟" in enter(now=NOW + timedelta(minutes=14, seconds=59))
    assert isinstance(enter(now=NOW + timedelta(minutes=15)), SignedIn)


def test_a_good_sign_in_forgets_the_wrong_tries():
    for _ in range(4):
        enter("wrong")
    enter()

    assert enter("wrong").endswith("还可以试 4 次。")


def test_a_switched_off_account_does_not_enter():
    with work() as session:
        an_account(session).active = False

    assert "停用" in enter()


def test_an_expired_session_is_nobody():
    secret = enter().secret

    assert seen(secret, NOW + timedelta(hours=12) - timedelta(seconds=1)) == OPERATOR
    with pytest.raises(NotSignedInError, match="过期"):
        seen(secret, NOW + timedelta(hours=12))


def test_a_signed_out_session_is_nobody():
    secret = enter().secret
    with work() as session:
        people.sign_out(session, secret, NOW)

    with pytest.raises(NotSignedInError):
        seen(secret)


def test_signing_out_ends_this_session_only():
    first, second = enter().secret, enter().secret
    with work() as session:
        people.sign_out(session, first, NOW)

    assert seen(second) == OPERATOR


def test_switching_an_account_off_ends_its_sessions():
    secret = enter().secret
    with work() as session:
        an_account(session).active = False

    with pytest.raises(NotSignedInError):
        seen(secret)


def test_a_made_up_secret_is_nobody():
    with pytest.raises(NotSignedInError):
        seen("made up")


def test_the_database_never_holds_a_secret():
    secret, key = enter().secret, an_api_key()

    with work() as session:
        stored = str([row.model_dump() for table in (AccountSession, ApiKey, Account)
                      for row in session.exec(select(table)).all()])  # fmt: skip
    assert secret not in stored
    assert key not in stored
    assert DEMO_PASSWORD not in stored


def test_a_key_opens_what_its_scopes_name_and_nothing_else():
    secret = an_api_key(NOW, "tickets:read")

    with work() as session:
        assert people.api_key(session, secret, "tickets:read", NOW).last_used_at == NOW
        with pytest.raises(NotPermittedError, match="tickets:write"):
            people.api_key(session, secret, "tickets:write", NOW)


def test_a_revoked_key_is_nobody():
    secret = an_api_key(NOW)
    with work() as session:
        people.api_key(session, secret, "tickets:read", NOW).revoked_at = NOW

    with work() as session, pytest.raises(NotSignedInError):
        people.api_key(session, secret, "tickets:read", NOW)


def test_a_user_name_is_taken_once():
    taken = NewAccount(username=OPERATOR, name="另一人", role=Role.OPERATOR, password="x")

    with work() as session, pytest.raises(ConflictError, match="已存在"):
        people.create_account(session, taken, NOW)
