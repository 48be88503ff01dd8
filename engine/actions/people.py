"""Accounts and API keys: created, found, given another password."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlmodel import Session

from engine.actions.actor import SYSTEM, Actor
from engine.actions.audit import Note, note
from engine.actions.passwords import hash_password, refuse_everybodys
from engine.actions.sessions import digest, end_sessions
from engine.errors import ConflictError, NotFoundError, NotPermittedError, NotSignedInError
from engine.models import Account, ApiKey
from engine.store import accounts, routing_versions, rules_versions
from engine.store.api_views import lock_names
from engine.store.questions import ask_ahead
from engine.store.reading import read_rows, rows_question
from engine.terms import Role

OF_SECRET = "WHERE secret_hash = %s OR old_hash = %s"


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


def create_account(session: Session, new: NewAccount, now: datetime, by: Actor = SYSTEM) -> Account:
    """Create an account; `by` is the engine itself when the command line makes it.

    Raises:
        BadInputError: the password is the demonstration's, and this is no demonstration.
        ConflictError: the user name is taken, in whatever case.
    """
    refuse_everybodys(new.password)
    username = accounts.normal_name(new.username)
    lock_names(session, [f"account:{username.lower()}"])
    if accounts.is_taken(session, username):
        message = f"账号“{username}”已存在（不分大小写）。"
        raise ConflictError(message, fields={"username": message})
    account = Account(
        username=username, name=new.name, role=new.role, unit_id=new.unit_id, email=new.email,
        password_hash=new.password_hash or hash_password(new.password), created_at=now,
        must_change_password=new.must_change_password, password_changed_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    details = {"username": account.username, "role": account.role.value, "unit": account.unit_id}
    note(session, by, now, Note(f"account:{account.id}", "account_made", details))
    return account


def set_password(session: Session, username: str, password: str, now: datetime) -> None:
    """Give an account another password and end all its sessions.

    Raises:
        BadInputError: it is the demonstration's password, and this is no demonstration.
        NotFoundError: there is no such account.
    """
    refuse_everybodys(password)
    account = account_by_name(session, username)
    if account is None:
        message = f"没有账号“{username}”。"
        raise NotFoundError(message)
    account.password_hash, account.password_changed_at = hash_password(password), now
    account.failed_sign_ins, account.locked_until = 0, None
    end_sessions(session, account.id, now)
    details = {"username": account.username}
    note(session, SYSTEM, now, Note(f"account:{account.id}", "password_reset", details))


def account_by_name(session: Session, username: str) -> Account | None:
    """Return the account with that user name, if there is one; in whatever case it is typed."""
    return accounts.by_name(session, username)


@dataclass(frozen=True, kw_only=True)
class KeyLimits:
    """From which networks a key may be used, until when, and how often in a minute."""

    networks: tuple[str, ...] = ()
    expires_at: datetime | None = None
    calls_per_minute: int | None = None


def create_api_key(
    session: Session, name: str, scopes: list[str], now: datetime,
    limits: KeyLimits | None = None,
) -> tuple[ApiKey, str]:  # fmt: skip
    """Create a key for the hotline system; its secret is returned once and never again."""
    secret, within = new_key_secret(), limits or KeyLimits()
    key = ApiKey(
        name=name, secret_hash=digest(secret), prefix=secret[:10], scopes=scopes, created_at=now,
        networks=list(within.networks), expires_at=within.expires_at,
        calls_per_minute=within.calls_per_minute,
    )  # fmt: skip
    session.add(key)
    session.flush()
    return key, secret


def new_key_secret() -> str:
    """Return a fresh secret of an API key."""
    return f"hl_{secrets.token_urlsafe(32)}"


def api_key(session: Session, secret: str, scope: str, now: datetime, address: str = "") -> ApiKey:
    """Return the live key behind a secret and note that it was used.

    Raises:
        NotSignedInError: no such key, or it was revoked, replaced or has run out.
        NotPermittedError: the key lacks the scope, or may not be used from `address`.
    """
    mark = digest(secret)
    key = next(iter(read_rows(session, *_of_secret(secret))), None)
    if key is None or key.revoked_at is not None or not _still_valid(key, mark, now):
        message = "接口密钥无效、已停用或已到期。请在请求头写 Authorization: Bearer <密钥>。"
        raise NotSignedInError(message)
    if key.networks and not _within(address, key.networks):
        message = f"这个接口密钥不能从 {address or '未知地址'} 使用。"
        raise NotPermittedError(message)
    if scope not in key.scopes:
        message = f"这个接口密钥没有“{scope}”权限。"
        raise NotPermittedError(message)
    if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
        key.last_used_at = now
    return key


def ask_of_call(session: Session, secret: str) -> None:
    """Ask at once what every call of the API asks: whose key it is, which rules are in force."""
    stamps = [rules_versions.STAMP, routing_versions.STAMP]
    ask_ahead(session, [rows_question(*_of_secret(secret)), *stamps])


def _of_secret(secret: str) -> tuple[type[ApiKey], str, list[bytes]]:
    return ApiKey, OF_SECRET, [digest(secret)] * 2


def _still_valid(key: ApiKey, mark: bytes, now: datetime) -> bool:
    if key.expires_at is not None and now >= key.expires_at:
        return False
    return key.secret_hash == mark or (key.old_until is not None and now < key.old_until)


def _within(address: str, networks: list[str]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    real = getattr(found, "ipv4_mapped", None) or found
    allowed = [ip_network(one) for one in networks]
    return any(real.version == one.version and real in one for one in allowed)
