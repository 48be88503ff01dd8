"""A mail that came in, as a row (来信): how it is kept and settled, and who writes for a unit."""

from engine.actions.step import Step
from engine.delivery.incoming import Incoming
from engine.models import MailReply, Unit
from engine.terms import MailReplyStatus

# What became of a mail that is not kept; and how much of a reason is.
AUTOMATIC, BOUNCED, KNOWN = "automatic", "bounced", "known"
LONGEST = 200


def row_of(
    step: Step, mail: Incoming, status: MailReplyStatus, reason: str = "", *,
    ticket_id: int | None = None, unit_id: int | None = None,
) -> MailReply:  # fmt: skip
    """Return a mail as it is kept; nobody has settled it."""
    return MailReply(
        digest=mail.digest, received_at=step.now, sender=mail.sender, subject=mail.subject,
        text=mail.text, attachments=len(mail.files), status=status, ticket_id=ticket_id,
        unit_id=unit_id, reason=reason, settled_by_id=None, settled_at=None,
    )  # fmt: skip


def close(step: Step, reply: MailReply, status: MailReplyStatus) -> None:
    """Settle a locked mail as the actor of this step; its words stay."""
    reply.status = status
    reply.settled_by_id, reply.settled_at = step.actor.account_id, step.now


def stream_of(reply: MailReply) -> str:
    """Return in which stream of the audit log a mail's settling is told."""
    return f"mail_reply:{reply.id}"


def addresses_of(unit: Unit) -> set[str]:
    """Return the addresses from which a unit writes, in small letters."""
    return {one.lower() for one in (unit.email, unit.leader_email) if one}
