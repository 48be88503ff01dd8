"""The calendar entry (.ics, RFC 5545) that travels with an assignment: the due date, all day."""

from datetime import UTC, date, datetime, timedelta

from engine.documents.templates import BREAKS

FOLD_AT_BYTES = 75


def assignment_ics(number: str, due_on: date, summary: str, uid: str, stamp: datetime) -> bytes:
    """Return an all-day event on `due_on` with an alarm at 09:00 of the day before.

    `stamp` is when the entry was made; the same facts give the same bytes again.
    """
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//hotline-12345//due dates//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(summary)}",
        f"DESCRIPTION:{_text(f'工单 {number} 办结期限')}",
        "TRANSP:TRANSPARENT",
        "CLASS:CONFIDENTIAL",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(summary)}",
        "TRIGGER;RELATED=START:-PT15H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


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
