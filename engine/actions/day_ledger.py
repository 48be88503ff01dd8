"""Whose working days a ticket used (占用时间), read off its append-only history.

Status tells who held it: the hotline while it waits, is disputed, reviewed or called back; the
lead unit while it works; pauses apart, those that wait for the requester on the requester.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from engine.lifecycle import FINAL, WITH_UNIT
from engine.models import Assignment, Ticket, TicketEventRecord, Unit
from engine.rules.day_ledger import (
    HOTLINE,
    PAUSE,
    REQUESTER,
    Segment,
    day_ledger,
    days_by_segment,
    merged,
)
from engine.rules.rule_set import RuleSet
from engine.store import tickets as store
from engine.terms import AssignmentRole, DayHolder, ReturnRuling, TicketEvent, TicketStatus

AWAITING_REQUESTER = "awaiting_requester"
NOBODYS_UNIT = {HOTLINE, REQUESTER, PAUSE}


class Share(NamedTuple):
    """The working days one holder used; `unit` is None for all but units."""

    holder: DayHolder
    unit: Unit | None
    working_days: int


class Stay(NamedTuple):
    """A stretch in one holder's hands; `wrongly_sent` charges its days to the hotline (H-17)."""

    holder: DayHolder
    unit: Unit | None
    since: datetime
    until: datetime
    working_days: int
    wrongly_sent: bool


@dataclass(frozen=True)
class DaysUsed:
    """Whose days a ticket used: the shares add up to the whole, the stays say how it went."""

    whole: int
    shares: tuple[Share, ...]
    stays: tuple[Stay, ...]


def days_used(session: Session, ticket: Ticket, now: datetime, rules: RuleSet) -> DaysUsed:
    """Return the working days each holder used from registration to the end, or to `now`.

    The days of a unit whose return was upheld are the hotline's. The shares add up to the whole,
    always.

    Raises:
        CalendarNotPublishedError: the ticket's life reaches a year without a calendar.
    """
    segments = merged(segments_of(session, ticket, now))
    ledger = day_ledger(segments, rules)
    units = _units(session, ticket)

    def held(code: str) -> tuple[DayHolder, Unit | None]:
        known = code in NOBODYS_UNIT
        return (DayHolder.parse(code), None) if known else (DayHolder.UNIT, units[code])

    return DaysUsed(
        whole=ledger.whole,
        shares=tuple(Share(*held(code), days) for code, days in ledger.used),
        stays=tuple(
            Stay(*held(one.holder), one.start, one.end, days, one.wrongly_sent)
            for one, days in zip(segments, days_by_segment(segments, rules), strict=True)
            if one.start < one.end
        ),
    )


def _units(session: Session, ticket: Ticket) -> dict[str, Unit]:
    ids = {one.unit_id for one in store.assignments(session, ticket)}
    return {unit.slug: unit for unit in (session.get_one(Unit, one) for one in ids)}


def segments_of(session: Session, ticket: Ticket, now: datetime) -> list[Segment]:
    """Return who held a ticket when, without a gap, from registration to the end or to `now`."""
    holders = _Holders(session, ticket)
    stretches: list[Segment] = []
    for turn, start, end in _stretches(store.events(session, ticket), ticket.accepted_at, now):
        holder, wrongly = holders.after(turn, start)
        stretches.append(Segment(holder, start, end, wrongly))
    return stretches


class _Turn(NamedTuple):
    """An event at the moment it took effect, with the status the ticket then had."""

    record: TicketEventRecord
    at: datetime
    status: TicketStatus


def _turns(records: Sequence[TicketEventRecord]) -> list[_Turn]:
    """Return the events in the order they took effect.

    A pause is over when it is used up, however late that is found: the clocks run on from then.
    """
    turns: list[_Turn] = []
    for record in records:
        at = _took_effect_at(record)
        place = len(turns)
        while record.event is TicketEvent.RESUME and place and turns[place - 1].at > at:
            place -= 1
        late = 0 < place < len(turns)
        status = turns[place - 1].status if late else record.to_status
        turns.insert(place, _Turn(record, at, status))
    return turns


def _took_effect_at(record: TicketEventRecord) -> datetime:
    used_up = record.details.get("fell_due_at") if record.event is TicketEvent.RESUME else None
    return datetime.fromisoformat(used_up) if used_up else record.at


def _stretches(
    records: Sequence[TicketEventRecord], began: datetime, now: datetime
) -> Iterator[tuple[_Turn, datetime, datetime]]:
    """Yield each event with the stretch after it; moments never run backwards."""
    at, turns = began, _turns(records)
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        if turn.status in FINAL:
            return
        end = max(at, following.at if following else now)
        yield turn, at, end
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

    def after(self, turn: _Turn, at: datetime) -> tuple[str, bool]:
        """Return the holder from an event on, and whether the ticket is wrongly with them."""
        self._note_pause(turn)
        if turn.status not in WITH_UNIT:
            return HOTLINE, False
        if self.paused:
            return self.paused, False
        lead = self._lead_at(at)
        if lead is None:
            return HOTLINE, False
        return self.session.get_one(Unit, lead.unit_id).slug, lead.id in self._wrong

    def _note_pause(self, turn: _Turn) -> None:
        record = turn.record
        if record.event is TicketEvent.PAUSE:
            waits = record.details.get("reason") == AWAITING_REQUESTER
            self.paused = REQUESTER if waits else PAUSE
        elif record.event is TicketEvent.RESUME or turn.status is TicketStatus.ANSWERED:
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
