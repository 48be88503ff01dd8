"""Sign-in of somebody whom the site's identity server vouches for (统一身份认证)."""

import secrets
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.actions.passwords import hash_password, must_change
from engine.actions.sessions import Browser, SignedIn, open_session
from engine.models import Account
from engine.settings import load_settings
from engine.store.database import work

EMAIL = "email"


def sign_in_by_identity(claim: str, now: datetime, browser: Browser) -> SignedIn | str:
    """Open a session for the account a claim names, or return the sentence that says why not.

    An identity finds an account that an administrator has made, with the role it has there; it
    makes no account and gives no right. A one-time or expired password of that account ends.
    """
    with work() as session:
        found = _accounts(session, claim)
        if len(found) != 1:
            return f"统一身份认证已确认是“{claim}”，但本系统没有对应的账号。请管理员先建账号。"
        account = session.get_one(Account, found[0], with_for_update=True)
        if not account.active:
            return f"账号已停用，请联系{load_settings().organ_name}。"
        if must_change(account, now):
            _end_password(account, now)
        return open_session(session, account, now, browser)


def _accounts(session: Session, claim: str) -> list[int]:
    by_mail = load_settings().oidc_claim == EMAIL
    named = col(Account.email) if by_mail else col(Account.username)
    query = select(Account.id).where(func.lower(named) == claim.strip().lower()).limit(2)
    return list(session.exec(query).all())


def _end_password(account: Account, now: datetime) -> None:
    """Let nobody in by a password that its owner never chose."""
    account.password_hash = hash_password(secrets.token_urlsafe(32))
    account.must_change_password, account.password_changed_at = False, now
