"""Passwords: hashed by argon2id, a few at a time; what a new one must be is the site's to set."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from sqlmodel import Session

from engine.actions import audit
from engine.actions.actor import Actor
from engine.actions.audit import Note
from engine.errors import BadInputError, UnavailableError
from engine.models import Account
from engine.settings import load_settings
from engine.store.row_security import as_house

# Technical: one check takes 64 MB and a fifth of a second of a core. Who waits keeps a thread.
AT_ONCE, WAITING, PATIENCE = 2, 8, 10.0
LONGEST = 200  # characters
# Demonstration only: everybody can read it here, so it opens nothing in earnest.
DEMO_PASSWORD = "hotline-demo-2026"
EVERYBODYS = "这是演示账号的密码，人人知道，请另选一个。"
BUSY = "现在登录的人太多，请过几秒再试。"
HASHER = PasswordHash.recommended()


class Gate:
    """Lets a few in at once and a few more wait; who comes on top is told to come again."""

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        """Keep how many, and how many seconds one waits."""
        self._working, self._queue = BoundedSemaphore(at_once), BoundedSemaphore(at_once + waiting)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn.

        Raises:
            UnavailableError: too many wait already, or it takes too long.
        """
        if not self._queue.acquire(blocking=False):
            raise UnavailableError(BUSY)
        try:
            if not self._working.acquire(timeout=self._patience):
                raise UnavailableError(BUSY)
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._queue.release()


GATE = Gate(AT_ONCE, WAITING, PATIENCE)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    with GATE.turn():
        return HASHER.hash(password)


def is_right(password: str, hashed: str) -> bool:
    """Return whether a password is the one that was hashed; only a few are checked at once."""
    with GATE.turn(), suppress(UnknownHashError):  # who signs in elsewhere has no password here
        return len(password) <= LONGEST and HASHER.verify(password, hashed)
    return False


def is_nobodys(password: str) -> bool:
    """Return false after as long as a check takes: a wrong name is not told by the time."""
    if not _Dummy.hash:
        _Dummy.hash = hash_password("no such account")
    return is_right(password, _Dummy.hash) and False


class _Dummy:
    """A hash to check against when there is no account."""

    hash = ""


def refuse_everybodys(password: str) -> None:
    """Refuse the demonstration's password where this is no demonstration.

    Raises:
        BadInputError: it is that one.
    """
    if _is_everybodys(password):
        raise BadInputError(EVERYBODYS)


def opens_nothing(password: str) -> bool:
    """Return whether a right password is refused: the demonstration's, where nothing is shown."""
    return not load_settings().demo_data and password == DEMO_PASSWORD


def _is_everybodys(password: str) -> bool:
    return load_settings().in_earnest and password.lower() == DEMO_PASSWORD


def one_time_password() -> str:
    """Return a password to be told once and changed at the first sign-in."""
    return secrets.token_urlsafe(load_settings().password_length)


def must_change(account: Account, now: datetime) -> bool:
    """Return whether a person must choose a new password before anything else."""
    days = load_settings().password_days
    since = account.password_changed_at or account.created_at
    return account.must_change_password or bool(days and now >= since + timedelta(days=days))


def change_password(
    session: Session, account_id: int, old: str, new: tuple[str, str], now: datetime
) -> None:
    """Give a person the password he chose, typed twice; he has proved `old` to be his.

    Raises:
        BadInputError: the new one is too short, too plain, the same, or not typed alike.
    """
    with as_house(session):
        account = session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
        fields = _faults(account, old, *new)
        if fields:
            raise BadInputError("".join(fields.values()), fields=fields)
        account.password_hash, account.password_changed_at = hash_password(new[0]), now
        account.must_change_password = False
        words = Note(f"account:{account.id}", "change_password", {})
        audit.note(session, Actor.of(account), now, words)


def _faults(account: Account, old: str, new: str, again: str) -> dict[str, str]:
    settings = load_settings()
    if not settings.password_length <= len(new) <= LONGEST:
        return {"new": f"新密码至少 {settings.password_length} 个字符，最多 {LONGEST} 个。"}
    if _classes(new) < settings.password_classes:
        kinds = "大写字母、小写字母、数字、符号"
        return {"new": f"新密码须含{kinds}中的至少 {settings.password_classes} 种。"}
    if new == old or account.username.lower() in new.lower():
        return {"new": "新密码不能和现在的相同，也不能含账号。"}
    if _is_everybodys(new):
        return {"new": EVERYBODYS}
    return {} if new == again else {"again": "两次输入的新密码不一样。"}


def _classes(password: str) -> int:
    tests = (
        str.isupper,
        str.islower,
        str.isdigit,
        lambda one: not (one.isascii() and one.isalnum()),
    )
    return sum(any(test(one) for one in password) for test in tests)
