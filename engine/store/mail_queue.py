"""How outgoing mail stands (邮件队列): one rule for the check, the state page and /health."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from engine.models import OutboxMessage
from engine.terms import MessageStatus

# Longer than a mail waits by itself: by then a server was away for several tries.
LATE = timedelta(minutes=15)
PENDING = col(OutboxMessage.status) == MessageStatus.PENDING


@dataclass(frozen=True)
class MailQueue:
    """How many mails wait, for how long the oldest that could have left, and how many failed."""

    pending: int
    age: timedelta
    undelivered: int

    @property
    def is_late(self) -> bool:
        """Return whether mail waits longer than it does by itself: none leaves, or this one."""
        return self.age > LATE

    @property
    def late_words(self) -> str:
        """Return what to say of that; nothing where mail leaves."""
        return late_words(self.age)


def late_words(age: timedelta) -> str:
    """Return what to say where the oldest mail has waited so long; nothing of a short time."""
    minutes = age // timedelta(minutes=1)
    return f"有信发不出去，最久的已等 {minutes} 分钟" if age > LATE else ""


def oldest_age(session: Session, now: datetime) -> timedelta:
    """Return how long the oldest mail has waited; attempts that fail make none younger."""
    due = func.coalesce(OutboxMessage.due_at, OutboxMessage.next_attempt_at)
    oldest = session.exec(select(func.min(due)).where(PENDING, due <= now)).one()
    return now - oldest if oldest else timedelta()


def mail_queue(session: Session, now: datetime) -> MailQueue:
    """Return how outgoing mail stands."""
    undelivered = OutboxMessage.status == MessageStatus.UNDELIVERED
    count = select(func.count()).select_from(OutboxMessage)
    return MailQueue(
        pending=session.exec(count.where(PENDING)).one(), age=oldest_age(session, now),
        undelivered=session.exec(count.where(undelivered)).one(),
    )  # fmt: skip
