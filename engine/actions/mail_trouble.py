"""What a person does with a mail that did not arrive (送达失败): send it again, or let it be."""

from engine.actions.actor import require_role
from engine.actions.address_checks import require_verified
from engine.actions.audit import Note, note
from engine.actions.letter_resent import restate_day
from engine.actions.stated import stated
from engine.actions.step import Step
from engine.delivery.reply_tokens import mail_name
from engine.errors import ConflictError, NotFoundError
from engine.models import OutboxMessage, Unit
from engine.store.database import wake
from engine.store.outbox import PERHAPS_LEFT, owed_to
from engine.terms import MessageStatus, Role

WHO = (Role.SUPERVISOR, Role.ADMINISTRATOR)
LONGEST_REASON = 200


def send_again(step: Step, message_id: int) -> OutboxMessage:
    """Owe a mail once more; where its unit has another address by now, to that one.

    A letter that reached nobody before asks for its reply by the day that counts from now.

    Raises:
        ConflictError: it is not among the failed, or the letter's address is not verified.
    """
    message = _failed(step, message_id)
    unit = step.session.get(Unit, message.unit_id) if message.unit_id else None
    if unit is not None and message.letter_id is not None:
        require_verified(unit)
    if unit is not None and message.recipient not in (unit.email, unit.leader_email):
        _readdress(step, message, unit)
    doubt = PERHAPS_LEFT if PERHAPS_LEFT in message.last_error else ""
    message.status, message.attempts, message.last_error = MessageStatus.PENDING, 0, doubt
    message.next_attempt_at = message.due_at = step.now
    restate_day(step, message)
    note(step.session, step.actor, step.now, Note(f"mail:{message.id}", "send_again", {}))
    wake(step.session, "outbox")
    return message


def _readdress(step: Step, message: OutboxMessage, unit: Unit) -> None:
    if not unit.email or owed_to(step.session, message.key, unit.email):
        text = f"{unit.name}没有别的收件地址可发，请先在“单位”里改正，或选“不再发”。"
        raise ConflictError(text)
    message.recipient = unit.email
    message.message_id = mail_name(message.key, unit.email)


def let_be(step: Step, message_id: int, reason: str) -> OutboxMessage:
    """Take a failed mail off the list (不再发); the reason stays with it.

    Raises:
        BadInputError: no reason is given.
        ConflictError: it is not among the failed.
    """
    why = stated(reason, "reason", "请写明不再发的理由，例如已电话告知。", LONGEST_REASON)
    message = _failed(step, message_id)
    message.status = MessageStatus.SUPERSEDED
    message.last_error = f"不再发：{why}"
    said = {"reason": why}
    note(step.session, step.actor, step.now, Note(f"mail:{message.id}", "let_be", said))
    return message


def _failed(step: Step, message_id: int) -> OutboxMessage:
    require_role(step.actor, *WHO)
    message = step.session.get(OutboxMessage, message_id, with_for_update=True)
    if message is None:
        text = "没有这封邮件。"
        raise NotFoundError(text)
    if message.status is not MessageStatus.UNDELIVERED:
        text = f"这封邮件现为“{message.status.label}”，不用再处理。"
        raise ConflictError(text)
    return message
