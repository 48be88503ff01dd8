"""The calendar entry (.ics, RFC 5545) that travels with an assignment: the due date, all day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine.documents.templates import BREAKS

FOLD_AT_BYTES = 75


@dataclass(frozen=True)
class CalendarEntry:
    """A due date in a calendar: of which ticket, on which day, and which version of the entry.

    `stamp` is when the entry was made; one of the same `uid` with a higher `sequence` moves it, or
    takes it out where it is `cancelled`. `organizer` is the address it comes from: without one a
    calendar takes no change of an entry (RFC 5546 3.2.1, 3.2.5).
    """

    number: str
    due_on: date
    summary: str
    uid: str
    stamp: datetime
    organizer: str
    sequence: int = 0
    cancelled: bool = False

    @property
    def method(self) -> str:
        """What a calendar is asked to do with the entry (RFC 5546): take it in, or take it out."""
        return "CANCEL" if self.cancelled else "PUBLISH"


def assignment_ics(entry: CalendarEntry) -> bytes:
    """Return an all-day event on the due date with an alarm at 09:00 of the day before.

    The same facts give the same bytes again.
    """
    due_on = entry.due_on
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//hotline-12345//due dates//ZH",
        "CALSCALE:GREGORIAN",
        f"METHOD:{entry.method}",
        "BEGIN:VEVENT",
        f"UID:{_text(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"ORGANIZER:mailto:{BREAKS.sub('', entry.organizer)}",
        f"DTSTAMP:{entry.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(entry.summary)}",
        f"DESCRIPTION:{_text(f'工单 {entry.number} 办结期限')}",
        "TRANSP:TRANSPARENT",
        "CLASS:CONFIDENTIAL",
        *(("STATUS:CANCELLED",) if entry.cancelled else _alarm(entry)),
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


def _alarm(entry: CalendarEntry) -> tuple[str, ...]:
    return (
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(entry.summary)}",
        "TRIGGER;RELATED=START:-PT15H",
        "END:VALARM",
    )


def _text(value: str) -> str:
    flat = BREAKS.sub(" ", value)
    return flat.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> bytes:
    # RFC 5545 §3.1: no line longer than 75 octets; a fold must not cut a character in two.
    folded, used = b"", 0
    for char in line:
        octets = char.encode()
        if used + len(octets) > FOLD_AT_BYTES:
            folded, used = folded + b"\r\n ", 1
        folded, used = folded + octets, used + len(octets)
    return folded + b"\r\n"
