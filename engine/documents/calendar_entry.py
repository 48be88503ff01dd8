"""The calendar entry (.ics, RFC 5545) that travels with an assignment: the due date, all day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.documents.templates import BREAKS
from engine.documents.told_days import ToldDay

FOLD_AT_BYTES = 75
# Nobody writes of a day that then stays: the entry says what silence means.
RESERVED = "（暂定：放假安排公布后有变动的另行通知，没有变动的就是这一天）"


@dataclass(frozen=True)
class CalendarEntry:
    """A due date in a calendar: of which ticket, on which day, and which version of the entry.

    A day that may still move (暂定) is tentative, and its name says so: not every calendar shows
    the status of an entry.

    `stamp` is when the entry was made; one of the same `uid` with a higher `sequence` moves it, or
    takes it out where it is `cancelled`. `organizer` is the address it comes from: without one a
    calendar takes no change of an entry (RFC 5546 3.2.1, 3.2.5).
    """

    number: str
    due: ToldDay
    uid: str
    stamp: datetime
    organizer: str
    sequence: int = 0
    cancelled: bool = False

    @property
    def method(self) -> str:
        """What a calendar is asked to do with the entry (RFC 5546): take it in, or take it out."""
        return "CANCEL" if self.cancelled else "PUBLISH"

    @property
    def status(self) -> str:
        """What the entry is in a calendar: settled, likely to move, or gone."""
        if self.cancelled:
            return "CANCELLED"
        return "TENTATIVE" if self.due.provisional else "CONFIRMED"

    @property
    def summary(self) -> str:
        """What the calendar shows on the day."""
        return f"{self.number} 办结期限{'（暂定）' if self.due.provisional else ''}"

    @property
    def description(self) -> str:
        """What the entry says where it is opened."""
        return f"工单 {self.number} 办结期限{RESERVED if self.due.provisional else ''}"


def assignment_ics(entry: CalendarEntry) -> bytes:
    """Return an all-day event on the due date with an alarm at 09:00 of the day before.

    The same facts give the same bytes again.
    """
    due_on = entry.due.ends
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
        f"DESCRIPTION:{_text(entry.description)}",
        "TRANSP:TRANSPARENT",
        "CLASS:CONFIDENTIAL",
        f"STATUS:{entry.status}",
        *(() if entry.cancelled else _alarm(entry)),
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
