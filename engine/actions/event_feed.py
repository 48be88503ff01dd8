"""What other systems are told of events (事件外发): built alike for webhooks and for the feed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session

from engine.delivery.events import Due, Told
from engine.models import Assignment, Clock, Ticket, TicketEventRecord, Unit
from engine.settings import load_settings
from engine.store import api_views, webhooks
from engine.store.unit_sight import called_back, for_units
from engine.terms import TicketEvent, TicketKind

Record = tuple[TicketEventRecord, Ticket]


def is_private(record: TicketEventRecord, ticket: Ticket) -> bool:
    """Return whether only those who may see private things may be told of an event at all.

    Reports and confidential tickets as a whole; what units may not read (clues handed on, how a
    letter came about); who looked at a number.
    """
    return is_secret(ticket) or not for_units(record) or record.event is TicketEvent.UNMASK


def for_everybody(session: Session, records: Sequence[Record]) -> list[Record]:
    """Return of which of these events those may be told who may not see private things.

    Not of a sending that was called back since: its letter reached nobody.
    """
    back = called_back(session, [record for record, _ in records])
    return [one for one in records if not is_private(*one) and one[0].id not in back]


def is_secret(ticket: Ticket) -> bool:
    """Return whether a ticket is a report (举报) or confidential for another reason."""
    return ticket.kind is TicketKind.REPORT or ticket.confidential


def source() -> str:
    """Return the `source` of every CloudEvent of this installation."""
    return f"{load_settings().link_base}/api/v1/events"


def told(session: Session, records: Sequence[Record]) -> list[Told]:
    """Return events as they are told, in the order given; three queries, however many."""
    ids = list({ticket.id for _, ticket in records})
    leads: dict[int, list[Assignment]] = defaultdict(list)
    for one in webhooks.leads(session, ids):
        leads[one.ticket_id].append(one)
    clocks: dict[int, list[Clock]] = defaultdict(list)
    for clock in webhooks.clocks(session, ids):
        clocks[clock.ticket_id].append(clock)
    units = api_views.units_by_id(session, (one.unit_id for some in leads.values() for one in some))
    return [
        _told(record, ticket, _lead(leads[ticket.id], record.at, units), clocks[ticket.id])
        for record, ticket in records
    ]


def _told(
    record: TicketEventRecord, ticket: Ticket, unit: Unit | None, clocks: Iterable[Clock]
) -> Told:
    base = load_settings().link_base
    return Told(
        id=record.id,
        number=ticket.number,
        seq=record.seq,
        event=record.event,
        at=record.at,
        kind=ticket.kind,
        status=record.to_status,
        previous=record.from_status,
        unit=(unit.name, unit.slug) if unit else None,
        dues=tuple(
            Due(one.kind, one.due_on, one.due_at, one.due_status)
            for one in clocks
            if _runs_after(one.started_at, one.stopped_at, record.at)
        ),
        page=f"{base}/tickets/{ticket.number}",
        api=f"{base}/api/v1/tickets/{ticket.number}",
    )


def _lead(found: Iterable[Assignment], at: datetime, units: dict[int, Unit]) -> Unit | None:
    """Return the unit that leads after a moment."""
    then = [one for one in found if _runs_after(one.dispatched_at, one.ended_at, at)]
    return units[then[-1].unit_id] if then else None


def _runs_after(begun: datetime, ended: datetime | None, at: datetime) -> bool:
    return begun <= at and (ended is None or ended > at)
