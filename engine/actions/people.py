"""Sign-in, sessions and keys: revocable, hashed, locked after too many wrong tries."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from sqlmodel import Session, col, select

from engine.errors import ConflictError, NotFoundError, NotPermittedError, NotSignedInError
from engine.models import Account, AccountSession, ApiKey
from engine.settings import load_settings
from engine.store.row_security import as_house
from engine.terms import Role

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
HASHER = PasswordHash.recommended()
WRONG = "账号或密码不对。"


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the secret for the cookie (never stored) and the session row."""

    secret: str
    session: AccountSession
    account: Account


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return HASHER.hash(password)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def sign_in(
    session: Session, username: str, password: str, now: datetime, address: str = ""
) -> SignedIn | str:
    """Open a session, or return the sentence that says why not.

    A refusal is a value, so that the count of wrong tries is committed.
    """
    query = select(Account).where(Account.username == username.strip()).with_for_update()
    account = session.exec(query).one_or_none()
    if account is None:
        HASHER.verify(password, _dummy())
        return WRONG
    if account.locked_until is not None and now < account.locked_until:
        return "试得太多，请 15 分钟后再来，或找管理员解锁。"
    if not HASHER.verify(password, account.password_hash):
        return _wrong(account, now)
    if not account.active:
        return "账号已停用，请联系管理员。"
    account.failed_sign_ins, account.locked_until, account.last_sign_in_at = 0, None, now
    return _open(session, account, now, address)


def _dummy() -> str:
    if not _Dummy.hash:
        _Dummy.hash = hash_password("no such account")
    return _Dummy.hash


class _Dummy:
    """A hash to check against when there is no account: a wrong name takes as long."""

    hash = ""


def _wrong(account: Account, now: datetime) -> str:
    account.failed_sign_ins += 1
    left = TRIES - account.failed_sign_ins
    if left > 0:
        return f"{WRONG}还可以试 {left} 次。"
    account.failed_sign_ins, account.locked_until = 0, now + LOCKED_FOR
    return "试得太多，请 15 分钟后再来，或找管理员解锁。"


def _open(session: Session, account: Account, now: datetime, address: str) -> SignedIn:
    secret = secrets.token_urlsafe(32)
    row = AccountSession(
        secret_hash=_digest(secret), account_id=account.id, csrf=secrets.token_urlsafe(24),
        created_at=now, expires_at=now + timedelta(hours=load_settings().session_hours),
        address=address,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return SignedIn(secret, row, account)


def signed_in(session: Session, secret: str, now: datetime) -> tuple[AccountSession, Account]:
    """Return the live session behind a cookie and its account.

    Raises:
        NotSignedInError: unknown, expired or revoked, or the account was switched off.
    """
    query = (
        select(AccountSession, Account)
        .join(Account, col(Account.id) == col(AccountSession.account_id))
        .where(AccountSession.secret_hash == _digest(secret))
    )
    found = session.exec(query).one_or_none()
    if found is None or not _alive(*found, now):
        message = "登录已过期，请重新登录。您填的内容不会丢。"
        raise NotSignedInError(message)
    return found


def _alive(row: AccountSession, account: Account, now: datetime) -> bool:
    return row.revoked_at is None and now < row.expires_at and account.active


def sign_out(session: Session, secret: str, now: datetime) -> None:
    """Revoke the session behind a cookie; an unknown one is no error."""
    query = select(AccountSession).where(AccountSession.secret_hash == _digest(secret))
    with as_house(session):
        row = session.exec(query).one_or_none()
        if row is not None:
            row.revoked_at = row.revoked_at or now


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """A person to give access to, with a password or the hash of one."""

    username: str
    name: str
    role: Role
    password: str = ""
    password_hash: str = ""
    unit_id: int | None = None
    email: str = ""


def create_account(session: Session, new: NewAccount, now: datetime) -> Account:
    """Create an account.

    Raises:
        ConflictError: the user name is taken.
    """
    if account_by_name(session, new.username) is not None:
        message = f"账号“{new.username}”已存在。"
        raise ConflictError(message)
    account = Account(
        username=new.username, name=new.name, role=new.role, unit_id=new.unit_id, email=new.email,
        password_hash=new.password_hash or hash_password(new.password), created_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


def set_password(session: Session, username: str, password: str, now: datetime) -> None:
    """Give an account another password and end all its sessions.

    Raises:
        NotFoundError: there is no such account.
    """
    account = account_by_name(session, username)
    if account is None:
        message = f"没有账号“{username}”。"
        raise NotFoundError(message)
    account.password_hash = hash_password(password)
    account.failed_sign_ins, account.locked_until = 0, None
    query = select(AccountSession).where(
        AccountSession.account_id == account.id, col(AccountSession.revoked_at).is_(None)
    )
    for row in session.exec(query):
        row.revoked_at = now


def account_by_name(session: Session, username: str) -> Account | None:
    """Return the account with that user name, if there is one."""
    return session.exec(select(Account).where(Account.username == username)).one_or_none()


def create_api_key(
    session: Session, name: str, scopes: list[str], now: datetime
) -> tuple[ApiKey, str]:
    """Create a key for the hotline system; its secret is returned once and never again."""
    secret = f"hl_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        name=name, secret_hash=_digest(secret), prefix=secret[:10], scopes=scopes, created_at=now
    )
    session.add(key)
    session.flush()
    return key, secret


def api_key(session: Session, secret: str, scope: str, now: datetime) -> ApiKey:
    """Return the live key behind a secret and note that it was used.

    Raises:
        NotSignedInError: no such key, or it was revoked.
        NotPermittedError: the key lacks the scope.
    """
    query = select(ApiKey).where(ApiKey.secret_hash == _digest(secret))
    key = session.exec(query).one_or_none()
    if key is None or key.revoked_at is not None:
        message = "接口密钥无效或已停用。请在请求头写 Authorization: Bearer <密钥>。"
        raise NotSignedInError(message)
    if scope not in key.scopes:
        message = f"这个接口密钥没有“{scope}”权限。"
        raise NotPermittedError(message)
    if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
        key.last_used_at = now
    return key
