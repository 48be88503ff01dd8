"""Whose working days a ticket used (占用时间), read off its append-only history.

Status tells who held it: the hotline while it waits, is disputed, reviewed or called back; the
lead unit while it works; pauses apart, those that wait for the requester on the requester.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from engine.errors import CalendarNotPublishedError
from engine.lifecycle import FINAL, WITH_UNIT
from engine.models import Ticket, Unit
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
from engine.store.histories import Happened, History, Lead, histories, units_by_id
from engine.terms import DayHolder, ReturnRuling, TicketEvent, TicketStatus

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
    units = {one.slug: one for one in units_by_id(session).values()}

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


def days_in_words(
    session: Session, ids: Collection[int], now: datetime, rules: RuleSet
) -> dict[int, str]:
    """Return whose days some tickets used, each as one line: 热线 1、区税务局 9.

    Nothing is said of a ticket whose life reaches a year without a calendar.
    """
    units = units_by_id(session)
    slugs = {one.id: one.slug for one in units.values()}
    names = {one.slug: one.name for one in units.values()}
    names |= {code: DayHolder.parse(code).label for code in NOBODYS_UNIT}
    found = {}
    for ticket_id, history in histories(session, ids).items():
        try:
            ledger = day_ledger(merged(_segments(history, slugs, now)), rules)
        except CalendarNotPublishedError:
            continue
        found[ticket_id] = "、".join(f"{names[code]} {days}" for code, days in ledger.used)
    return found


def segments_of(session: Session, ticket: Ticket, now: datetime) -> list[Segment]:
    """Return who held a ticket when, without a gap, from registration to the end or to `now`."""
    slugs = {one.id: one.slug for one in units_by_id(session).values()}
    return _segments(histories(session, [ticket.id])[ticket.id], slugs, now)


def _segments(history: History, slugs: Mapping[int, str], now: datetime) -> list[Segment]:
    holders = _Holders(history, slugs)
    stretches: list[Segment] = []
    for turn, start, end in _stretches(history.events, history.accepted_at, now):
        holder, wrongly = holders.after(turn, start)
        stretches.append(Segment(holder, start, end, wrongly))
    return stretches


def _turns(records: Sequence[Happened]) -> Sequence[Happened]:
    """Return the events in the order they took effect, each with the status the ticket then had.

    A pause is over when it is used up, however late that is found: the clocks run on from then.
    """
    if all(record.event is not TicketEvent.RESUME for record in records):
        return records
    turns: list[Happened] = []
    for record in records:
        at = _took_effect_at(record)
        place = len(turns)
        while record.event is TicketEvent.RESUME and place and turns[place - 1].at > at:
            place -= 1
        late = 0 < place < len(turns)
        status = turns[place - 1].status if late else record.status
        turns.insert(place, record._replace(at=at, status=status))
    return turns


def _took_effect_at(record: Happened) -> datetime:
    if record.event is not TicketEvent.RESUME:
        return record.at
    used_up = (record.details or {}).get("fell_due_at")
    return datetime.fromisoformat(used_up) if used_up else record.at


def _stretches(
    records: Sequence[Happened], began: datetime, now: datetime
) -> Iterator[tuple[Happened, datetime, datetime]]:
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

    history: History
    slugs: Mapping[int, str]
    paused: str = ""

    def __post_init__(self) -> None:
        self._wrong = _wrongly_sent(self.history)

    def after(self, turn: Happened, at: datetime) -> tuple[str, bool]:
        """Return the holder from an event on, and whether the ticket is wrongly with them."""
        self._note_pause(turn)
        if turn.status not in WITH_UNIT:
            return HOTLINE, False
        if self.paused:
            return self.paused, False
        lead = self._lead_at(at)
        if lead is None:
            return HOTLINE, False
        return self.slugs[lead.unit_id], lead.id in self._wrong

    def _note_pause(self, turn: Happened) -> None:
        if turn.event is TicketEvent.PAUSE:
            waits = (turn.details or {}).get("reason") == AWAITING_REQUESTER
            self.paused = REQUESTER if waits else PAUSE
        elif turn.event is TicketEvent.RESUME or turn.status is TicketStatus.ANSWERED:
            self.paused = ""

    def _lead_at(self, at: datetime) -> Lead | None:
        held = [one for one in self.history.leads if one.dispatched_at <= at]
        return held[-1] if held else None


def _wrongly_sent(history: History) -> set[int]:
    """Return the assignments that the unit rightly sent back: by ruling, or as the panel found."""
    wrong, leads = set(), history.leads
    for request in history.returns:
        if request.ruling is ReturnRuling.UPHELD:
            wrong.add(request.assignment_id)
        elif request.ruling is ReturnRuling.TO_PANEL and leads:
            designated = history.designated and leads[-1].unit_id != request.unit_id
            wrong.update({request.assignment_id} if designated else set())
    return wrong
