"""What a test looks at afterwards: read in a transaction of its own, free of the action's."""

from datetime import datetime

from sqlmodel import col, select

from engine.actions import background
from engine.models import (
    Answer,
    Assignment,
    Breach,
    Callback,
    Clock,
    Letter,
    OutboxMessage,
    Requester,
    RungTaken,
    Ticket,
    TicketEventRecord,
    Unit,
)
from engine.store import tickets as store
from engine.store.database import work
from engine.terms import ClockKind, NoticeKind, TicketEvent
from tests.builders import moment


def ticket_of(number: str) -> Ticket:
    """Return a ticket as it now stands."""
    with work() as session:
        return store.ticket_by_number(session, number)


def _of(table, number: str):
    with work() as session:
        ticket = store.ticket_by_number(session, number)
        query = select(table).where(table.ticket_id == ticket.id)
        return list(session.exec(query.order_by(col(table.id))).all())


def events_of(number: str) -> list[TicketEventRecord]:
    return _of(TicketEventRecord, number)


def event_names(number: str) -> list[str]:
    return [record.event.value for record in events_of(number)]


def last_event(number: str, event: TicketEvent) -> TicketEventRecord:
    return [record for record in events_of(number) if record.event is event][-1]


def clocks_of(number: str, kind: ClockKind | None = None) -> list[Clock]:
    return [clock for clock in _of(Clock, number) if kind in (None, clock.kind)]


def clock_of(number: str, kind: ClockKind) -> Clock:
    """Return the newest clock of a kind."""
    return clocks_of(number, kind)[-1]


def assignments_of(number: str) -> list[Assignment]:
    return _of(Assignment, number)


def callbacks_of(number: str) -> list[Callback]:
    return _of(Callback, number)


def letters_of(number: str) -> list[Letter]:
    return _of(Letter, number)


def answers_of(number: str) -> list[Answer]:
    return _of(Answer, number)


def rungs_of(number: str) -> list[RungTaken]:
    return _of(RungTaken, number)


def breaches_of(number: str) -> list[Breach]:
    return _of(Breach, number)


def mails_of(number: str, kind: NoticeKind | None = None) -> list[OutboxMessage]:
    return [mail for mail in _of(OutboxMessage, number) if kind in (None, mail.kind)]


def unit_named(name: str) -> Unit:
    with work() as session:
        return store.unit_by_name(session, name)


def requester_of(number: str) -> Requester:
    with work() as session:
        return store.requester_of(session, store.ticket_by_number(session, number))


def sweep(now: str, limit: int = 500) -> dict[int, list[str]]:
    """Sweep once at a Shanghai moment and return the rungs climbed on each clock."""
    at = moment(now)
    found = background.climb_many(background.clocks_due(at, limit), at)
    return {clock: rungs for clock, rungs in found.items() if rungs}


def send_mails(now: str | datetime, limit: int = 200) -> dict[str, int]:
    """Send what is owed at a moment, a text's by Shanghai, and return the counts."""
    at = moment(now) if isinstance(now, str) else now
    return background.deliver(background.messages_due(at, limit), at)
