"""Accounts by the name people type (账号名): one account, whatever the case."""

import unicodedata
from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from engine.models import Account


def normal_name(text: str) -> str:
    """Return a user name as it is kept: without blanks around it, in half width."""
    return unicodedata.normalize("NFKC", text).strip()


def by_name(session: Session, text: str) -> Account | None:
    """Return the account a typed name means, if there is one.

    Of accounts from before that differ in case alone each answers to its own spelling only.
    """
    name = normal_name(text)
    same = select(Account).where(func.lower(Account.username) == name.lower())
    found = session.exec(same.order_by(col(Account.id))).all()
    exact = next((one for one in found if one.username == name), None)
    return exact or (found[0] if len(found) == 1 else None)


def is_taken(session: Session, name: str) -> bool:
    """Return whether an account has that name, in whatever case."""
    query = select(Account.id).where(func.lower(Account.username) == name.lower())
    return session.exec(query).first() is not None


def twins(session: Session) -> Sequence[str]:
    """Return the names, in small letters, that several accounts have in another case."""
    name = func.lower(Account.username)
    return session.exec(select(name).group_by(name).having(func.count() > 1).order_by(name)).all()
