"""The limits a letter rests on: those its grounds name, and that of doing it again (重新办理)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from engine.actions.clocks import REWORK_RULE
from engine.actions.evidence import NUMBERED
from engine.actions.step import Step
from engine.actions.unit_share import Share
from engine.documents.letter_annexes import CertificateDay
from engine.documents.letter_texts import Again, Certificate, Limit
from engine.documents.templates import written_moment_after
from engine.models import Clock, Ticket
from engine.rules.certificates import Certificate as StoredCertificate
from engine.rules.shanghai import shanghai_date
from engine.store import clocks as clock_store
from engine.store import tickets as store
from engine.terms import ClockKind, TicketEvent

Breaches = Mapping[int, Clock]
"""The missed limits of a letter's unit: the clock of each event, in the order of the events."""


Began = Mapping[int, str]
"""From what limits count, in words, where that is another moment than is usual, by clock."""


def began_of(step: Step, ticket: Ticket, share: Share) -> Began:
    """Return from what each first contact counts that follows a deemed signature (H-11).

    Not from the end of the day on which that is deemed given: from its finding, on the next day at
    the earliest, or from the leaving of the mail that first told the unit.
    """
    deemed = {one.id: one.signed_at for one in share.leads if one.deemed_signed and one.signed_at}
    told = {
        record.at
        for record in store.events(step.session, ticket)
        if record.event is TicketEvent.NOTE and record.details.get("assignment") in deemed
    }
    return {clock.id: _began(clock, deemed[clock.assignment_id], resent=clock.started_at in told)
            for clock in share.clocks
            if clock.kind is ClockKind.FIRST_CONTACT and clock.assignment_id in deemed}  # fmt: skip


def _began(clock: Clock, deemed: datetime, *, resent: bool) -> str:
    since = shanghai_date(clock.started_at)
    what = "派单通知重发后发出，发出" if resent else "查见，查见"
    return f"{written_moment_after(deemed, since)}视为签收，{since.month}月{since.day}日{what}"


def breaches_of(step: Step, ticket: Ticket, share: Share) -> Breaches:
    """Return the unit's own missed limits by the number of the event that says so."""
    ours = share.unit_clocks
    missed = ((record.seq, ours.get(record.details.get("clock", 0)))
              for record in store.events(step.session, ticket)
              if record.event is TicketEvent.BREACH)  # fmt: skip
    return {seq: clock for seq, clock in missed if clock is not None}


def clocks_behind(lines: Sequence[str], breaches: Breaches) -> list[Clock]:
    """Return the clocks whose breach these lines of evidence tell of, in the order of events."""
    kept = {int(seq) for line in lines for seq in NUMBERED.findall(line)}
    behind = {clock.id: clock for seq, clock in breaches.items() if seq in kept}
    return list(behind.values())


def certificates_of(main: Clock, behind: list[Clock], began: Began) -> tuple[Certificate, ...]:
    """Return the proof of each limit the grounds rest on; of the main one where none is missed."""
    shown = behind or [main]
    names = [_name(one) for one in shown]
    again = {name for name in names if names.count(name) > 1}
    told = (f"{name}，{_since(one)}起算" if name in again else name
            for name, one in zip(names, shown, strict=True))  # fmt: skip
    return tuple(_certificate(one, "" if shown == [main] else name, began.get(one.id, ""))
                 for one, name in zip(shown, told, strict=True))  # fmt: skip


def _since(clock: Clock) -> str:
    """Return the day after the start of a limit, from which its days count."""
    first = date.fromisoformat(clock.certificate["started_on"]) + timedelta(days=1)
    return f"{first.month}月{first.day}日"


def limits_of(main: Clock, behind: list[Clock]) -> tuple[Limit, ...]:
    """Return the missed limits the course of a ticket does not name by itself."""
    return tuple(Limit(one.limit_name, one.due_on) for one in behind
                 if one.id != main.id and not _is_rework(one))  # fmt: skip


def days_of(step: Step, ticket: Ticket) -> set[date]:
    """Return the days that are or were limits of a ticket by its record; not those of replies."""
    own = {one.due_on for one in clock_store.of_ticket(step.session, ticket.id)
           if one.kind is not ClockKind.RECTIFICATION_REPLY}  # fmt: skip
    kinds = {one.value for one in ClockKind if one is not ClockKind.RECTIFICATION_REPLY}
    moved = (days for record in store.events(step.session, ticket)
             for name, days in record.details.items()
             if name in kinds and isinstance(days, list))  # fmt: skip
    return own | {date.fromisoformat(day) for days in moved for day in days}


def rework_clock(share: Share) -> Clock | None:
    """Return the unit's newest limit to do a ticket again; None where nobody ordered that."""
    return next((one for one in reversed(share.clocks) if _is_rework(one)), None)


def again_of(clock: Clock | None, answered_at: datetime | None) -> Again | None:
    """Return since when and until when a unit must do a ticket again, and whether it answered."""
    if clock is None:
        return None
    anew = answered_at if answered_at and answered_at > clock.started_at else None
    return Again(clock.started_at, clock.due_on, anew)


def _is_rework(clock: Clock) -> bool:
    return clock.kind is ClockKind.HANDLING and clock.certificate["rule"] == REWORK_RULE


def _name(clock: Clock) -> str:
    return "重新办理时限" if _is_rework(clock) else clock.limit_name


def _certificate(clock: Clock, name: str, began: str) -> Certificate:
    stored = StoredCertificate.from_json(clock.certificate)
    days = (CertificateDay(day.on, day.kind, day.number, day.reason) for day in stored.days)
    return Certificate(stored.sentence(began), tuple(days), name)
