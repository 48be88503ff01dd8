"""Sign-in, sessions and keys: counted, locked, expired, revoked; secrets are never stored."""

from datetime import timedelta
from threading import Thread

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import select

from engine.actions import passwords, people, sessions
from engine.actions.people import NewAccount
from engine.actions.sessions import SignedIn
from engine.actions.setup import DEMO_PASSWORD
from engine.errors import (
    BadInputError,
    ConflictError,
    NotPermittedError,
    NotSignedInError,
    UnavailableError,
)
from engine.models import Account, AccountSession, ApiKey
from engine.settings import load_settings
from engine.store.database import work
from engine.terms import Role
from tests.builders import OPERATOR, an_account, an_api_key, moment

NOW = moment("Mon 2026-11-23 09:00")
NEW = "一句话也可以作密码来用的"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _cheap_hash(database):
    """Keep the operator's password with little memory: the tests are about what is counted."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with work() as session:
        an_account(session).password_hash = cheap.hash(DEMO_PASSWORD)


def enter(password=DEMO_PASSWORD, now=NOW, username=OPERATOR):
    return sessions.sign_in(username, password, now)


def seen(secret, now=NOW):
    with work() as session:
        return sessions.signed_in(session, secret, now)[1].username


def test_the_right_password_opens_a_session():
    entered = enter()

    assert isinstance(entered, SignedIn)
    assert seen(entered.secret) == OPERATOR


def test_a_wrong_password_says_how_many_tries_are_left():
    assert enter("wrong") == "账号或密码不对。还可以试 4 次。"


def test_an_unknown_name_gets_the_words_of_a_wrong_password():
    words = [enter(username="nobody") for _ in range(6)]

    assert words == [enter("wrong") for _ in range(6)]


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
        sessions.sign_out(session, secret, NOW)

    with pytest.raises(NotSignedInError):
        seen(secret)


def test_signing_out_ends_this_session_only():
    first, second = enter().secret, enter().secret
    with work() as session:
        sessions.sign_out(session, first, NOW)

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


def test_two_sessions_never_share_a_secret():
    assert enter().secret != enter().secret


def test_a_lock_that_falls_while_the_password_is_checked_still_holds():
    """The check takes a while, and others may use up the tries meanwhile."""
    slow = PasswordHash((Argon2Hasher(time_cost=400, memory_cost=1024, parallelism=1),))
    with work() as session:
        an_account(session).password_hash = slow.hash(DEMO_PASSWORD)
    said = []
    checking = Thread(target=lambda: said.append(enter()))

    checking.start()
    while not _checked_now():
        pass
    with work() as session:
        an_account(session).locked_until = NOW + timedelta(minutes=15)
    checking.join()

    assert said == ["试得太多，请 15 分钟后再来，或找管理员解锁。"]


def _checked_now():
    return passwords.GATE._working._value < passwords.AT_ONCE


def test_an_idle_session_ends_where_the_site_says_so(monkeypatch):
    secret = enter().secret
    monkeypatch.setenv("HOTLINE_SESSION_IDLE_MINUTES", "30")
    load_settings.cache_clear()

    assert seen(secret, NOW + timedelta(minutes=30) - timedelta(seconds=1)) == OPERATOR
    with pytest.raises(NotSignedInError):
        seen(secret, NOW + timedelta(minutes=30))


def test_being_seen_is_written_once_a_minute_at_most():
    row = enter().session
    for seconds in (59, 60, 61):
        sessions.note_seen(row, NOW + timedelta(seconds=seconds))

        with work() as session:
            at = session.get_one(AccountSession, row.id).seen_at
        assert at == NOW + timedelta(seconds=seconds if seconds >= 60 else 0)


def change(old=DEMO_PASSWORD, new=NEW, again=None):
    with work() as session:
        account = an_account(session)
        passwords.change_password(session, account.id, old, (new, again or new), NOW)


def test_a_changed_password_is_the_only_one_that_opens():
    change()

    assert enter() == "账号或密码不对。还可以试 4 次。"
    assert isinstance(enter(NEW), SignedIn)


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [("short", "short", "至少 12 个字符"), (DEMO_PASSWORD, DEMO_PASSWORD, "不能和现在的相同"),
     ("huawu-huawu-huawu", "huawu-huawu-huawu", "不能含账号"), (NEW, NEW + "!", "不一样"),
     ("长" * 201, "长" * 201, "最多 200 个")],
)  # fmt: skip
def test_a_password_that_is_none_is_refused_in_words(new, again, words):
    with pytest.raises(BadInputError, match=words):
        change(new=new, again=again)


def test_a_site_may_ask_for_several_kinds_of_signs(monkeypatch):
    monkeypatch.setenv("HOTLINE_PASSWORD_CLASSES", "3")
    load_settings.cache_clear()

    with pytest.raises(BadInputError, match="至少 3 种"):
        change(new="onlysmallletters")
    change(new="Small-and-BIG-letters")


def test_a_site_may_let_passwords_grow_old(monkeypatch):
    with work() as session:
        account = an_account(session)
    born = account.password_changed_at
    assert not passwords.must_change(account, born + timedelta(days=9999))

    monkeypatch.setenv("HOTLINE_PASSWORD_DAYS", "90")
    load_settings.cache_clear()
    assert not passwords.must_change(account, born + timedelta(days=90) - timedelta(seconds=1))
    assert passwords.must_change(account, born + timedelta(days=90))


def test_who_comes_while_others_check_waits_and_who_comes_on_top_is_told_to_come_again():
    gate, inside = passwords.Gate(at_once=1, waiting=1, patience=30), []

    def second():
        with gate.turn():
            inside.append("second")

    with gate.turn():
        waiting = Thread(target=second)
        waiting.start()
        while gate._queue._value:
            pass
        with pytest.raises(UnavailableError, match="再试"), gate.turn():
            inside.append("third")
        assert inside == []
    waiting.join()

    assert inside == ["second"]
    with gate.turn():
        inside.append("free again")


def test_nobody_waits_for_ever():
    gate = passwords.Gate(at_once=1, waiting=1, patience=0.01)

    with gate.turn(), pytest.raises(UnavailableError), gate.turn():
        pass
