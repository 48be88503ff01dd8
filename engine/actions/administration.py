"""What the administrator does: accounts, units' addresses (管理)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.actions.passwords import hash_password, one_time_password
from engine.actions.people import NewAccount, create_account
from engine.actions.sessions import end_sessions
from engine.errors import BadInputError, ConflictError, NotFoundError
from engine.models import Account, Assignment, Unit
from engine.terms import Role


def add_account(session: Session, new: NewAccount, now: datetime) -> tuple[Account, str]:
    """Create an account with a one-time password, and return both.

    Raises:
        BadInputError: a field is missing, or the role and the unit do not fit.
    """
    fields = {}
    if not new.username.strip().isascii() or not new.username.strip().isidentifier():
        fields["username"] = "账号用字母、数字和下划线，以字母开头。"
    if not new.name.strip():
        fields["name"] = "请写姓名。"
    if (new.role in (Role.HANDLER, Role.UNIT_LEADER)) != (new.unit_id is not None):
        fields["unit"] = "承办单位的人要选单位，其他角色不选。"
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    password = one_time_password()
    made = replace(
        new, username=new.username.strip(), name=new.name.strip(), email=new.email.strip(),
        password=password, must_change_password=True,
    )  # fmt: skip
    return create_account(session, made, now), password


def reset_password(session: Session, account_id: int, now: datetime) -> tuple[Account, str]:
    """Give an account a one-time password, unlock it and end its sessions."""
    account, password = unlock(session, account_id), one_time_password()
    account.password_hash, account.password_changed_at = hash_password(password), now
    account.must_change_password = True
    end_sessions(session, account_id, now)
    return account, password


def unlock(session: Session, account_id: int) -> Account:
    """Let a person try to sign in again who had tried too often (解锁)."""
    account = _account(session, account_id)
    account.failed_sign_ins, account.locked_until = 0, None
    return account


def switch_account(session: Session, account_id: int, now: datetime, *, active: bool) -> Account:
    """Switch an account on or off (停用); off ends its sessions at once."""
    account = _account(session, account_id)
    if not active:
        _refuse_to_strand(session, account)
    account.active = active
    if not active:
        end_sessions(session, account_id, now)
    return account


def _refuse_to_strand(session: Session, account: Account) -> None:
    """Refuse to switch off the last who could do a unit's open work, or administer the house.

    Raises:
        ConflictError: says how much work is left, or that nobody else could administer.
    """
    others = select(func.count()).where(col(Account.id) != account.id, col(Account.active))
    if account.role is Role.ADMINISTRATOR:
        if not session.exec(others.where(Account.role == Role.ADMINISTRATOR)).one():
            message = "这是最后一个可用的管理员账号，请先另建一个。"
            raise ConflictError(message)
        return
    if (
        account.unit_id is None
        or session.exec(others.where(Account.unit_id == account.unit_id)).one()
    ):
        return
    open_work = select(func.count()).where(
        Assignment.unit_id == account.unit_id, col(Assignment.ended_at).is_(None)
    )
    count = session.exec(open_work).one()
    if count:
        message = f"停用前请把 {count} 件在办转给他人：先给该单位另建账号，或由热线改派。"
        raise ConflictError(message)


def _account(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        message = "没有这个账号。"
        raise NotFoundError(message)
    return account


def set_unit_mail(session: Session, unit_id: int, email: str, leader_name: str,
                  leader_email: str) -> Unit:  # fmt: skip
    """Write where a unit's mails go; a changed address is unverified again.

    Raises:
        BadInputError: something is not an address.
    """
    given = {"email": email.strip(), "leader_email": leader_email.strip()}
    fields = {name: "这不像邮箱地址。" for name, one in given.items() if one and not _is_mail(one)}
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    unit = session.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        message = "没有这个单位。"
        raise NotFoundError(message)
    if unit.email != given["email"]:
        unit.email, unit.email_verified_at = given["email"], None
    unit.leader_name, unit.leader_email = leader_name.strip()[:40], given["leader_email"]
    return unit


def _is_mail(text: str) -> bool:
    name, _, host = text.rpartition("@")
    return bool(name) and bool(host) and text.isascii() and not any(c.isspace() for c in text)
