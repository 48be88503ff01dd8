"""Sessions (会话): opened by a sign-in, kept on the server as a hash, ended at any moment."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, update

from engine.actions import audit
from engine.actions.actor import SYSTEM, Actor
from engine.actions.audit import Note
from engine.actions.passwords import is_nobodys, is_right, opens_nothing
from engine.errors import NotSignedInError
from engine.models import Account, AccountSession
from engine.settings import load_settings
from engine.store import accounts
from engine.store.accounts import normal_name
from engine.store.database import work
from engine.store.row_security import as_house

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
MOST_STRANGERS = 10_000
UNPROVED = ("wrong_password", "locked_out")
WRONG = "账号或密码不对。"
LOCKED = "试得太多，请 15 分钟后再来，或找管理员解锁。"
EVERYBODYS = (
    "这是演示账号的密码，人人知道，正式使用时不能登录。"
    "请管理员在“账号”页重设，或运行 hotline account password {name} 换一个。"
)
EXPIRED = "登录已过期，请重新登录。"


@dataclass(frozen=True)
class Browser:
    """From where somebody signs in: network address, and what the browser says it is."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the secret for the cookie (never stored) and the session row."""

    secret: str
    session: AccountSession
    account: Account


def digest(secret: str) -> bytes:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def sign_in(
    username: str, password: str, now: datetime, browser: Browser | None = None
) -> SignedIn | str:
    """Open a session, or return the sentence that says why not; wrong tries are counted.

    No connection is held while the password is checked. A lock that fell meanwhile still holds.
    The demonstration's password opens nothing where nothing is demonstrated.
    """
    browser = browser or Browser()
    proved = _prove(lambda one: accounts.by_name(one, username), password, now, browser.address)
    if proved is None:
        return _strangers_words(username, now)
    if isinstance(proved, str):
        return proved
    with work() as session:
        account = session.get_one(Account, proved, with_for_update=True)
        if not account.active:
            return f"账号已停用，请联系{load_settings().organ_name}。"
        if opens_nothing(password):
            return EVERYBODYS.format(name=account.username)
        return open_session(session, account, now, browser)


def prove(account_id: int, password: str, now: datetime) -> str:
    """Return nothing when a password is that person's own, else why not; wrong tries count."""
    proved = _prove(lambda one: one.get(Account, account_id), password, now)
    return proved if isinstance(proved, str) else ""


def _prove(
    whose: Callable[[Session], Account | None], password: str, now: datetime, address: str = ""
) -> int | str | None:
    """Return the account whose password it is, or why not; nothing when there is no account."""
    with work() as session:
        found = whose(session)
    if found is None:
        is_nobodys(password)
        return None
    if _locked(found, now):
        return LOCKED
    right = is_right(password, found.password_hash)
    with work() as session:
        account = session.get_one(Account, found.id, with_for_update=True)
        if _locked(account, now):
            return LOCKED
        if not right or account.password_hash != found.password_hash:
            return _wrong_of(session, account, now, address)
        account.failed_sign_ins, account.locked_until = 0, None
        return account.id


def _locked(account: "Account | Nobody", now: datetime) -> bool:
    return account.locked_until is not None and now < account.locked_until


def _wrong(account: "Account | Nobody", now: datetime) -> str:
    account.failed_sign_ins += 1
    left = TRIES - account.failed_sign_ins
    if left > 0:
        return f"{WRONG}还可以试 {left} 次。"
    account.failed_sign_ins, account.locked_until = 0, now + LOCKED_FOR
    return LOCKED


def _wrong_of(session: Session, account: Account, now: datetime, address: str) -> str:
    """Count a wrong try at somebody's account, and write it down: five, then one lock."""
    words = _wrong(account, now)
    _note(session, account, UNPROVED[words == LOCKED], now, address)
    return words


def _note(session: Session, account: Account, action: str, now: datetime, address: str) -> None:
    """Write down what was done with an account; a wrong password proves nobody."""
    by = SYSTEM if action in UNPROVED else Actor.of(account)
    details = {"address": address} if address else {}
    audit.note(session, by, now, Note(f"account:{account.id}", action, details))


@dataclass
class Nobody:
    """The wrong tries at a name that nobody has."""

    failed_sign_ins: int = 0
    locked_until: datetime | None = None


_strangers: dict[bytes, Nobody] = {}


def _strangers_words(username: str, now: datetime) -> str:
    """Count wrong tries for a name nobody has, in this process: the words must not tell it."""
    if len(_strangers) > MOST_STRANGERS:
        _strangers.clear()
    nobody = _strangers.setdefault(digest(normal_name(username).lower()), Nobody())
    return LOCKED if _locked(nobody, now) else _wrong(nobody, now)


def open_session(session: Session, account: Account, now: datetime, browser: Browser) -> SignedIn:
    """Open a session for somebody who has proved who he is; its secret is always a new one."""
    account.last_sign_in_at = now
    secret = secrets.token_urlsafe(32)
    row = AccountSession(
        secret_hash=digest(secret), account_id=account.id, csrf=secrets.token_urlsafe(24),
        created_at=now, expires_at=now + timedelta(hours=load_settings().session_hours),
        seen_at=now, address=browser.address[:100], agent=browser.agent[:300],
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, account, "sign_in", now, row.address)
    return SignedIn(secret, row, account)


def signed_in(session: Session, secret: str, now: datetime) -> tuple[AccountSession, Account]:
    """Return the live session behind a cookie and its account.

    Raises:
        NotSignedInError: unknown, expired, idle too long or ended, or the account is off.
    """
    query = (
        select(AccountSession, Account)
        .join(Account, col(Account.id) == col(AccountSession.account_id))
        .where(AccountSession.secret_hash == digest(secret))
    )
    found = session.exec(query).one_or_none()
    if found is None or not _alive(*found, now):
        raise NotSignedInError(EXPIRED)
    return found


def _alive(row: AccountSession, account: Account, now: datetime) -> bool:
    idle = load_settings().session_idle_minutes
    asleep = idle and now >= row.seen_at + timedelta(minutes=idle)
    return row.revoked_at is None and now < row.expires_at and account.active and not asleep


def note_seen(row: AccountSession, now: datetime) -> None:
    """Write down, once a minute at most, that a person was at his desk."""
    if now - row.seen_at >= SEEN_EVERY:
        with work() as session:
            session.exec(
                update(AccountSession).where(col(AccountSession.id) == row.id).values(seen_at=now)
            )


def sign_out(session: Session, secret: str, now: datetime) -> None:
    """End the session behind a cookie; an unknown one is no error."""
    which = col(AccountSession.secret_hash) == digest(secret)
    if _end(session, now, which):
        query = select(Account).join(AccountSession).where(which)
        with as_house(session):
            _note(session, session.exec(query).one(), "sign_out", now, "")


def end_sessions(
    session: Session, account_id: int, now: datetime, *, but: int | None = None
) -> int:
    """Sign a person out everywhere, or everywhere but here; return how many sessions ended."""
    elsewhere = col(AccountSession.id) != (but or 0)
    return _end(session, now, col(AccountSession.account_id) == account_id, elsewhere)


def end_session(session: Session, actor: Actor, session_id: int, now: datetime) -> int:
    """End one session of anybody's, as an administrator; leave a trace when it was still open."""
    row = session.get(AccountSession, session_id)
    ended = _end(session, now, col(AccountSession.id) == session_id)
    if row is not None and ended:
        details = {"session": session_id}
        audit.note(session, actor, now, Note(f"account:{row.account_id}", "end_sessions", details))
    return ended


def _end(session: Session, now: datetime, *which: Any) -> int:
    statement = update(AccountSession).where(*which, col(AccountSession.revoked_at).is_(None))
    with as_house(session):
        return int(session.exec(statement.values(revoked_at=now)).rowcount)


def live_sessions(
    session: Session, now: datetime, *, account_id: int | None = None, limit: int = 200
) -> list[tuple[AccountSession, Account]]:
    """Return the sessions that are open now (在线用户), those seen last first."""
    query = (
        select(AccountSession, Account)
        .join(Account, col(Account.id) == col(AccountSession.account_id))
        .where(col(AccountSession.revoked_at).is_(None), AccountSession.expires_at > now)
        .order_by(col(AccountSession.seen_at).desc())
        .limit(limit)
    )
    if account_id is not None:
        query = query.where(AccountSession.account_id == account_id)
    with as_house(session):
        return [(row, account) for row, account in session.exec(query) if _alive(row, account, now)]
