"""How outgoing mail stands (邮件队列): one rule for the check, the state page and /health."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, select

from engine.models import OutboxMessage
from engine.terms import MessageStatus

# Longer than a mail waits by itself: by then a server was away for several tries.
LATE = timedelta(minutes=15)


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
        minutes = self.age // timedelta(minutes=1)
        return f"有信发不出去，最久的已等 {minutes} 分钟" if self.is_late else ""


def mail_queue(session: Session, now: datetime) -> MailQueue:
    """Return how outgoing mail stands; attempts that fail make no mail younger."""
    pending = OutboxMessage.status == MessageStatus.PENDING
    undelivered = OutboxMessage.status == MessageStatus.UNDELIVERED
    due = func.coalesce(OutboxMessage.due_at, OutboxMessage.next_attempt_at)
    oldest = session.exec(select(func.min(due)).where(pending, due <= now)).one()
    count = select(func.count()).select_from(OutboxMessage)
    return MailQueue(
        pending=session.exec(count.where(pending)).one(),
        age=now - oldest if oldest else timedelta(),
        undelivered=session.exec(count.where(undelivered)).one(),
    )
