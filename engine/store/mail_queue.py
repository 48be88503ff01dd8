"""How outgoing mail stands (邮件队列): one rule for the check, the state page and /health."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from engine.errors import RefusedSenderError
from engine.models import OutboxMessage
from engine.terms import MessageStatus

# Longer than a mail waits by itself: by then a server was away for several tries.
LATE = timedelta(minutes=15)
FEW = 2  # recipients whose mails were refused: one may have rules of their own
PENDING = col(OutboxMessage.status) == MessageStatus.PENDING


@dataclass(frozen=True)
class MailQueue:
    """How many mails wait, for how long the oldest that could have left, and how many failed.

    `refused` is what the server said where it took nothing from us when it was last asked.
    """

    pending: int
    age: timedelta
    undelivered: int
    refused: str = ""

    @property
    def is_late(self) -> bool:
        """Return whether mail does not leave: it waits longer than by itself, or we are refused."""
        return self.age > LATE or bool(self.refused)

    @property
    def late_words(self) -> str:
        """Return what to say of that; nothing where mail leaves."""
        return "；".join(filter(None, [self.refused, late_words(self.age)]))


def late_words(age: timedelta) -> str:
    """Return what to say where the oldest mail has waited so long; nothing of a short time."""
    minutes = age // timedelta(minutes=1)
    return f"有信发不出去，最久的已等 {minutes} 分钟" if age > LATE else ""


def refusal_of_us(session: Session, age: timedelta) -> str:
    """Return what a mail server said that takes nothing from us; nothing where it does.

    Of one recipient's mails alone it may be their own rule, till mail is late for it.
    """
    ours = col(OutboxMessage.last_error).contains(RefusedSenderError.words)
    whom = func.count(func.distinct(OutboxMessage.recipient))
    if session.exec(select(whom).where(PENDING, ours)).one() < (1 if age > LATE else FEW):
        return ""
    newest = select(OutboxMessage.last_error).where(PENDING, ours)
    said = session.exec(newest.order_by(col(OutboxMessage.next_attempt_at).desc()).limit(1)).first()
    return said.removesuffix("，稍后重试。") if said else ""


def oldest_age(session: Session, now: datetime) -> timedelta:
    """Return how long the oldest mail has waited; attempts that fail make none younger."""
    due = func.coalesce(OutboxMessage.due_at, OutboxMessage.next_attempt_at)
    oldest = session.exec(select(func.min(due)).where(PENDING, due <= now)).one()
    return now - oldest if oldest else timedelta()


def mail_queue(session: Session, now: datetime) -> MailQueue:
    """Return how outgoing mail stands."""
    undelivered = OutboxMessage.status == MessageStatus.UNDELIVERED
    count = select(func.count()).select_from(OutboxMessage)
    age = oldest_age(session, now)
    return MailQueue(
        pending=session.exec(count.where(PENDING)).one(), age=age,
        undelivered=session.exec(count.where(undelivered)).one(),
        refused=refusal_of_us(session, age),
    )  # fmt: skip
