"""Whether a unit's address reaches it (邮箱核实): a test mail with a code that is read back."""

import hashlib
import secrets
from datetime import timedelta

from sqlmodel import select

from engine.actions import post
from engine.actions.actor import require_role
from engine.actions.audit import Note, note
from engine.actions.post import Addressee, Mail
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, NotFoundError
from engine.models import AddressCheck, Unit
from engine.settings import load_settings
from engine.terms import NoticeKind, Recipient, Role

TRIES = 5
VALID = timedelta(days=3)
DIGITS = 6
UNVERIFIED = "的收件邮箱没有核实过，请先在“单位”里核实。"


def send_test(step: Step, unit_id: int) -> Unit:
    """Owe a unit a test mail with a fresh code; an earlier code no longer counts.

    Raises:
        NotPermittedError: only the administrator may.
        BadInputError: the unit has no address.
    """
    require_role(step.actor, Role.ADMINISTRATOR)
    unit = _unit(step, unit_id)
    if not unit.email:
        words = "请先写收件邮箱并保存。"
        raise BadInputError(words, fields={"email": words})
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    check = _check(step, unit) or AddressCheck(unit_id=unit.id, address="", code_hash=b"",
                                               sent_at=step.now)  # fmt: skip
    check.address, check.code_hash = unit.email, _digest(unit, code)
    check.sent_at, check.tries = step.now, 0
    step.session.add(check)
    settings = load_settings()
    facts = {"unit": unit.name, "code": code, "hotline_name": settings.hotline_name,
             "contact": settings.contact, "link": f"{settings.link_base}/unit",
             "confidential": False}  # fmt: skip
    key = f"address:{unit.id}:{check.code_hash.hex()[:16]}"
    mail = Mail(key=key, kind=NoticeKind.ADDRESS_CHECK, facts=facts, unit=unit)
    post.post(step, None, mail, [Addressee(unit.email, Recipient.HOTLINE)])
    return unit


def confirm(step: Step, unit_id: int, code: str) -> Unit:
    """Mark a unit's address as verified by the code its people read back.

    A wrong code is counted by the caller's transaction: see `wrong_code`.

    Raises:
        NotPermittedError: only the administrator may.
        ConflictError: no test mail was sent, it is too old, or was tried too often.
        BadInputError: it is another code.
    """
    require_role(step.actor, Role.ADMINISTRATOR)
    unit = _unit(step, unit_id)
    check = _check(step, unit)
    if check is None or check.address != unit.email or step.now - check.sent_at > VALID:
        message = "没有有效的测试信，请重新发一封。"
        raise ConflictError(message)
    if check.tries >= TRIES:
        message = "核实码试得太多，请重新发一封测试信。"
        raise ConflictError(message)
    if not secrets.compare_digest(check.code_hash, _digest(unit, code.strip())):
        words = "核实码不对，请照测试信里的六位数字填。"
        raise BadInputError(words, fields={"code": words})
    unit.email_verified_at = step.now
    step.session.delete(check)
    said = Note(f"unit:{unit.id}", "verify_address", {"address": unit.email})
    note(step.session, step.actor, step.now, said)
    return unit


def count_wrong(step: Step, unit_id: int) -> None:
    """Note that a wrong code was tried, in a transaction of its own."""
    check = _check(step, _unit(step, unit_id))
    if check is not None:
        check.tries += 1


def require_verified(unit: Unit) -> None:
    """Refuse to send an official letter to an address nobody has verified.

    Raises:
        ConflictError: says where it is verified.
    """
    if not unit.email or unit.email_verified_at is None:
        message = f"{unit.name}{UNVERIFIED}"
        raise ConflictError(message)


def _unit(step: Step, unit_id: int) -> Unit:
    unit = step.session.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        message = "没有这个单位。"
        raise NotFoundError(message)
    return unit


def _check(step: Step, unit: Unit) -> AddressCheck | None:
    query = select(AddressCheck).where(AddressCheck.unit_id == unit.id).with_for_update()
    return step.session.exec(query).one_or_none()


def _digest(unit: Unit, code: str) -> bytes:
    return hashlib.sha256(f"{unit.id}\n{unit.email}\n{code}".encode()).digest()
