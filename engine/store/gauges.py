"""What is measured for monitoring (监测指标): counts from indexes, no name and no number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from engine.models import Callback, Clock, Heartbeat, SetAside, Ticket
from engine.models.tickets import OPEN
from engine.store import audit
from engine.store.desk_views import letters_waiting, overdue_count
from engine.store.mail_queue import MailQueue, mail_queue
from engine.terms import CallbackState, ClockState


@dataclass(frozen=True)
class Gauges:
    """How much there is of what; ages in seconds."""

    open: int
    overdue: int
    callbacks_owed: int
    human_callbacks_owed: int
    letters_waiting: int
    mails: MailQueue
    set_aside: int
    audit_whole: bool
    heartbeats: Sequence[Heartbeat]

    def plain(self) -> Mapping[str, float]:
        """Return what is one number each, by the name it is published under."""
        return {
            "tickets_open": self.open, "tickets_overdue": self.overdue,
            "callbacks_owed": self.callbacks_owed,
            "callbacks_owed_human": self.human_callbacks_owed,
            "letters_waiting": self.letters_waiting, "outbox_pending": self.mails.pending,
            "outbox_oldest_seconds": self.mails.age.total_seconds(),
            "outbox_undelivered": self.mails.undelivered,
            "set_aside": self.set_aside, "audit_whole": float(self.audit_whole),
        }  # fmt: skip


def gauges(session: Session, now: datetime) -> Gauges:
    """Measure everything at `now`."""
    owed = Callback.state == CallbackState.OWED
    check = audit.last_check(session)
    return Gauges(
        open=_count(session, Ticket, text(OPEN)), overdue=overdue_count(session, now),
        callbacks_owed=_count(session, Callback, owed),
        human_callbacks_owed=_count(session, Callback, owed, col(Callback.human_required)),
        letters_waiting=letters_waiting(session),
        mails=mail_queue(session, now),
        set_aside=set_aside(session), audit_whole=check is None or not check.fault,
        heartbeats=session.exec(select(Heartbeat).order_by(col(Heartbeat.name))).all(),
    )  # fmt: skip


def set_aside(session: Session) -> int:
    """Return how many tickets, clocks and other works broke and wait for a person (搁置)."""
    running = Clock.state == ClockState.RUNNING
    return (
        _count(session, Ticket, Ticket.routing_error != "")
        + _count(session, Clock, running, Clock.stuck_reason != "")
        + _count(session, SetAside)
    )


def _count(session: Session, table: Any, *where: Any) -> int:
    found: int = session.exec(select(func.count()).select_from(table).where(*where)).one()
    return found
