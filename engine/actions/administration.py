"""What the administrator does: accounts, units' addresses (管理)."""

from dataclasses import replace

from sqlalchemy import func
from sqlmodel import Session, col, select

from engine.actions.audit import Note, note
from engine.actions.passwords import hash_password, one_time_password
from engine.actions.people import NewAccount, create_account
from engine.actions.sessions import end_sessions
from engine.actions.stated import too_long
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, NotFoundError
from engine.models import Account, Assignment, Unit
from engine.store.accounts import normal_name
from engine.terms import Role

LONGEST_NAME = 40
NO_MAIL = "这不像邮箱地址。"


def add_account(step: Step, new: NewAccount) -> tuple[Account, str]:
    """Create an account with a one-time password, and return both.

    Raises:
        BadInputError: a field is missing, or the role and the unit do not fit.
    """
    fields, username, email = {}, normal_name(new.username), new.email.strip()
    if not username.isascii() or not username.isidentifier():
        fields["username"] = "账号用字母、数字和下划线，以字母开头。"
    if not new.name.strip():
        fields["name"] = "请写姓名。"
    if (new.role in (Role.HANDLER, Role.UNIT_LEADER)) != (new.unit_id is not None):
        fields["unit"] = "承办单位的人要选单位，其他角色不选。"
    if email and not _is_mail(email):
        fields["email"] = NO_MAIL
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    password = one_time_password()
    made = replace(
        new, username=username, name=new.name.strip(), email=email,
        password=password, must_change_password=True,
    )  # fmt: skip
    return create_account(step.session, made, step.now, step.actor), password


def reset_password(step: Step, account_id: int) -> tuple[Account, str]:
    """Give an account a one-time password, unlock it and end its sessions."""
    account, password = _unlocked(step.session, account_id), one_time_password()
    account.password_hash, account.password_changed_at = hash_password(password), step.now
    account.must_change_password = True
    end_sessions(step.session, account_id, step.now)
    _note(step, account, "password_reset")
    return account, password


def unlock(step: Step, account_id: int) -> Account:
    """Let a person try to sign in again who had tried too often (解锁)."""
    account = _unlocked(step.session, account_id)
    _note(step, account, "unlocked")
    return account


def _unlocked(session: Session, account_id: int) -> Account:
    account = _account(session, account_id)
    account.failed_sign_ins, account.locked_until = 0, None
    return account


def switch_account(step: Step, account_id: int, *, active: bool) -> Account:
    """Switch an account on or off (停用); off ends its sessions at once."""
    account = _account(step.session, account_id)
    if account.active == active:
        return account
    if not active:
        _refuse_to_strand(step.session, account)
        end_sessions(step.session, account_id, step.now)
    account.active = active
    _note(step, account, "switched_on" if active else "switched_off")
    return account


def _note(step: Step, account: Account, action: str) -> None:
    said = Note(f"account:{account.id}", action, {"username": account.username})
    note(step.session, step.actor, step.now, said)


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


def set_unit_mail(
    step: Step, unit_id: int, email: str, leader_name: str, leader_email: str
) -> Unit:
    """Write where a unit's mails go; a changed address is unverified again.

    Raises:
        BadInputError: something is not an address.
    """
    given = {"email": email.strip(), "leader_email": leader_email.strip()}
    fields = {name: NO_MAIL for name, one in given.items() if one and not _is_mail(one)}
    if words := too_long(leader_name, LONGEST_NAME):
        fields["leader_name"] = words
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)
    unit = step.session.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        message = "没有这个单位。"
        raise NotFoundError(message)
    _write_mail(step, unit, {**given, "leader_name": leader_name.strip()})
    return unit


def _write_mail(step: Step, unit: Unit, wanted: dict[str, str]) -> None:
    """Write what differs, and both the old and the new into the log: mails went to the old one."""
    before = {name: getattr(unit, name) for name in wanted}
    changed = [name for name in wanted if wanted[name] != before[name]]
    if not changed:
        return
    for name in changed:
        setattr(unit, name, wanted[name])
    if "email" in changed:
        unit.email_verified_at = None
    details = {name: [before[name], wanted[name]] for name in changed}
    note(step.session, step.actor, step.now, Note(f"unit:{unit.id}", "unit_mail", details))


def _is_mail(text: str) -> bool:
    name, _, host = text.rpartition("@")
    return bool(name) and bool(host) and text.isascii() and not any(c.isspace() for c in text)
