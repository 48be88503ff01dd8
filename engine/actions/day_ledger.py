"""Whose working days a ticket used (占用时间), read off its append-only history.

Status tells who held it: the hotline while it waits, is disputed, reviewed or called back; the
lead unit while it works; pauses apart, those that wait for the requester on the requester.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.lifecycle import FINAL, WITH_UNIT
from engine.models import Assignment, Ticket, TicketEventRecord, Unit
from engine.rules.day_ledger import (
    HOTLINE,
    PAUSE,
    REQUESTER,
    DayLedger,
    Segment,
    day_ledger,
    merged,
)
from engine.rules.rule_set import RuleSet
from engine.store import tickets as store
from engine.terms import AssignmentRole, ReturnRuling, TicketEvent, TicketStatus

AWAITING_REQUESTER = "awaiting_requester"


def ledger_of(session: Session, ticket: Ticket, now: datetime, rules: RuleSet) -> DayLedger:
    """Return the working days each holder used from registration to the end, or to `now`.

    Holders are the codes of `engine.rules.day_ledger` and units' slugs. The days of a unit whose
    return was upheld are the hotline's. The shares add up to the whole, always.
    """
    return day_ledger(merged(segments_of(session, ticket, now)), rules)


def segments_of(session: Session, ticket: Ticket, now: datetime) -> list[Segment]:
    """Return who held a ticket when, without a gap, from registration to the end or to `now`."""
    holders = _Holders(session, ticket)
    stretches: list[Segment] = []
    for record, start, end in _stretches(store.events(session, ticket), ticket.accepted_at, now):
        holder, wrongly = holders.after(record, start)
        stretches.append(Segment(holder, start, end, wrongly))
    return stretches


def _stretches(
    records: Sequence[TicketEventRecord], began: datetime, now: datetime
) -> Iterator[tuple[TicketEventRecord, datetime, datetime]]:
    """Yield each event with the stretch after it; moments never run backwards."""
    at = began
    for record, following in zip(records, [*records[1:], None], strict=True):
        if record.to_status in FINAL:
            return
        end = max(at, following.at if following else now)
        yield record, at, end
        at = end


@dataclass
class _Holders:
    """Tells who holds a ticket after an event; pauses stand until they are resumed."""

    session: Session
    ticket: Ticket
    paused: str = ""

    def __post_init__(self) -> None:
        found = store.assignments(self.session, self.ticket)
        self._leads = [one for one in found if one.role is AssignmentRole.LEAD]
        self._wrong = _wrongly_sent(self.session, self.ticket, self._leads)

    def after(self, record: TicketEventRecord, at: datetime) -> tuple[str, bool]:
        """Return the holder from an event on, and whether the ticket is wrongly with them."""
        self._note_pause(record)
        if record.to_status not in WITH_UNIT:
            return HOTLINE, False
        if self.paused:
            return self.paused, False
        lead = self._lead_at(at)
        if lead is None:
            return HOTLINE, False
        return self.session.get_one(Unit, lead.unit_id).slug, lead.id in self._wrong

    def _note_pause(self, record: TicketEventRecord) -> None:
        if record.event is TicketEvent.PAUSE:
            waits = record.details.get("reason") == AWAITING_REQUESTER
            self.paused = REQUESTER if waits else PAUSE
        elif record.event is TicketEvent.RESUME or record.to_status is TicketStatus.ANSWERED:
            self.paused = ""

    def _lead_at(self, at: datetime) -> Assignment | None:
        held = [one for one in self._leads if one.dispatched_at <= at]
        return held[-1] if held else None


def _wrongly_sent(session: Session, ticket: Ticket, leads: Sequence[Assignment]) -> set[int]:
    """Return the assignments that the unit rightly sent back: by ruling, or as the panel found."""
    wrong = set()
    for request in store.return_requests(session, ticket):
        if request.ruling is ReturnRuling.UPHELD:
            wrong.add(request.assignment_id)
        elif request.ruling is ReturnRuling.TO_PANEL and leads:
            designated = ticket.designated and leads[-1].unit_id != request.unit_id
            wrong.update({request.assignment_id} if designated else set())
    return wrong
