"""Accounts and API keys: created, found, given another password."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from engine.actions.passwords import hash_password
from engine.actions.sessions import digest, end_sessions
from engine.errors import ConflictError, NotFoundError, NotPermittedError, NotSignedInError
from engine.models import Account, ApiKey
from engine.terms import Role


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
    must_change_password: bool = False


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
        must_change_password=new.must_change_password, password_changed_at=now,
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
    account.password_hash, account.password_changed_at = hash_password(password), now
    account.failed_sign_ins, account.locked_until = 0, None
    end_sessions(session, account.id, now)


def account_by_name(session: Session, username: str) -> Account | None:
    """Return the account with that user name, if there is one."""
    return session.exec(select(Account).where(Account.username == username)).one_or_none()


def create_api_key(
    session: Session, name: str, scopes: list[str], now: datetime
) -> tuple[ApiKey, str]:
    """Create a key for the hotline system; its secret is returned once and never again."""
    secret = f"hl_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        name=name, secret_hash=digest(secret), prefix=secret[:10], scopes=scopes, created_at=now
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
    query = select(ApiKey).where(ApiKey.secret_hash == digest(secret))
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
